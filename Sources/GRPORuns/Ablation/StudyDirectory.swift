import Foundation
import GRPOCheckpoints
import GRPOJSON

/// The files of a study.
///
/// ```
/// DIR/  plan.json                          which recipe each run was begun with
///       runs/ARM/seed-0/                   a run like any other; beside it its recipe and what it
///       runs/ARM/seed-0.yaml .log .json    said, and at its end what the judge found
///       shared/seed-0/ ...                 what all arms begin with, as many stages as they now are
///       stages/HASH/                       finished stages: none is run twice
///       study.json  table.csv  seeds.csv  table.md  report.html
/// ```
package struct StudyDirectory: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var plan: String { path + "/plan.json" }
    package var stages: String { path + "/stages" }
    package var json: String { path + "/study.json" }
    package var table: String { path + "/table.csv" }
    package var seeds: String { path + "/seeds.csv" }
    package var markdown: String { path + "/table.md" }
    package var report: String { path + "/report.html" }

    package func run(_ job: StudyJob) -> RunDirectory {
        RunDirectory(path: path + "/" + job.path)
    }

    /// The recipe that a job's process reads.
    package func recipe(_ job: StudyJob) -> String { path + "/" + job.path + ".yaml" }

    /// What a job's process says.
    package func log(_ job: StudyJob) -> String { path + "/" + job.path + ".log" }

    /// When a job was at work, and once it is done, of which settings.
    package func mark(_ job: StudyJob) -> String { path + "/" + job.path + ".json" }

    // MARK: Opening

    /// Makes the directory for a new study, or enters an existing one to go on with it, and holds it
    /// against other processes until the lock goes away. Arms and seeds may have been added since,
    /// and with them what all arms begin with may have changed: an arm's own stages are then in its
    /// run and in the store, which no stage enters twice.
    ///
    /// - Throws: ``RunError``, an input error where a new study finds files, a resumed one finds none
    ///   or an arm that was begun otherwise, or another process holds the directory.
    func open(_ plan: StudyPlan, resuming: Bool) throws(RunError) -> RunLock {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let others = names.filter { $0 != RunLock.name }
        if resuming {
            guard others.contains("plan.json") || others.isEmpty && !names.isEmpty else {
                throw RunError(
                    .input, path: path, "found no plan.json, expected a study to resume",
                    remedy: "name the study with --output, or start it without --resume")
            }
        } else if !others.isEmpty {
            throw RunError(
                .input, path: path, "found \(others.count) files of an earlier study",
                remedy: "continue it with --resume, or choose another --output")
        }
        try RunDirectory.make(path)
        let lock = try RunLock(directory: path)
        var begun = Self.recipes(self.plan)
        for job in plan.allJobs {
            if job.arm != nil, let earlier = begun[job.path], !job.isIdentity(earlier) {
                throw RunError(
                    .input, path: path + "/" + job.path,
                    "\(job.name) was begun with other settings",
                    remedy: "resume with the study it was begun with, name the changed arm anew, "
                        + "or choose another --output")
            }
            begun[job.path] = job.identity
            try RunDirectory.make((recipe(job) as NSString).deletingLastPathComponent)
            try RunFile.write(ResolvedRecipe.text(of: job.recipe), to: recipe(job))
        }
        let document = JSONValue.object([
            "study": .string(plan.study.name),
            "recipes": .object(
                begun.sorted { $0.key < $1.key }.map {
                    JSONValue.Member(key: $0.key, value: .string($0.value))
                }),
        ])
        try RunFile.write(document.prettyText + "\n", to: self.plan)
        return lock
    }

    /// The hashes of the recipes that runs were begun with, by the runs' paths.
    private static func recipes(_ file: String) -> [String: String] {
        guard let data = FileManager.default.contents(atPath: file),
            let members = JSONValue(String(decoding: data, as: UTF8.self))?["recipes"]?.members
        else { return [:] }
        return Dictionary(
            members.compactMap { member in member.value.string.map { (member.key, $0) } },
            uniquingKeysWith: { $1 })
    }

    // MARK: Marks

    /// Whether a job is done, by a mark that was made with its recipe.
    package func isFinished(_ job: StudyJob) -> Bool {
        StudyMark(path: mark(job)).finished.map(job.isIdentity) ?? false
    }

    /// The paths of the jobs that are done.
    package func finished(_ plan: StudyPlan) -> Set<String> {
        Set(plan.allJobs.filter(isFinished).map(\.path))
    }

    /// Marks that a job was at work, and whether that was to its end.
    func note(_ job: StudyJob, at work: ClosedRange<Double>, finished: Bool) throws(RunError) {
        var noted = StudyMark(path: mark(job))
        noted.work.append(work)
        if finished { noted.finished = job.identity }
        try noted.write(to: mark(job))
    }

    /// The wall time in which any of these jobs was at work, whatever became of the study meanwhile.
    /// Times that overlap count once.
    func wallSeconds(_ jobs: [StudyJob]) -> Double {
        let work = jobs.flatMap { StudyMark(path: mark($0)).work }
            .sorted { $0.lowerBound < $1.lowerBound }
        var (sum, end) = (0.0, -Double.infinity)
        for span in work {
            sum += max(0, span.upperBound - max(end, span.lowerBound))
            end = max(end, span.upperBound)
        }
        return max(sum, writtenSeconds)
    }

    /// What the study's document says: earlier versions marked no times.
    private var writtenSeconds: Double {
        guard let data = FileManager.default.contents(atPath: json) else { return 0 }
        return JSONValue(String(decoding: data, as: UTF8.self))?["wall_s"]?.number ?? 0
    }

    /// The last lines of what a job's process said.
    func lastWords(_ job: StudyJob, lines: Int = 2) -> String {
        guard let data = FileManager.default.contents(atPath: log(job)) else { return "" }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(lines)
            .joined(separator: " / ")
    }
}
