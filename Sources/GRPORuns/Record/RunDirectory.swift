import Foundation
import GRPOCheckpoints
import GRPOJSON

/// The files of one run.
///
/// ```
/// runs/NAME/  recipe.yaml  environment.json  metrics.jsonl  timings.jsonl
///             rollouts/STAGE/step-000100.jsonl   samples/STAGE.jsonl + .json
///             checkpoints/STAGE/step-000100.h5 + .json   report.html
///             adapters/STAGE/adapter_config.json + adapter_model.safetensors
///             preflight/STAGE.json   suspicious/STAGE/step-000100.jsonl
///             post-mortem/STAGE/step-000100/report.md + metrics.jsonl + rollouts/
/// ```
package struct RunDirectory: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var recipe: String { path + "/recipe.yaml" }
    package var environment: String { path + "/environment.json" }
    package var metrics: String { path + "/metrics.jsonl" }
    package var timings: String { path + "/timings.jsonl" }
    package var evaluations: String { path + "/evaluations.json" }
    package var contamination: String { path + "/contamination.json" }
    package var report: String { path + "/report.html" }
    package var rollouts: String { path + "/rollouts" }
    package var checkpoints: String { path + "/checkpoints" }
    package var samples: String { path + "/samples" }

    package func rollouts(stage: String) -> String { rollouts + "/" + Self.component(stage) }

    package func rollouts(stage: String, step: Int) -> String {
        rollouts(stage: stage) + "/" + StepName.text(step) + ".jsonl"
    }

    package func checkpoints(stage: String) -> String {
        checkpoints + "/" + Self.component(stage)
    }

    /// What a stage that samples has kept.
    package func samples(stage: String) -> String {
        samples + "/" + Self.component(stage) + ".jsonl"
    }

    /// What vouches for a stage's samples.
    package func samplesManifest(stage: String) -> String {
        samples + "/" + Self.component(stage) + ".json"
    }

    /// A finished stage's adapters in PEFT's format, where it trained some.
    package func adapters(stage: String) -> String {
        path + "/adapters/" + Self.component(stage)
    }

    /// What was found before a stage's first update.
    package func preflight(stage: String) -> String {
        path + "/preflight/" + Self.component(stage) + ".json"
    }

    /// The rollouts of a stage that a strict verifier found wrong and the rewards right.
    package func suspicious(stage: String) -> String {
        path + "/suspicious/" + Self.component(stage)
    }

    package func suspicious(stage: String, step: Int) -> String {
        suspicious(stage: stage) + "/" + StepName.text(step) + ".jsonl"
    }

    /// What was kept of a stage's collapses.
    package func postMortems(stage: String) -> String {
        path + "/post-mortem/" + Self.component(stage)
    }

    package func postMortem(stage: String, step: Int) -> String {
        postMortems(stage: stage) + "/" + StepName.text(step)
    }

    /// The checkpoint itself; its manifest lies beside it as `.json`.
    package func checkpoint(stage: String, step: Int) -> String {
        checkpoints(stage: stage) + "/" + StepName.text(step) + ".h5"
    }

    /// Whether a stage's or run's name can be part of a path: letters, digits, `_`, `-`, `+` and
    /// `.`, not first.
    package static func isPlainName(_ name: String) -> Bool {
        let first = name.unicodeScalars.first
        return first != "." && first != "-" && !name.isEmpty && name.utf8.count <= 100
            && name.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                        || "_-+.".unicodeScalars.contains($0))
            }
    }

    private static func component(_ name: String) -> String {
        precondition(isPlainName(name), "'\(name)' is no plain name, expected letters and digits")
        return name
    }

    // MARK: Opening

    /// Makes the directory for a new run, or enters an existing one to resume it, and holds it
    /// against other processes until the lock goes away.
    ///
    /// - Throws: ``RunError``, an input error where a new run finds files, a resumed one finds
    ///   none, or another process holds the directory.
    package func open(resuming: Bool) throws(RunError) -> RunLock {
        try check(resuming: resuming)
        try Self.make(path)
        let lock = try RunLock(directory: path)
        // Another process may have been here between the check and the lock.
        try check(resuming: resuming)
        for directory in [rollouts, checkpoints] { try Self.make(directory) }
        return lock
    }

    private func check(resuming: Bool) throws(RunError) {
        let names = names(in: path)
        // What a run makes before its recipe: one that died so early has nothing to lose.
        let others = names.filter {
            ![RunLock.name, "rollouts", "checkpoints", "samples"].contains($0)
                && !$0.hasPrefix("recipe.yaml.tmp-")
        }
        if resuming {
            guard others.contains("recipe.yaml") || !names.isEmpty && others.isEmpty else {
                throw RunError(
                    .input, path: path, "found no recipe.yaml, expected a run to resume",
                    remedy: "name the run with --output, or start it without --resume")
            }
        } else if !others.isEmpty {
            throw RunError(
                .input, path: path, "found \(others.count) files of an earlier run",
                remedy: "continue it with --resume, or choose another --output")
        }
    }

    /// Makes a directory and those above it.
    ///
    /// - Parameter option: the one that names another place.
    package static func make(
        _ directory: String, option: String = "--output"
    ) throws(RunError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw RunError(
                .failure, path: directory, "the directory could not be made",
                remedy: "choose a directory that you may write with \(option)")
        }
    }

    /// Writes a document as JSON, whole or not at all.
    package func write(_ value: some Encodable, to file: String) throws(RunError) {
        try RunFile.write(JSONValue(encoding: value).prettyText + "\n", to: file)
    }

    // MARK: Resuming

    /// Forgets what came after a checkpoint: the stage's metrics and rollouts of later steps, and
    /// everything of `laterStages`. Lines that a crash left incomplete go too.
    package func truncate(
        stage: String, after step: Int, laterStages: Set<String>
    ) throws(RunError) {
        for file in [metrics, timings] {
            let lines = MetricsReader.lines(path: file)
            let kept = lines.filter { line in
                guard let object = JSONValue(line) else { return false }
                guard let itsStage = object["stage"]?.string else { return true }
                if laterStages.contains(itsStage) { return false }
                return itsStage != stage || (object["step"]?.number ?? 0) <= Double(step)
            }
            guard FileManager.default.fileExists(atPath: file) else { continue }
            try RunFile.write(kept.map { $0 + "\n" }.joined(), to: file)
        }
        for kept in [rollouts(stage: stage), suspicious(stage: stage), postMortems(stage: stage)] {
            for name in names(in: kept) where (StepName.step(of: name) ?? .max) > step {
                try remove(kept + "/" + name)
            }
        }
        for later in laterStages {
            for kept in [
                rollouts(stage: later), suspicious(stage: later), postMortems(stage: later),
                preflight(stage: later),
            ] { try remove(kept) }
        }
        for unfinished in laterStages.union([stage]) { try remove(adapters(stage: unfinished)) }
        for later in laterStages { try removeSamples(stage: later) }
        // What a process that died was writing: this one holds the directory's lock.
        for directory in [path, samples] {
            for name in names(in: directory) where name.contains(".tmp-") {
                try remove(directory + "/" + name)
            }
        }
    }

    /// Removes what a stage has kept, first what vouches for it.
    package func removeSamples(stage: String) throws(RunError) {
        for file in [samplesManifest(stage: stage), samples(stage: stage)] {
            try remove(file)
            try remove(file + Self.partial)
        }
    }

    /// What the files of an unfinished sampling end in.
    static let partial = ".partial"

    private func remove(_ file: String) throws(RunError) {
        guard FileManager.default.fileExists(atPath: file) else { return }
        do {
            try FileManager.default.removeItem(atPath: file)
        } catch {
            throw RunError(
                .failure, path: file, "could not be removed", remedy: "check its permissions")
        }
    }

    private func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }
}
