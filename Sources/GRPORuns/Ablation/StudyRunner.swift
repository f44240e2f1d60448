import Foundation
import GRPOTraining

/// A study at work in its directory: what arms share first, then every arm with every seed, some at
/// once. What is done already is not run again.
package struct StudyRunner {
    private let plan: StudyPlan
    private let directory: StudyDirectory
    private let launcher: any StudyLauncher
    private let printer: ProgressPrinter
    private let interruption: Interruption

    package init(
        _ plan: StudyPlan, directory: StudyDirectory, launcher: any StudyLauncher,
        printer: ProgressPrinter, interruption: Interruption
    ) {
        self.plan = plan
        self.directory = directory
        self.launcher = launcher
        self.printer = printer
        self.interruption = interruption
    }

    /// Was stopped after its runs had saved.
    package struct Interrupted: Error {
        package let done: Int
        package let runs: Int
        /// The study's file and directory.
        package let file: String
        package let directory: String
    }

    /// Runs what is not done yet, writes the results of what is done, and says what failed.
    ///
    /// - Throws: `Interrupted`, or `RunError`, where runs failed after what the others found was
    ///   written down.
    package func execute(resuming: Bool) async throws -> StudyTable {
        let lock = try directory.open(plan, resuming: resuming)
        defer { withExtendedLifetime(lock) {} }
        let done = directory.finished(plan)
        if !done.isEmpty {
            printer.say("\(done.count) of \(plan.allJobs.count) runs are done already")
        }
        var failed: [(job: StudyJob, code: Int32)]
        do {
            failed = try await run(plan.beginnings, atOnce: plan.study.processes)
            // Where a shared beginning failed, every arm would fail as it did.
            if failed.isEmpty { failed = try await run(plan.jobs, atOnce: plan.study.processes) }
        } catch let interrupted as Interrupted {
            _ = try results()
            throw interrupted
        }
        printer.finish()
        let table = try results()
        if let first = failed.first {
            throw RunError(
                first.code == 2 ? .input : .failure, path: directory.log(first.job),
                "\(failed.count) of \(plan.allJobs.count) runs failed: "
                    + failed.map(\.job.name).joined(separator: "; ")
                    + "; the first one's last words: \(directory.lastWords(first.job))",
                remedy: "mend what it names and use --resume"
                    + (table == nil ? "" : "; the table holds the runs that are done"))
        }
        guard let table else { preconditionFailure("a finished study without its reference") }
        return table
    }

    /// The results of the runs that are done, written down; nil while the reference is not.
    private func results() throws -> StudyTable? {
        let measurements = try plan.measurements(in: directory)
        guard measurements.contains(where: { $0.arm == plan.study.reference.name }) else {
            return nil
        }
        let table = StudyTable(
            plan, measurements, wallSeconds: directory.wallSeconds(plan.allJobs))
        try StudyReport.write(table, plan, measurements, to: directory)
        return table
    }

    /// Runs jobs, so many at once.
    ///
    /// - Returns: those that failed: one arm's failure says nothing of the others.
    private func run(
        _ jobs: [StudyJob], atOnce: Int
    ) async throws -> [(job: StudyJob, code: Int32)] {
        let (launcher, directory, interruption) = (launcher, directory, interruption)
        let open = jobs.filter { !directory.isFinished($0) }
        var waiting = open.makeIterator()
        var failed: [(job: StudyJob, code: Int32)] = []
        let total = plan.allJobs.count
        var done = total - plan.allJobs.count { !directory.isFinished($0) }
        try await withThrowingTaskGroup(
            of: (StudyJob, StudyJobEnd, ClosedRange<Double>).self
        ) { group in
            func begin() {
                guard !interruption.isRaised, let job = waiting.next() else { return }
                group.addTask {
                    let clock = ContinuousClock()
                    let begin = clock.now
                    let date = Date().timeIntervalSince1970
                    let end = try await launcher.run(
                        job, in: directory, interruption: interruption)
                    let seconds = (clock.now - begin) / .seconds(1)
                    return (job, end, date...date + seconds)
                }
            }
            for _ in 0..<atOnce { begin() }
            while let (job, end, work) = try await group.next() {
                var isFinished = false
                if case .finished = end { isFinished = true }
                try directory.note(job, at: work, finished: isFinished)
                switch end {
                case .finished:
                    done += 1
                    printer.say(
                        "\(done)/\(total)  \(job.name)  \(outcome(job))"
                            + "\(ShortNumber.duration(work.upperBound - work.lowerBound))")
                case .interrupted: interruption.raise()
                case .failed(let code):
                    failed.append((job, code))
                    printer.say(
                        "\(job.name) failed: \(directory.lastWords(job, lines: 1)) "
                            + "(\(directory.log(job)))")
                }
                begin()
            }
        }
        guard !interruption.isRaised else {
            printer.finish()
            throw Interrupted(
                done: done, runs: total, file: plan.study.file, directory: directory.path)
        }
        return failed
    }

    /// What the judge found, for the screen.
    private func outcome(_ job: StudyJob) -> String {
        guard let stage = job.judged,
            let result = EvaluationFile.results(in: directory.run(job)).first(where: {
                $0.stage == stage
            })
        else { return "" }
        return "pass@1 \(ShortNumber.fixed(result.passAt1))  "
            + "length \(ShortNumber.fixed(result.meanLength, decimals: 1))  "
    }
}
