import GRPORewards
package import GRPORollouts
package import GRPOTasks
import GRPOTensors

/// Rejection sampling: several completions of every problem, of which those that pass all filters
/// are kept, each text once and at most so many of a problem (DeepSeek-R1, section 2.3.3).
///
/// Every problem is sampled in one step only, so what a step keeps is final. What is kept is a
/// function of policy, settings and seed; `prompts_per_step` says only how it is cut into steps.
package struct SampleStage {
    /// The name of the stage: it names the stage's random numbers.
    package let name: String
    package let settings: SampleSettings
    package let task: any ProblemSource
    package let prompt: PromptStyle
    /// In the order in which they are asked.
    package let filters: [any SampleFilter]
    package let seed: UInt64
    /// The problems that the stage samples, all different.
    package let problems: [Problem]

    /// Draws the problems.
    ///
    /// - Throws: `TrainingError` where the task has fewer than `prompts`, or no end and none are
    ///   asked for.
    package init(
        name: String, settings: SampleSettings, task: any ProblemSource, prompt: PromptStyle,
        filters: [any SampleFilter], seed: UInt64
    ) throws(TrainingError) {
        self.name = name
        self.settings = settings
        self.task = task
        self.prompt = prompt
        self.filters = filters
        self.seed = seed
        problems = try Self.draw(settings.prompts, of: task, stage: name, seed: seed)
    }

    /// Samplings of `prompts_per_step` problems; the last has fewer where they do not come out even.
    package var steps: Int {
        (problems.count + settings.promptsPerStep - 1) / settings.promptsPerStep
    }

    /// Samples from `state` to the last step.
    ///
    /// - Throws: `TrainingError.nothingKept` at the end where no step kept anything, and what
    ///   sampling and the monitor throw.
    package func run(
        _ policy: Policy, from state: SampleState = SampleState(), monitor: any SampleMonitor
    ) throws -> StageOutcome {
        var state = state
        while state.step < steps {
            let step = state.step + 1
            var watch = Stopwatch()
            let groups: [RolloutGroup]
            do {
                groups = try watch.measure("sampling") { try sample(policy, step: step, monitor) }
            } catch RolloutError.cancelled {
                return .interrupted(step: state.step)
            }
            let before = state.counts
            let rows = watch.measure("filters") {
                groups.flatMap { keep($0, step: step, &state.counts) }
            }
            state.step = step
            try monitor.kept(rows, state)
            try monitor.stepped(
                StepRecord(
                    step: step, steps: steps, metrics: metrics(groups, rows, before, state.counts),
                    timings: watch.timings))
            if monitor.isInterrupted && step < steps { return .interrupted(step: step) }
        }
        guard state.counts.kept > 0 else {
            throw TrainingError.nothingKept(stage: name, counts: state.counts)
        }
        return .finished
    }

    /// Draws until there are enough different problems: a task without end repeats itself.
    private static func draw(
        _ prompts: Int?, of task: any ProblemSource, stage: String, seed: UInt64
    ) throws(TrainingError) -> [Problem] {
        let available = task.trainingCount()
        let taskName = type(of: task).name
        guard prompts != nil || available != nil else {
            throw TrainingError.endlessProblems(stage: stage, task: taskName)
        }
        // Of N problems drawn at random, all have been seen after about N ln N draws.
        let draws = available ?? min(prompts ?? 0, 1 << 27) * 20 + 1000
        let random = RandomStream(seed: seed, name: "\(stage)/problems")
        var seen: Set<String> = []
        var drawn: [Problem] = []
        for index in 0..<draws where drawn.count < prompts ?? .max {
            var generator: any RandomNumberGenerator = random.generator(step: 1, slot: index)
            let problem = task.problem(index, split: .train, using: &generator)
            if seen.insert(problem.id).inserted { drawn.append(problem) }
        }
        if let prompts, drawn.count < prompts {
            throw TrainingError.tooFewTrainingProblems(
                stage: stage, task: taskName, found: drawn.count, expected: prompts)
        }
        return drawn
    }

    /// The completions of a step's problems. A problem's random numbers hang on its place among all.
    private func sample(
        _ policy: Policy, step: Int, _ monitor: any SampleMonitor
    ) throws -> [RolloutGroup] {
        let first = (step - 1) * settings.promptsPerStep
        let slots = first..<min(problems.count, first + settings.promptsPerStep)
        let requests = try slots.map { slot in
            RolloutRequest(
                problem: problems[slot],
                promptIDs: try prompt.encode(problems[slot], with: policy.tokenizer),
                opening: try prompt.opening(of: problems[slot], with: policy.tokenizer), slot: slot)
        }
        let engine = RolloutEngine(policy, random: RandomStream(seed: seed, name: "\(name)/sample"))
        return try engine.run(
            requests,
            settings: RolloutSettings(
                numGenerations: settings.numGenerations,
                maxCompletionLength: settings.maxCompletionLength, sampling: settings.sampling,
                concurrency: settings.maxNumSeqs),
            step: 1
        ) { finished, total, _ in
            monitor.progress(
                StageActivity(
                    step: step, steps: steps, phase: "sampling", done: finished, total: total))
            if monitor.isInterrupted { throw RolloutError.cancelled }
        }
    }

    /// What is kept of a problem's completions, and the counts of why not.
    private func keep(
        _ group: RolloutGroup, step: Int, _ counts: inout SampleCounts
    ) -> [SampleRow] {
        counts.prompts += 1
        counts.completions += group.completions.count
        var texts: Set<String> = []
        var passed: [Int] = []
        let completions = group.judged
        let judged = GroupVerdicts(of: completions.map(\.text), group.problem, by: task)
        for (sample, completion) in completions.enumerated() {
            counts.tokens += completion.tokenCount
            let candidate = SampleCandidate(
                problem: group.problem, completion: completion, judged: judged, sample: sample)
            if let reason = filters.lazy.compactMap({ $0.reason(against: candidate) }).first {
                counts.dropped[reason, default: 0] += 1
            } else if !texts.insert(Self.normalized(completion.text)).inserted {
                counts.dropped["duplicate", default: 0] += 1
            } else {
                passed.append(sample)
            }
        }
        let chosen = choose(passed, slot: group.slot)
        if chosen.count < passed.count {
            counts.dropped["max_per_prompt", default: 0] += passed.count - chosen.count
        }
        counts.kept += chosen.count
        let readability = Readability(promptOpensThought: filters.promptOpensThought)
        return chosen.map { sample in
            let completion = group.completions[sample].completion
            return SampleRow(
                group.problem, completion,
                readability: readability.value(of: completions[sample], to: group.problem),
                sample: sample, step: step)
        }
    }

    /// At most `max_per_prompt` of a problem's samples, drawn without regard to which came first, in
    /// their order.
    private func choose(_ samples: [Int], slot: Int) -> [Int] {
        guard let most = settings.maxPerPrompt, samples.count > most else { return samples }
        var generator = RandomStream(seed: seed, name: "\(name)/choice")
            .generator(step: 1, slot: slot)
        var rest = samples
        return (0..<most).map { _ in rest.remove(at: generator.drawInteger(below: rest.count)) }
            .sorted()
    }

    /// A text as duplicates are told: any white space is one space, and none at either end.
    private static func normalized(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private func metrics(
        _ groups: [RolloutGroup], _ rows: [SampleRow], _ before: SampleCounts,
        _ after: SampleCounts
    ) -> [(name: String, value: Double)] {
        let completions = groups.flatMap(\.completions).map(\.completion)
        let count = Double(completions.count)
        var list = [
            (name: "kept", value: Double(rows.count)),
            (name: "kept_ratio", value: Double(rows.count) / count),
            (
                name: "completions/mean_length",
                value: Double(completions.reduce(0) { $0 + $1.tokenCount }) / count
            ),
            (
                name: "completions/clipped_ratio",
                value: Double(completions.count { $0.finishReason == .length }) / count
            ),
        ]
        if !rows.isEmpty {
            let sum = rows.reduce(0) { $0 + $1.readability }
            list.append((name: "readability", value: sum / Double(rows.count)))
        }
        list += after.dropped.sorted { $0.key < $1.key }.map { reason, number in
            (name: "dropped/\(reason)", value: Double(number - before.dropped[reason, default: 0]))
        }
        return list + [(name: "num_tokens", value: Double(after.tokens))]
    }
}

extension [any SampleFilter] {
    /// Whether prompts end in `<think>`, as the filters that ask for the format have it.
    fileprivate var promptOpensThought: Bool {
        contains { filter in
            switch filter {
            case let filter as FormattedFilter: filter.promptOpensThought
            case let filter as ReadableFilter: filter.promptOpensThought
            default: false
            }
        }
    }
}
