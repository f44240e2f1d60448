import GRPORewards
import GRPOTasks

// The numbers of an evaluation, each from the samples.
extension EvaluationResult {
    /// - Parameter prompt: the name of the prompt's style.
    package init(_ samples: EvaluationSamples, settings: EvaluationSettings, prompt: String) {
        let judged = samples.problems.filter { $0.isRight != nil }
        let shares = judged.compactMap(\.share)
        let greedy = judged.compactMap { $0.greedyIsRight.map { $0 ? 1.0 : 0 } }
        let knowsGreedy = judged.isEmpty || !greedy.isEmpty
        let any = judged.map { ($0.rightCount ?? 0) > 0 ? 1.0 : 0 }
        let majority = judged.map { $0.majorityIsRight == true ? 1.0 : 0 }
        let formats = samples.problems.map { $0.wellFormed.map { $0 ? 1.0 : 0 } }
        let counted = samples.problems.filter(\.knowsTokens).flatMap(\.completions)
        let ended = samples.problems.filter(\.knowsEndings).flatMap(\.completions)
        self.init(
            stage: samples.stage, task: samples.task, problems: samples.problems.count,
            samples: settings.samples, temperature: settings.temperature,
            passAt1: Self.mean(shares), passAt1Interval: Interval.mean(of: shares),
            passAt1Greedy: knowsGreedy ? Self.mean(greedy) : nil, passAtK: Self.mean(any),
            majAtK: Self.mean(majority), format: Self.mean(formats.flatMap { $0 }),
            meanLength: Self.known(counted.map { Double($0.tokenCount) }),
            intervals: Intervals(
                passAt1Greedy: knowsGreedy ? Interval.mean(of: greedy) : nil,
                passAtK: Interval.mean(of: any),
                majAtK: Interval.mean(of: majority),
                format: Interval.mean(of: formats.map(Self.mean))),
            passAt: settings.passAt.map { Estimate(k: $0, of: judged) },
            measures: Self.measures(of: samples),
            conditions: Conditions(
                prompt: prompt, topP: settings.topP, fewShot: settings.fewShot,
                openedThought: Self.mean(samples.problems.map { $0.opening.isEmpty ? 0 : 1 }),
                finished: Self.known(ended.map { $0.finishReason == .stop ? 1 : 0 })),
            generalProblems: samples.problems.count - judged.count,
            ungradable: judged.reduce(0) { $0 + $1.ungradable },
            examples: samples.problems.prefix(10).compactMap { sampled in
                sampled.completions.first.map { first in
                    Example(
                        prompt: sampled.problem.prompt, asked: sampled.asked,
                        completion: first.text, isRight: sampled.isRight?.first ?? false)
                }
            })
    }

    private static func measures(of samples: EvaluationSamples) -> [Measure] {
        samples.measureNames.compactMap { name in
            let means = samples.problems.compactMap { $0[measure: name]?.mean }
            guard !means.isEmpty else { return nil }
            return Measure(
                name: name, mean: mean(means), interval: Interval.measure(of: means),
                problems: means.count)
        }
    }

    private static func known(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : mean(values)
    }

    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}

extension EvaluationResult.Estimate {
    /// The mean over problems of the unbiased estimate.
    init(k: Int, of problems: [EvaluatedProblem]) {
        let values = problems.map { sampled in
            PassAtK.estimate(
                right: sampled.rightCount ?? 0, of: sampled.completions.count, k: k)
        }
        self.init(
            k: k, value: EvaluationResult.mean(values), interval: Interval.mean(of: values))
    }
}
