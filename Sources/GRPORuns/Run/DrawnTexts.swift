import GRPOTasks
import GRPOTensors
import GRPOTraining

/// What the stages of a recipe read, for what must be known before the first of them begins: of data
/// with an end every record that a stage draws, of endless data a seeded sample.
struct DrawnTexts {
    /// Problems or documents of an endless source that are looked at.
    static let sampleSize = 1024

    let recipe: Recipe

    func problems(of stage: GRPOSpecification) -> some Sequence<Problem> {
        let source = recipe.task.source
        let stream = stream(stage.placement)
        let count = Self.count(stage.settings.problemsDrawn, of: source.trainingCount())
        return (0..<count).lazy.map { index in
            var generator: any RandomNumberGenerator = stream.generator(step: 1, slot: index)
            return source.problem(index, split: .train, using: &generator)
        }
    }

    func documents(of stage: PretrainSpecification) -> some Sequence<TextDocument> {
        let source = stage.data.source
        let stream = stream(stage.placement)
        let count = Self.count(stage.settings.documentsDrawn, of: source.documentCount())
        return (0..<count).lazy.map { index in
            var generator: any RandomNumberGenerator = stream.generator(step: 1, slot: index)
            return source.document(index, using: &generator)
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

    private func stream(_ placement: StagePlacement) -> RandomStream {
        RandomStream(seed: UInt64(placement.seed ?? recipe.seed), name: "drawn_texts")
    }
}
