/// What a program in the sandbox may use.
package struct SandboxLimits: Sendable, Hashable {
    /// Seconds of a processor for each of its processes; then it is killed.
    package var cpuSeconds: Double
    /// Seconds by the clock for all of it; then it is killed.
    package var wallSeconds: Double
    /// Bytes of address space of each of its processes.
    package var memoryBytes: Int
    /// Processes and threads at a time, the first one included.
    package var processes: Int
    /// Bytes of its private `/tmp`, and of each file in it.
    package var temporaryBytes: Int
    /// Bytes of output that are read; what is beyond is thrown away with the program.
    package var outputBytes: Int
    /// Open descriptors of each process.
    package var openFiles: Int

    package init(
        cpuSeconds: Double = 4, wallSeconds: Double = 12, memoryBytes: Int = 256 << 20,
        processes: Int = 8, temporaryBytes: Int = 16 << 20, outputBytes: Int = 1 << 20,
        openFiles: Int = 64
    ) {
        self.cpuSeconds = cpuSeconds
        self.wallSeconds = wallSeconds
        self.memoryBytes = memoryBytes
        self.processes = processes
        self.temporaryBytes = temporaryBytes
        self.outputBytes = outputBytes
        self.openFiles = openFiles
    }

    /// The options of `prlimit` that set them. They are set inside the sandbox, where processes are
    /// counted anew: outside, the caller's other processes would count too.
    ///
    /// - Parameter countsProcesses: without a namespace of users of its own, no.
    func options(countsProcesses: Bool) -> [String] {
        let cpu = max(1, Int(cpuSeconds.rounded(.up)))
        var options = [
            "--cpu=\(cpu):\(cpu)", "--as=\(memoryBytes):\(memoryBytes)",
            "--fsize=\(temporaryBytes):\(temporaryBytes)", "--nofile=\(openFiles):\(openFiles)",
            "--core=0:0", "--memlock=0:0", "--msgqueue=0:0", "--rtprio=0:0",
        ]
        if countsProcesses { options.append("--nproc=\(processes):\(processes)") }
        return options
    }
}
