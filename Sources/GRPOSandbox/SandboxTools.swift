import Foundation

/// The programs of util-linux by which a process is given limits and another user before it begins.
struct SandboxTools: Sendable, Hashable {
    let prlimit: String
    let setpriv: String
    /// Has the kernel kill what is inside first when memory runs out; not needed.
    let choom: String?

    init(in searchPath: [String]) throws(SandboxError) {
        func tool(_ name: String) throws(SandboxError) -> String {
            if let path = Self.path(of: name, in: searchPath) { return path }
            throw SandboxError(
                found: "no \(name) in \(searchPath.joined(separator: ":"))",
                expected: "util-linux, which sets the limits of programs",
                remedy: "install it (on Debian: apt-get install util-linux)")
        }
        prlimit = try tool("prlimit")
        setpriv = try tool("setpriv")
        choom = Self.path(of: "choom", in: searchPath)
    }

    /// Where the system's own programs are. PATH is not asked: what stands inside the sandbox and
    /// what root starts must be the system's.
    static let searchPath = ["/usr/bin", "/bin", "/usr/local/bin"]

    static func path(of name: String, in searchPath: [String]) -> String? {
        searchPath.map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
    }
}
