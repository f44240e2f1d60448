import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPOTraining

/// Finished stages that runs share, each in a directory named by the hash of everything that goes
/// into it: none of them is ever run twice.
///
/// ```
/// DIR/HASH/  stage.json  metrics.jsonl  timings.jsonl  rollouts/step-000100.jsonl
///            preflight.json  suspicious/step-000100.jsonl
///            step-000100.h5 + .json, or samples.jsonl + .json
/// DIR/HASH.lock
/// DIR/evaluations/HASH.json + .jsonl
/// ```
struct StageStore {
    let directory: String

    /// Holds a stage for this run, whether it is there or not. Where another run is at work on the
    /// stage, waits for its end.
    ///
    /// - Throws: `Run.Interrupted` while waiting.
    func claim(
        _ prepared: PreparedStage, _ printer: ProgressPrinter, _ interruption: Interruption,
        in run: RunDirectory
    ) async throws -> StageClaim {
        try RunDirectory.make(directory, option: "--stages")
        let path = directory + "/" + prepared.sharedName
        let lock = try FileDescriptor(path: path + ".lock", flags: O_RDWR | O_CREAT)
        var waits = false
        while try !lock.lock() {
            if !waits { printer.say("\(prepared.name): waiting for another run that makes it") }
            waits = true
            if interruption.isRaised {
                printer.finish()
                throw Run.Interrupted(stage: prepared.name, step: 0, directory: run.path)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        return StageClaim(path: path, lock: lock, printer: printer)
    }
}

extension StageStore {
    private func evaluationPath(_ identity: String) -> String {
        directory + "/evaluations/" + identity
    }

    /// What another run found of a policy; nil where none has evaluated it in this way, or where its
    /// files cannot be read.
    func evaluation(_ identity: String) -> (EvaluationResult, EvaluationSamples)? {
        let path = evaluationPath(identity)
        guard let data = FileManager.default.contents(atPath: path + ".json"),
            let result = try? JSONDecoder().decode(EvaluationResult.self, from: data),
            let samples = try? SamplesFile.read(path + ".jsonl")
        else { return nil }
        return (result, samples)
    }

    /// Keeps an evaluation for other runs: first its samples, then the result that vouches for them.
    func keep(
        _ result: EvaluationResult, _ samples: EvaluationSamples, identity: String
    ) throws(RunError) {
        let path = evaluationPath(identity)
        try RunDirectory.make((path as NSString).deletingLastPathComponent)
        try SamplesFile.write(samples, to: path + ".jsonl")
        try RunFile.write(JSONValue(encoding: result).text + "\n", to: path + ".json")
    }
}

/// One stage of a store, held against other processes as long as this lives.
final class StageClaim {
    let path: String
    private let lock: FileDescriptor
    private let printer: ProgressPrinter
    private let manager = FileManager.default

    fileprivate init(path: String, lock: FileDescriptor, printer: ProgressPrinter) {
        self.path = path
        self.lock = lock
        self.printer = printer
    }

    /// What the store says of a stage; it is written last.
    private struct Entry: Codable {
        var stage: String
        var kind: String
        var steps: Int
    }

    private var entry: String { path + "/stage.json" }

    /// Puts the stage's files into a run as if it had run there; false where the store has none, or
    /// damaged ones, which it removes.
    ///
    /// What vouches for the others comes last, so that a crash leaves an unfinished stage.
    func take(_ prepared: PreparedStage, into run: RunDirectory) throws -> Bool {
        guard manager.fileExists(atPath: entry) else { return false }
        let stage = prepared.name
        let files: [(from: String, to: String)]
        if prepared.sampling != nil {
            guard isIntact(path + "/samples.jsonl", path + "/samples.json") else {
                printer.say(
                    "warning: \(stage) is made again: the samples in \(path) are not those that "
                        + "their manifest vouches for")
                try remove(path)
                return false
            }
            files = [
                (path + "/samples.jsonl", run.samples(stage: stage)),
                (path + "/samples.json", run.samplesManifest(stage: stage)),
            ]
        } else {
            let found = path + "/" + StepName.text(prepared.steps) + ".h5"
            do {
                _ = try Checkpoint.verify(found)
            } catch {
                printer.say("warning: \(stage) is made again: \(error)")
                try remove(path)
                return false
            }
            let place = run.checkpoint(stage: stage, step: prepared.steps)
            files = [(found, place), (manifest(of: found), manifest(of: place))]
        }
        // What the run itself has begun of the stage.
        try run.truncate(stage: stage, after: 0, laterStages: [])
        try run.removeSamples(stage: stage)
        for (from, to) in [
            (path + "/metrics.jsonl", run.metrics), (path + "/timings.jsonl", run.timings),
        ] {
            let writer = try MetricsWriter(path: to)
            for record in MetricsReader.records(path: from) { try writer.append(record) }
            try writer.synchronize()
        }
        try linkAll(path + "/rollouts", to: run.rollouts(stage: stage))
        try linkAll(path + "/suspicious", to: run.suspicious(stage: stage))
        let preflight = path + "/preflight.json"
        if manager.fileExists(atPath: preflight) {
            try link(preflight, to: run.preflight(stage: stage))
        }
        for (from, to) in files { try link(from, to: to) }
        return true
    }

    private func isIntact(_ samples: String, _ manifest: String) -> Bool {
        guard let data = manager.contents(atPath: manifest),
            let said = try? JSONDecoder().decode(KeptSamples.Manifest.self, from: data)
        else { return false }
        return (try? Hash.sha256(ofFile: samples)) == said.sha256
    }

    /// Puts a finished stage of a run into the store, whole or not at all.
    func give(
        _ prepared: PreparedStage, _ result: StageResult, from run: RunDirectory
    ) throws {
        let stage = prepared.name
        let draft = path + ".tmp-\(ProcessInfo.processInfo.processIdentifier)"
        for unfinished in [draft, path] { try remove(unfinished) }
        try RunDirectory.make(draft)
        switch result {
        case .checkpoint(let checkpoint):
            let place = draft + "/" + StepName.text(checkpoint.step) + ".h5"
            try link(checkpoint.path, to: place)
            try link(manifest(of: checkpoint.path), to: manifest(of: place))
        case .samples(let samples):
            try link(samples.path, to: draft + "/samples.jsonl")
            try link(run.samplesManifest(stage: stage), to: draft + "/samples.json")
        }
        try linkAll(run.rollouts(stage: stage), to: draft + "/rollouts")
        try linkAll(run.suspicious(stage: stage), to: draft + "/suspicious")
        if manager.fileExists(atPath: run.preflight(stage: stage)) {
            try link(run.preflight(stage: stage), to: draft + "/preflight.json")
        }
        for (from, to) in [
            (run.metrics, "/metrics.jsonl"), (run.timings, "/timings.jsonl"),
        ] {
            let lines = MetricsReader.records(path: from).filter { $0.stage == stage }
            try RunFile.write(lines.map { $0.line + "\n" }.joined(), to: draft + to)
        }
        let entry = Entry(stage: stage, kind: prepared.stage.kind, steps: prepared.steps)
        try RunFile.write(JSONValue(encoding: entry).text + "\n", to: draft + "/stage.json")
        try attempt("be moved into the store", path) {
            try manager.moveItem(atPath: draft, toPath: path)
        }
    }

    private func manifest(of checkpoint: String) -> String {
        (checkpoint as NSString).deletingPathExtension + ".json"
    }

    /// Files of runs are never written in place, so two runs may hold the same one.
    private func link(_ from: String, to place: String) throws(RunError) {
        try RunDirectory.make((place as NSString).deletingLastPathComponent)
        try remove(place)
        do {
            try manager.linkItem(atPath: from, toPath: place)
        } catch {
            // Another file system.
            try attempt("be copied from \(from)", place) {
                try manager.copyItem(atPath: from, toPath: place)
            }
        }
    }

    private func linkAll(_ directory: String, to place: String) throws(RunError) {
        let names = (try? manager.contentsOfDirectory(atPath: directory)) ?? []
        for name in names.sorted() where StepName.step(of: name) != nil {
            try link(directory + "/" + name, to: place + "/" + name)
        }
    }

    private func remove(_ path: String) throws(RunError) {
        guard manager.fileExists(atPath: path) else { return }
        try attempt("be removed", path) { try manager.removeItem(atPath: path) }
    }

    private func attempt(_ what: String, _ path: String, _ body: () throws -> Void) throws(RunError)
    {
        do {
            try body()
        } catch {
            throw RunError(
                .failure, path: path, "could not \(what): \(error.localizedDescription)",
                remedy: "check disk and permissions, or name another --stages")
        }
    }
}
