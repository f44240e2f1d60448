import Foundation
import GRPOTensors

/// The largest resident memory of this process since `start`.
///
/// On Linux the kernel counts it (`VmHWM` of proc(5)) and can be told to begin anew; elsewhere the
/// answer is what the tensors' pool held.
struct PeakMemory {
    private let pool: StoragePool
    private let isCounted: Bool

    /// Begins a measurement; memory that nothing uses goes back to the system first.
    static func start(_ pool: StoragePool) -> PeakMemory {
        pool.trim()
        trimHeap()
        pool.beginPhase()
        // "5" resets the peak to what is resident now.
        let reset = FileHandle(forWritingAtPath: "/proc/self/clear_refs")
        let isCounted = (try? reset?.write(contentsOf: Data("5".utf8))) != nil
        return PeakMemory(pool: pool, isCounted: isCounted && Self.peakResident != nil)
    }

    var bytes: Int {
        isCounted ? Self.peakResident ?? pool.highWaterMark : pool.highWaterMark
    }

    /// Lets the heap return what it was given back, where the C library knows how to.
    private static func trimHeap() {
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "malloc_trim") else { return }
        typealias Trim = @convention(c) (Int) -> Int32
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    }

    private static var peakResident: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        else { return nil }
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            return fields.dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
        }
        return nil
    }
}
