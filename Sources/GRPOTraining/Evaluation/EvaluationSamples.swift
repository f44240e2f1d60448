package import GRPOTasks

/// What a policy wrote in an evaluation: all numbers of the result follow from it, and so does a
/// comparison with another policy on the same problems.
package struct EvaluationSamples: Sendable, Equatable {
    /// The stage whose policy it is.
    package var stage: String
    package var task: String
    package var sampling: Sampling
    /// One for each problem, in the order in which they were asked.
    package var problems: [EvaluatedProblem]

    /// How the completions were drawn.
    package struct Sampling: Sendable, Equatable {
        package var temperature: Double
        package var topP: Double
        package var maxCompletionLength: Int

        package init(temperature: Double, topP: Double, maxCompletionLength: Int) {
            self.temperature = temperature
            self.topP = topP
            self.maxCompletionLength = maxCompletionLength
        }
    }

    package init(
        stage: String, task: String, sampling: Sampling, problems: [EvaluatedProblem]
    ) {
        self.stage = stage
        self.task = task
        self.sampling = sampling
        self.problems = problems
    }
}

/// One problem with its completions and what was found about them.
package struct EvaluatedProblem: Sendable, Equatable {
    package var problem: Problem
    /// What the policy was given, as text.
    package var asked: String
    /// The opened thought that the prompt ends with, or nothing: part of what is judged, and no part
    /// of the completions.
    package var opening: String
    package var completions: [Completion]
    /// What each completion answers, as the task reads it.
    package var answers: [String?]  // [completions]
    /// Whether each is right; nil for a problem that no rule can judge.
    package var isRight: [Bool]?  // [completions]
    /// How many the verifier could not judge.
    package var ungradable: Int
    /// What the verifier said of each, while the evaluation is in memory; nil otherwise, and for a
    /// problem that no rule can judge.
    package var verdicts: [Verdict]?  // [completions]
    /// The completion at temperature 0; nil where none was made.
    package var greedy: Completion?
    package var greedyIsRight: Bool?
    /// What reward functions say of the completions, by their names in the order they were given.
    package var measures: [Measure]

    package struct Measure: Sendable, Equatable {
        package var name: String
        /// Nil where the function does not apply to a completion or cannot score it.
        package var values: [Double?]  // [completions]

        package init(name: String, values: [Double?]) {
            self.name = name
            self.values = values
        }

        /// The mean over the completions that have a value; nil where none has.
        package var mean: Double? {
            let values = values.compactMap { $0 }
            return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
    }

    package init(
        problem: Problem, asked: String, opening: String = "", completions: [Completion],
        answers: [String?], isRight: [Bool]?, ungradable: Int = 0, verdicts: [Verdict]? = nil,
        greedy: Completion? = nil, greedyIsRight: Bool? = nil, measures: [Measure] = []
    ) {
        self.problem = problem
        self.asked = asked
        self.opening = opening
        self.completions = completions
        self.answers = answers
        self.isRight = isRight
        self.ungradable = ungradable
        self.verdicts = verdicts
        self.greedy = greedy
        self.greedyIsRight = greedyIsRight
        self.measures = measures
    }

    /// How many completions are right; nil where no rule can judge.
    package var rightCount: Int? { isRight.map { $0.count { $0 } } }

    /// The share of right completions; nil where no rule can judge.
    package var share: Double? {
        guard let rightCount, !completions.isEmpty else { return nil }
        return Double(rightCount) / Double(completions.count)
    }

    /// Whether the most frequent answer is right (see `EvaluationResult.majAtK`).
    package var majorityIsRight: Bool? {
        guard let isRight else { return nil }
        return Evaluator.majority(of: answers).map { isRight[$0] } ?? false
    }

    /// The values of a measure; nil where it was not taken.
    package subscript(measure name: String) -> Measure? {
        measures.first { $0.name == name }
    }
}
