/// What a policy can do on held-out problems. Every interval is one of 95% over problems (see
/// `Interval`); right and wrong are told of the problems that a rule can judge.
package struct EvaluationResult: Sendable, Equatable {
    /// The stage whose policy it is.
    package var stage: String
    package var task: String
    package var problems: Int
    package var samples: Int
    package var temperature: Double
    /// The mean over problems of the share of right samples.
    package var passAt1: Double
    package var passAt1Interval: ClosedRange<Double>
    /// One completion of every problem at temperature 0; nil where the samples hold none.
    package var passAt1Greedy: Double?
    /// The share of problems with a right sample among the k.
    package var passAtK: Double
    /// The share of problems whose most frequent answer is right (cons@k in the R1 papers).
    /// Answers are what the task's verifier reads; a completion without one has no vote, a tie
    /// goes to the answer that was given first, and without any vote the problem counts as wrong.
    package var majAtK: Double
    /// The share of samples in R1's think and answer format.
    package var format: Double
    /// Mean tokens of a sample; nil where the samples do not say.
    package var meanLength: Double?
    /// Whether none of the problems can have been trained on; nil where no training is known.
    package var heldOutChecked: Bool?
    /// Of the numbers above; nil in results that were saved without.
    package var intervals: Intervals?
    /// The unbiased estimates for other k than `samples` (see `PassAtK`).
    package var passAt: [Estimate]
    /// What reward functions say of the samples.
    package var measures: [Measure]
    /// How the samples were made; nil in results that were saved without.
    package var conditions: Conditions?
    /// The problems that no rule can judge: they count for `format`, `meanLength` and the measures
    /// alone.
    package var generalProblems: Int
    /// The samples that the verifier could not judge; they count as wrong.
    package var ungradable: Int
    /// The first samples, for people to read.
    package var examples: [Example]

    package init(
        stage: String, task: String, problems: Int, samples: Int, temperature: Double,
        passAt1: Double, passAt1Interval: ClosedRange<Double>, passAt1Greedy: Double?,
        passAtK: Double, majAtK: Double, format: Double, meanLength: Double?,
        heldOutChecked: Bool? = nil, intervals: Intervals? = nil, passAt: [Estimate] = [],
        measures: [Measure] = [], conditions: Conditions? = nil, generalProblems: Int = 0,
        ungradable: Int = 0, examples: [Example] = []
    ) {
        self.stage = stage
        self.task = task
        self.problems = problems
        self.samples = samples
        self.temperature = temperature
        self.passAt1 = passAt1
        self.passAt1Interval = passAt1Interval
        self.passAt1Greedy = passAt1Greedy
        self.passAtK = passAtK
        self.majAtK = majAtK
        self.format = format
        self.meanLength = meanLength
        self.heldOutChecked = heldOutChecked
        self.intervals = intervals
        self.passAt = passAt
        self.measures = measures
        self.conditions = conditions
        self.generalProblems = generalProblems
        self.ungradable = ungradable
        self.examples = examples
    }

    /// The intervals of the shares beside pass@1.
    package struct Intervals: Sendable, Equatable {
        /// Nil where the number is.
        package var passAt1Greedy: ClosedRange<Double>?
        package var passAtK: ClosedRange<Double>
        package var majAtK: ClosedRange<Double>
        package var format: ClosedRange<Double>

        package init(
            passAt1Greedy: ClosedRange<Double>?, passAtK: ClosedRange<Double>,
            majAtK: ClosedRange<Double>, format: ClosedRange<Double>
        ) {
            self.passAt1Greedy = passAt1Greedy
            self.passAtK = passAtK
            self.majAtK = majAtK
            self.format = format
        }
    }

    /// The unbiased estimate of pass@k.
    package struct Estimate: Sendable, Equatable {
        package var k: Int
        package var value: Double
        package var interval: ClosedRange<Double>

        package init(k: Int, value: Double, interval: ClosedRange<Double>) {
            self.k = k
            self.value = value
            self.interval = interval
        }
    }

    /// What a reward function says, the mean over problems of the mean over the samples to which it
    /// applies.
    package struct Measure: Sendable, Equatable {
        package var name: String
        package var mean: Double
        package var interval: ClosedRange<Double>
        /// The problems with a sample to which it applies.
        package var problems: Int

        package init(
            name: String, mean: Double, interval: ClosedRange<Double>, problems: Int
        ) {
            self.name = name
            self.mean = mean
            self.interval = interval
            self.problems = problems
        }
    }

    /// What the numbers depend on beside task, samples and temperature.
    package struct Conditions: Sendable, Equatable, Codable {
        /// The name of the prompt's style.
        package var prompt: String
        package var topP: Double
        package var fewShot: Int
        /// The share of problems whose prompts end in an opened thought.
        package var openedThought: Double
        /// The share of samples that ended before the largest length; nil where they do not say.
        package var finished: Double?

        package init(
            prompt: String, topP: Double, fewShot: Int, openedThought: Double, finished: Double?
        ) {
            self.prompt = prompt
            self.topP = topP
            self.fewShot = fewShot
            self.openedThought = openedThought
            self.finished = finished
        }

        private enum CodingKeys: String, CodingKey {
            case prompt, finished
            case topP = "top_p"
            case fewShot = "few_shot"
            case openedThought = "opened_thought"
        }
    }

    package struct Example: Sendable, Equatable, Codable {
        /// The bare question.
        package var prompt: String
        /// What the policy was given: the question in its template.
        package var asked: String
        package var completion: String
        package var isRight: Bool

        private enum CodingKeys: String, CodingKey {
            case prompt, asked, completion
            case isRight = "is_right"
        }
    }

    /// The measure of that name; nil where it was not taken or applied to nothing.
    package subscript(measure name: String) -> Measure? {
        measures.first { $0.name == name }
    }
}
