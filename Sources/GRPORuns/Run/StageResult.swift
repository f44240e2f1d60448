import GRPOCheckpoints

/// What a stage has made: a policy or a reward model, or samples.
enum StageResult {
    case checkpoint(Checkpoint)
    case samples(KeptSamples)

    /// Of its file's bytes.
    var hash: String {
        switch self {
        case .checkpoint(let checkpoint): checkpoint.hash
        case .samples(let samples): samples.manifest.sha256
        }
    }

    var path: String {
        switch self {
        case .checkpoint(let checkpoint): checkpoint.path
        case .samples(let samples): samples.path
        }
    }

    var checkpoint: Checkpoint? {
        if case .checkpoint(let checkpoint) = self { checkpoint } else { nil }
    }

    var samples: KeptSamples? {
        if case .samples(let samples) = self { samples } else { nil }
    }
}

/// What the stages of a run have made so far, by their places in the recipe.
struct StageResults {
    let graph: StageGraph
    private var made: [Int: StageResult] = [:]

    init(_ graph: StageGraph) {
        self.graph = graph
    }

    subscript(index: Int) -> StageResult? { made[index] }

    mutating func finish(_ index: Int, _ result: StageResult) { made[index] = result }

    /// The checkpoint that a stage starts from; nil for the recipe's model and for a shape.
    func parent(of index: Int) -> Checkpoint? {
        guard case .stage(let parent) = graph.beginning(of: index) else { return nil }
        return made[parent]?.checkpoint
    }

    /// What a stage uses beside the policy it starts from.
    func inputs(of index: Int) -> [(stage: StageSpecification, result: StageResult)] {
        graph.inputs(of: index).compactMap { input in
            made[input].map { (graph.stages[input], $0) }
        }
    }
}
