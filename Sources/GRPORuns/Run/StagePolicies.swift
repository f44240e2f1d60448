import GRPOCheckpoints
import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTokenizers
import GRPOTraining

/// The policies that stages made, for those that start from them. One at most is kept in memory: the
/// last that was used.
struct StagePolicies {
    private let recipe: Recipe
    private let graph: StageGraph
    private let compute: Compute
    /// The policy in memory, and where it comes from.
    private var held: (origin: StageGraph.Beginning, policy: Policy)?

    init(recipe: Recipe, compute: Compute) {
        self.recipe = recipe
        graph = recipe.graph
        self.compute = compute
    }

    /// The policy before any stage.
    mutating func initial() throws -> Policy { try policy(of: .model, nil) }

    /// A policy as it was made, not to be trained: it may serve others.
    ///
    /// - Parameter checkpoint: the one it lies in, where a stage made it.
    mutating func policy(
        of origin: StageGraph.Beginning, _ checkpoint: Checkpoint?
    ) throws -> Policy {
        if let held, held.origin == origin { return held.policy }
        // Before the next one is made, the last one's memory is free.
        held = nil
        let policy = try make(origin, checkpoint)
        held = (origin, policy)
        return policy
    }

    private func make(
        _ origin: StageGraph.Beginning, _ checkpoint: Checkpoint?
    ) throws -> Policy {
        switch origin {
        case .model:
            switch recipe.model {
            case .path(let path):
                return try PolicyFile.load(path.path, backend: compute.backend)
            case .shape(let shape):
                // The stage that trains it from nothing is the first: with its seed the two are one.
                let seed = recipe.stages.first.map(recipe.seed(of:)) ?? UInt64(recipe.seed)
                return try drawn(shape, RandomStream(seed: seed, name: "model/init"))
            }
        case .shape: preconditionFailure("a stage's own shape is drawn by `start`")
        case .stage(let index):
            guard let checkpoint else {
                preconditionFailure("stage \(graph.stages[index].name) without a checkpoint")
            }
            return try PolicyFile.policy(checkpoint, compute.backend)
        }
    }

    /// A decoder from nothing.
    private func drawn(_ shape: ModelShape, _ stream: RandomStream) throws -> Policy {
        let tokenizer =
            if case .path(let path) = recipe.model {
                try PolicyFile.tokenizer(path.path)
            } else {
                recipe.characterTokenizer as any Tokenizer
            }
        let decoder = Decoder(
            shape.configuration(vocabularySize: tokenizer.vocabularySize),
            random: stream, backend: compute.backend)
        return Policy(decoder: decoder, tokenizer: tokenizer)
    }

    /// What a stage trains, ready to be trained.
    ///
    /// An earlier stage's adapters become part of the weights; where this stage has some, it begins
    /// with fresh ones that add nothing.
    mutating func start(of index: Int, parent: Checkpoint?) throws -> Policy {
        let stage = graph.stages[index]
        let origin = graph.beginning(of: index)
        let beginning =
            if case .shape(let shape) = origin {
                try drawn(
                    shape,
                    RandomStream(seed: recipe.seed(of: stage), name: "\(stage.name)/model/init"))
            } else {
                try policy(of: origin, parent)
            }
        // The stage trains what it starts from: from now on that is no other stage's.
        held = nil
        var decoder =
            if case .rewardModel(let rewardModel) = stage {
                rewardModel.work(stage.name, recipe).model(from: beginning).decoder
            } else {
                beginning.decoder.mergedInPlace()
            }
        if let lora = stage.lora {
            decoder = decoder.adapted(
                lora,
                random: RandomStream(seed: recipe.seed(of: stage), name: "\(stage.name)/lora"))
        }
        return Policy(decoder: decoder, tokenizer: beginning.tokenizer)
    }

    /// Keeps the policy that a stage has trained for the next ones.
    mutating func finish(_ index: Int, _ policy: Policy) {
        if graph.stages[index].makes == .policy { held = (.stage(index), policy) }
    }
}
