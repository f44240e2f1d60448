import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPOModels
import GRPOTasks
import GRPOTensors
import GRPOTraining

/// A stage with what it reads at hand: ready to run, and to be compared with what was made before.
struct PreparedStage {
    let index: Int
    let stage: StageSpecification
    /// The checkpoint it starts from; nil for the recipe's model and for a shape.
    let parent: Checkpoint?
    /// The documents it is trained on, for kinds that are.
    let texts: (any TextStream)?
    /// The stage that samples, for that kind: it has drawn its problems.
    let sampling: SampleStage?
    /// Optimizer updates or samplings.
    let steps: Int
    let identity: StageIdentity

    /// The name under which runs share the stage: its identity, with the evaluations and watches
    /// within it, which change its metrics but nothing that it makes.
    let sharedName: String

    var name: String { stage.name }

    /// The identity with what the stage is shown, for what the stage is about to make. It is not
    /// looked at where a finished stage is taken: what that was shown its manifest says.
    ///
    /// - Throws: `TrainingError.nothingJudged`.
    func vouchingIdentity(_ recipe: Recipe) throws -> StageIdentity {
        identity.showing(
            try DataFingerprint(stage, of: recipe, texts: texts, sampling: sampling))
    }

    /// - Parameters:
    ///   - results: of the stages before this one.
    ///   - configuration: the shape of the model that the stage runs.
    /// - Throws: `RunError`, `TrainingError`.
    init(
        _ index: Int, of recipe: Recipe, _ results: StageResults, hashes: InputHashes,
        configuration: DecoderConfiguration, compute: Compute
    ) throws {
        let stage = recipe.stages[index]
        self.index = index
        self.stage = stage
        parent = results.parent(of: index)
        let inputs = results.inputs(of: index)

        var texts: (any TextStream)?
        var count: Int?
        switch stage.data {
        case .texts(let data)?:
            let stream = try data.stream { name in
                guard let kept = inputs.first(where: { $0.stage.name == name })?.result.samples
                else { preconditionFailure("stage \(stage.name) before stage \(name)") }
                return SampledTexts(try kept.rows())
            }
            texts = stream
            count = stream.documentCount()
        case .pairs(let pairs)?: count = pairs.source.pairCount()
        case nil: break
        }
        self.texts = texts
        sampling = try recipe.sampling(of: stage)
        guard let steps = sampling?.steps ?? stage.steps(for: count) else {
            throw TrainingError.endlessEpochs(stage: stage.name)
        }
        self.steps = steps

        let drawsFromRecipe = stage.tasks.contains { $0 == nil }
        let files = (drawsFromRecipe ? recipe.task.source.files : []) + stage.dataFiles
        identity = StageIdentity(
            stage, recipe: recipe, model: hashes.model,
            files: hashes.of(recipe.task.source.files + stage.dataFiles),
            inputs: inputs.map(\.result.hash),
            data: Self.provenance(files, hashes, inputs, records: count), parent: parent,
            microBatch: stage.microBatch(configuration, on: compute.backend),
            environment: compute.environment)
        sharedName = Self.sharedName(identity, stage, recipe)
    }

    private static func sharedName(
        _ identity: StageIdentity, _ stage: StageSpecification, _ recipe: Recipe
    ) -> String {
        guard case .grpo(let grpo) = stage else { return identity.hash }
        var parts = [identity.hash]
        if grpo.settings.evalSteps != nil {
            parts += ["\(recipe.seed)", JSONValue(encoding: recipe.evaluation).text]
        } else if let judge = recipe.evaluation.task {
            parts.append(JSONValue(encoding: judge).text)
        }
        if grpo.settings != grpo.settings.unwatched { parts.append(JSONValue(encoding: grpo).text) }
        return parts.count == 1 ? identity.hash : Hash.sha256(parts.joined(separator: "\n"))
    }

    /// Hashes and counts of what the stage reads: no path of this machine, so that equal stages have
    /// equal manifests.
    private static func provenance(
        _ files: [String], _ hashes: InputHashes,
        _ inputs: [(stage: StageSpecification, result: StageResult)], records: Int?
    ) -> [String: String] {
        var facts: [String: String] = [:]
        for (file, hash) in zip(files, hashes.of(files)) {
            facts["data/\((file as NSString).lastPathComponent)/sha256"] = hash
        }
        if let records { facts["data/records"] = "\(records)" }
        for (stage, result) in inputs {
            facts["\(stage.kind)/\(stage.name)/sha256"] = result.hash
            if let samples = result.samples {
                facts["\(stage.kind)/\(stage.name)/records"] = "\(samples.manifest.counts.kept)"
            }
        }
        return facts
    }
}

extension Recipe {
    /// The stage of kind `sample` with its problems drawn; nil for other kinds.
    ///
    /// - Throws: `TrainingError` where the task has too few.
    func sampling(of stage: StageSpecification) throws(TrainingError) -> SampleStage? {
        guard case .sample(let sample) = stage else { return nil }
        return try SampleStage(
            name: stage.name, settings: sample.settings, task: task(of: stage), prompt: prompt,
            filters: sample.keep.map(\.filter), seed: seed(of: stage))
    }

    /// Of a stage's random numbers.
    func seed(of stage: StageSpecification) -> UInt64 { UInt64(stage.placement.seed ?? seed) }
}
