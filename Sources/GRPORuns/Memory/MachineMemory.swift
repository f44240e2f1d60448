import Foundation

/// The memory that this process may use.
package enum MachineMemory {
    /// Bytes: the machine's, or what a container is allowed of it.
    package static var bytes: Int {
        let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        // Control groups of version 2 and 1; "max" and absent files set no limit.
        let limits = [
            "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        ].compactMap { file -> Int? in
            let text = try? String(contentsOfFile: file, encoding: .utf8)
            return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        return ([physical] + limits.filter { $0 > 0 }).min() ?? physical
    }
}
