import Foundation

/// The user that root becomes before anything is run.
enum SandboxUser {
    /// A number that no account has: sharing `nobody` would share its processes and files.
    static func unprivileged() -> UInt32 {
        // Within what Debian allocates to packages on demand, and within a container's usual map.
        let first: UInt32 = 64_913
        return (first..<first + 64).first { getpwuid($0) == nil } ?? 65_534
    }
}
