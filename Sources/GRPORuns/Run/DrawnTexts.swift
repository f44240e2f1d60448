import GRPOTasks
import GRPOTensors
import GRPOTraining

/// What the stages of a recipe read, for what must be known before the first of them begins: of data
/// with an end every record that a stage draws, of endless data a seeded sample.
struct DrawnTexts {
    /// Problems, documents or pairs of an endless source that are looked at.
    static let sampleSize = 1024

    let recipe: Recipe

    func problems(of stage: StageSpecification) throws(TrainingError) -> [Problem] {
        if let sampling = try recipe.sampling(of: stage) { return sampling.problems }
        guard case .grpo(let grpo) = stage else { return [] }
        let stream = stream(stage)
        return recipe.tasks(of: stage).flatMap { source in
            let drawn = grpo.settings.problemPool.map { $0.count(of: source.trainingCount()) }
            let count = Self.count(
                drawn ?? grpo.settings.problemsDrawn, of: source.trainingCount())
            return (0..<count).map { index in
                var generator: any RandomNumberGenerator = stream.generator(step: 1, slot: index)
                return source.problem(index, split: .train, using: &generator)
            }
        }
    }

    /// The documents of a stage's sources; what an earlier stage will keep is not there yet.
    func documents(of stage: StageSpecification) -> [TextDocument] {
        guard case .texts(let texts)? = stage.data else { return [] }
        let stream = stream(stage)
        // Only the order of pretraining's own single source is that of its indices.
        var drawn = Int.max
        if case .pretrain(let pretrain) = stage, texts.parts.count == 1 {
            drawn = pretrain.settings.documentsDrawn
        }
        return texts.sources.flatMap { source in
            (0..<Self.count(drawn, of: source.documentCount())).map { index in
                var generator: any RandomNumberGenerator = stream.generator(step: 1, slot: index)
                return source.document(index, using: &generator)
            }
        }
    }

    func pairs(of stage: StageSpecification) -> [PreferencePair] {
        guard case .pairs(let pairs)? = stage.data else { return [] }
        let source = pairs.source
        let stream = stream(stage)
        return (0..<Self.count(.max, of: source.pairCount())).map { index in
            var generator: any RandomNumberGenerator = stream.generator(step: 1, slot: index)
            return source.pair(index, using: &generator)
        }
    }

    /// All problems of the evaluation.
    var evaluationProblems: [Problem] {
        (recipe.evaluation.task ?? recipe.task).source
            .testProblems(limit: recipe.evaluation.settings.problems, seed: 0)
    }

    /// The first pass through data with an end shows each of its records once.
    private static func count(_ drawn: Int, of available: Int?) -> Int {
        available.map { min(drawn, $0) } ?? sampleSize
    }

    private func stream(_ stage: StageSpecification) -> RandomStream {
        RandomStream(seed: recipe.seed(of: stage), name: "drawn_texts")
    }
}
