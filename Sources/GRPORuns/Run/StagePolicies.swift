import GRPOCheckpoints
import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTokenizers

/// The policies that stages made, for those that start from them.
struct StagePolicies {
    private let recipe: Recipe
    private let compute: Compute
    private var made: [String: Checkpoint] = [:]
    private var last: (policy: Policy, checkpoint: Checkpoint)?
    private var untrained: Policy?

    init(recipe: Recipe, compute: Compute) {
        self.recipe = recipe
        self.compute = compute
    }

    /// The policy before any stage.
    mutating func initial() throws -> Policy {
        if let untrained { return untrained }
        let policy = try makeInitial()
        untrained = policy
        return policy
    }

    private func makeInitial() throws -> Policy {
        switch recipe.model {
        case .path(let path):
            return try PolicyFile.load(path.path, backend: compute.backend)
        case .shape(let shape):
            let tokenizer = recipe.characterTokenizer
            let decoder = Decoder(
                shape.configuration(vocabularySize: tokenizer.vocabularySize),
                random: RandomStream(seed: UInt64(recipe.seed), name: "model/init"),
                backend: compute.backend)
            return Policy(decoder: decoder, tokenizer: tokenizer)
        }
    }

    /// The policy a stage starts from, ready to be trained, and the checkpoint it comes from.
    ///
    /// An earlier stage's adapters become part of the weights; where this stage has some, it begins
    /// with fresh ones that add nothing.
    mutating func start(
        of stage: StageSpecification
    ) throws -> (policy: Policy, parent: Checkpoint?) {
        let (policy, parent) = try beginning(of: stage)
        var decoder = policy.decoder.mergedInPlace()
        if let lora = stage.placement.lora {
            let seed = UInt64(stage.placement.seed ?? recipe.seed)
            decoder = decoder.adapted(
                lora, random: RandomStream(seed: seed, name: "\(stage.name)/lora"))
        }
        return (Policy(decoder: decoder, tokenizer: policy.tokenizer), parent)
    }

    private mutating func beginning(
        of stage: StageSpecification
    ) throws -> (policy: Policy, parent: Checkpoint?) {
        if let from = stage.placement.from, let checkpoint = made[from] {
            // The next stage without `from` goes on from this one's policy, so nobody asks for the
            // last one's again: its memory is free.
            last = nil
            return (try PolicyFile.policy(checkpoint, compute.backend), checkpoint)
        }
        // The stage trains what it starts from: from now on that is no other stage's.
        if let last {
            self.last = nil
            return (last.policy, last.checkpoint)
        }
        let policy = try initial()
        untrained = nil
        return (policy, nil)
    }

    mutating func finish(
        _ stage: StageSpecification, _ policy: Policy, _ checkpoint: Checkpoint
    ) {
        made[stage.name] = checkpoint
        last = (policy, checkpoint)
    }
}

extension Recipe {
    /// The tokenizer of a model from nothing: every character of its pretraining texts.
    var characterTokenizer: CharacterTokenizer {
        let texts = stages.compactMap { stage -> [Character]? in
            if case .pretrain(let pretrain) = stage { return pretrain.data.source.alphabet }
            return nil
        }
        return CharacterTokenizer(alphabet: String(texts.flatMap { $0 }))
    }
}
