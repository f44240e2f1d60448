import GRPORewards
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

extension EvaluationSamples {
    /// What files of others do not say of some problems, by the names of a row, and of how many.
    package var missing: [(name: String, problems: Int)] {
        let judged = problems.filter { $0.isRight != nil }
        let counts = [
            ("tokens", problems.count { !$0.knowsTokens }),
            ("finish_reason", problems.count { !$0.knowsEndings }),
            ("greedy", judged.count { $0.greedyIsRight == nil }),
        ]
        return counts.filter { $0.1 > 0 }.map { (name: $0.0, problems: $0.1) }
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
    /// Whether the tokens of the completions, and how they ended, are known: files of others may not
    /// say so, and their completions then have 0 tokens and are finished.
    package var knowsTokens = true
    package var knowsEndings = true
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

    /// The completions as they are judged (see `Thought`).
    package var judged: [Completion] { completions.map { $0.behind(opening) } }

    /// Whether each is in R1's think and answer format.
    package var wellFormed: [Bool] {
        let format = FormatReward()
        return judged.map { format.isWellFormed($0.text) }
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
