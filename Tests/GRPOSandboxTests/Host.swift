import Foundation

/// What of this machine a program in the sandbox must not reach: a file that everybody may write, a
/// listener for TCP, UDP and Unix sockets, an open descriptor, and a secret in the environment.
final class Host {
    let canary: String
    let port: UInt16
    private let directory: String
    private let listener: Int32
    private let datagrams: Int32
    private let local: Int32
    /// Not closed on exec, as of a library that does not care.
    private let leaked: Int32
    private static let content = "tweet"
    /// Names the processes of one run in the process table.
    let mark = "grpo-mark-\(UUID().uuidString)"

    init() {
        directory = "/tmp/grpo-host-\(UUID().uuidString)"
        canary = directory + "/canary"
        let manager = FileManager.default
        try! manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try! Self.content.write(toFile: canary, atomically: false, encoding: .utf8)
        try! manager.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory)
        try! manager.setAttributes([.posixPermissions: 0o666], ofItemAtPath: canary)
        leaked = open(canary, O_RDWR)
        setenv("GRPO_SECRET", "hunter2", 1)

        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        (listener, port) = Self.bound(Int32(SOCK_STREAM.rawValue), &address)
        listen(listener, 8)
        address.sin_port = port.bigEndian
        (datagrams, _) = Self.bound(Int32(SOCK_DGRAM.rawValue), &address)
        local = Self.abstract("grpo-canary-\(port)")
        listen(local, 8)
    }

    deinit {
        for descriptor in [listener, datagrams, local, leaked] { close(descriptor) }
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static func bound(
        _ kind: Int32, _ address: inout sockaddr_in
    ) -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, kind | Int32(SOCK_CLOEXEC.rawValue), 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(descriptor, pointer, length) == 0, "no port to listen on")
                getsockname(descriptor, pointer, &length)
            }
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func abstract(_ name: String) -> Int32 {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: [0] + Array(name.utf8))
        }
        let length = MemoryLayout<sa_family_t>.size + 1 + name.utf8.count
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(
                    bind(descriptor, pointer, socklen_t(length)) == 0, "no socket \(name)")
            }
        }
        return descriptor
    }

    /// A command with the host's particulars in their places.
    func addressed(_ command: [String]) -> [String] {
        command.map {
            $0.replacingOccurrences(of: "{CANARY}", with: canary)
                .replacingOccurrences(of: "{PORT}", with: "\(port)")
                .replacingOccurrences(of: "{PID}", with: "\(getpid())")
                .replacingOccurrences(of: "{MARK}", with: mark)
        }
    }

    /// What a program has done to the host, in words; empty where it has not reached it.
    func changes() -> [String] {
        var found: [String] = []
        if (try? String(contentsOfFile: canary, encoding: .utf8)) != Self.content {
            found.append("the canary is not what it was")
        }
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        if entries != ["canary"] { found.append("the directory holds \(entries)") }
        for (name, descriptor) in [("TCP", listener), ("UDP", datagrams), ("Unix", local)] {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&polled, 1, 0) != 0 { found.append("something came by \(name)") }
        }
        for place in ["/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/dev", "/dev/shm", "/tmp"]
        where access(place + "/grpo-escape", F_OK) == 0 { found.append(place + "/grpo-escape") }
        // The kernel takes a namespace down after its first process; give it a moment.
        for _ in 0..<200 {
            if processes().isEmpty { return found }
            usleep(10_000)
        }
        return found + ["processes \(processes()) are left"]
    }

    /// The processes that carry the mark.
    private func processes() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { name in
            guard Int(name) != nil,
                let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else { return false }
            return line.range(of: Data(mark.utf8)) != nil
        }
    }
}
