import Foundation
import GRPOCheckpoints
import GRPOJSON

/// The files of a study.
///
/// ```
/// DIR/  plan.json                          which recipe each run was begun with
///       runs/ARM/seed-0/                   a run like any other; beside it its recipe and what it
///       runs/ARM/seed-0.yaml .log .json    said, and at its end what the judge found
///       shared/seed-0/ ...                 what all arms begin with
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

    /// Is there once a job is done.
    package func mark(_ job: StudyJob) -> String { path + "/" + job.path + ".json" }

    // MARK: Opening

    /// Makes the directory for a new study, or enters an existing one to go on with it, and holds it
    /// against other processes until the lock goes away. Arms and seeds may have been added since.
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
            let text = ResolvedRecipe.text(of: job.recipe)
            let hash = Hash.sha256(text)
            if let earlier = begun[job.path], earlier != hash {
                throw RunError(
                    .input, path: path + "/" + job.path,
                    "\(job.name) was begun with other settings",
                    remedy: "resume with the study it was begun with, name the changed arm anew, "
                        + "or choose another --output")
            }
            begun[job.path] = hash
            try RunDirectory.make((recipe(job) as NSString).deletingLastPathComponent)
            try RunFile.write(text, to: recipe(job))
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
        guard let data = FileManager.default.contents(atPath: mark(job)),
            let mark = JSONValue(String(decoding: data, as: UTF8.self))
        else { return false }
        return mark["recipe_sha256"]?.string
            == Hash.sha256(ResolvedRecipe.text(of: job.recipe))
    }

    /// The paths of the jobs that are done.
    package func finished(_ plan: StudyPlan) -> Set<String> {
        Set(plan.allJobs.filter(isFinished).map(\.path))
    }

    /// Marks a job as done.
    func finish(_ job: StudyJob) throws(RunError) {
        let hash = Hash.sha256(ResolvedRecipe.text(of: job.recipe))
        try RunFile.write(
            JSONValue.object(["recipe_sha256": .string(hash)]).text + "\n", to: mark(job))
    }

    /// The last lines of what a job's process said.
    func lastWords(_ job: StudyJob, lines: Int = 2) -> String {
        guard let data = FileManager.default.contents(atPath: log(job)) else { return "" }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(lines)
            .joined(separator: " / ")
    }
}
