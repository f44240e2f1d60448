import Foundation

/// The C library's heap.
enum Heap {
    /// From `malloc.h`, which Swift's Glibc module leaves out.
    private static let mapThreshold: Int32 = -3

    /// Lets blocks of 4 MiB and more go back to the system when they are freed, where the C library
    /// knows how to. Left alone, glibc keeps those up to 32 MiB once it has seen one, and a stage's
    /// cache and its activations, never there at once, would add up.
    static func returnLargeBlocks() {
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "mallopt") else { return }
        typealias Option = @convention(c) (Int32, Int32) -> Int32
        _ = unsafeBitCast(symbol, to: Option.self)(mapThreshold, 4 << 20)
    }
}
