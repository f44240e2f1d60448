/// Runs the jobs of a study, each to its end.
package protocol StudyLauncher: Sendable {
    /// Runs a job, or goes on with it where it was begun, and returns once nothing of it is at work.
    ///
    /// - Parameter interruption: once it is raised, the job saves and ends.
    func run(
        _ job: StudyJob, in directory: StudyDirectory, interruption: Interruption
    ) async throws -> StudyJobEnd
}

/// How a job ended.
package enum StudyJobEnd: Sendable {
    case finished
    /// Saved, to be resumed.
    case interrupted
    /// Failed, with the exit code of the command.
    case failed(code: Int32)
}
