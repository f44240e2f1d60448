import Foundation

/// The names of files that are not finished: `FINAL.tmp-PID-RANDOM`, beside the file they become.
enum TemporaryName {
    private static let marker = ".tmp-"

    static func make(for path: String) -> String {
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        return "\(path)\(marker)\(ProcessInfo.processInfo.processIdentifier)-\(random)"
    }

    /// The name of the file this one was to become, or nil when `name` is not of this kind.
    static func finalName(of name: String) -> String? {
        guard let range = name.range(of: marker, options: .backwards) else { return nil }
        let parts = name[range.upperBound...].split(
            separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, Int32(parts[0]) != nil, UInt64(parts[1], radix: 16) != nil else {
            return nil
        }
        return String(name[..<range.lowerBound])
    }
}
