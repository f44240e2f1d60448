package import Foundation
import GRPOCheckpoints
import GRPOJSON
package import GRPOTraining

/// Evaluations in the files in which lm-evaluation-harness (EleutherAI, 0.4) leaves them, for the
/// tools that read those: `DIR/MODEL/results_DATE.json` and `DIR/MODEL/samples_TASK_DATE.jsonl`.
///
/// A metric's key is `METRIC,FILTER`, its standard error beside it as `METRIC_stderr,FILTER`: pass@1
/// is `exact_match,none`, greedy is `exact_match,greedy`, maj@k is `exact_match,maj@k`.
package struct HarnessFiles {
    /// What one task gave.
    package struct Entry {
        /// The key of the task in the results: its name, with the prompt's where there are several.
        package var name: String
        package var result: EvaluationResult
        package var samples: EvaluationSamples
        /// The task with its options, as a recipe writes it.
        package var task: TaskSetting
        /// How many problems the task holds out in all, where that is known.
        package var heldOut: Int?

        package init(
            name: String, result: EvaluationResult, samples: EvaluationSamples,
            task: TaskSetting, heldOut: Int? = nil
        ) {
            self.name = name
            self.result = result
            self.samples = samples
            self.task = task
            self.heldOut = heldOut
        }
    }

    /// The model as it was named.
    package var model: String
    /// What the numbers of the policy were computed with.
    package var environment: RunEnvironment
    package var seed: UInt64
    /// When the evaluation began and how long it took.
    package var start: Date
    package var seconds: Double

    package init(
        model: String, environment: RunEnvironment, seed: UInt64, start: Date, seconds: Double
    ) {
        self.model = model
        self.environment = environment
        self.seed = seed
        self.start = start
        self.seconds = seconds
    }

    /// Writes all files into `directory` and gives their paths, the results first.
    package func write(
        _ entries: [Entry], to directory: String
    ) throws(RunError) -> [String] {
        let place = directory + "/" + Self.sanitized(model)
        try RunDirectory.make(place)
        let stamp = Self.stamp(start)
        let results = "\(place)/results_\(stamp).json"
        var paths = [results]
        for entry in entries {
            let path = "\(place)/samples_\(Self.taskName(entry.name))_\(stamp).jsonl"
            try SamplesFile.write(entry.samples, to: path)
            paths.append(path)
        }
        try RunFile.write(self.results(entries).prettyText + "\n", to: results)
        return paths
    }

    // MARK: - Names

    /// A model's name as a directory: what a path or a file system could misread is replaced, as
    /// the harness does.
    package static func sanitized(_ model: String) -> String {
        var result = ""
        var isInside = false
        for character in model {
            let isBad = "\"<>:/|\\?*[]".contains(character)
            if !isBad { result.append(character) } else if !isInside { result += "__" }
            isInside = isBad
        }
        // A name of dots alone would be a directory above.
        return result.allSatisfy { $0 == "." } ? "model" : result
    }

    private static func taskName(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// `2026-01-31T12-05-09.123000`, in UTC.
    private static func stamp(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd'T'HH-mm-ss.SSS'000'"
        return formatter.string(from: date)
    }

    // MARK: - Results

    func results(_ entries: [Entry]) -> JSONValue {
        func each(_ value: (Entry) -> JSONValue) -> JSONValue {
            .object(entries.map { JSONValue.Member(key: $0.name, value: value($0)) })
        }
        let first = entries.first?.samples.sampling
        return .object([
            "results": each { Self.metrics(of: $0) },
            "group_subtasks": each { _ in .array([]) },
            "configs": each(Self.configuration),
            "versions": each { _ in .double(1) },
            "n-shot": each { .int($0.result.conditions?.fewShot ?? 0) },
            "higher_is_better": each { entry in
                .object(
                    Self.names(of: entry).map { JSONValue.Member(key: $0, value: .bool(true)) })
            },
            "n-samples": each { entry in
                .object([
                    "original": .int(entry.heldOut ?? entry.result.problems),
                    "effective": .int(entry.result.problems),
                ])
            },
            "config": .object([
                "model": .string("swift-grpo"),
                "model_args": .string(
                    "path=\(model),precision=\(environment.precision),"
                        + "backend=\(environment.backend)"),
                "batch_size": .null,
                "device": .string("cpu"),
                "limit": entries.first.map { .int($0.result.problems) } ?? .null,
                "bootstrap_iters": .int(0),
                "gen_kwargs": .object([
                    "temperature": first.map { .double($0.temperature) } ?? .null,
                    "top_p": first.map { .double($0.topP) } ?? .null,
                    "max_gen_toks": first.map { .int($0.maxCompletionLength) } ?? .null,
                ]),
                "random_seed": .string("\(seed)"),
            ]),
            "git_hash": .null,
            "date": .double(start.timeIntervalSince1970),
            "swift_grpo_version": .string(environment.version),
            "task_hashes": each { entry in
                .string(
                    Hash.sha256(entry.samples.problems.map(\.asked).joined(separator: "\u{1E}")))
            },
            "model_source": .string("swift-grpo"),
            "model_name": .string(model),
            "model_name_sanitized": .string(Self.sanitized(model)),
            "system_instruction": .null,
            "system_instruction_sha": .null,
            "start_time": .double(start.timeIntervalSince1970),
            "end_time": .double(start.timeIntervalSince1970 + seconds),
            "total_evaluation_time_seconds": .string("\(seconds)"),
        ])
    }

    private static func configuration(_ entry: Entry) -> JSONValue {
        let sampling = entry.samples.sampling
        return .object([
            "task": .string(entry.name),
            "test_split": .string("test"),
            "doc_to_text": .string(entry.result.conditions?.prompt ?? ""),
            "doc_to_target": .string("answer"),
            "num_fewshot": .int(entry.result.conditions?.fewShot ?? 0),
            "metric_list": .array(
                names(of: entry).map {
                    .object([
                        "metric": .string($0), "aggregation": .string("mean"),
                        "higher_is_better": .bool(true),
                    ])
                }),
            "output_type": .string("generate_until"),
            "generation_kwargs": .object([
                "until": .array([]), "do_sample": .bool(sampling.temperature > 0),
                "temperature": .double(sampling.temperature), "top_p": .double(sampling.topP),
                "max_gen_toks": .int(sampling.maxCompletionLength),
            ]),
            "repeats": .int(entry.result.samples),
            "should_decontaminate": .bool(false),
            "metadata": .object(["version": .double(1), "task": JSONValue(encoding: entry.task)]),
        ])
    }

    private static func names(of entry: Entry) -> [String] {
        ["exact_match"] + entry.result.passAt.map { "pass@\($0.k)" } + ["format"]
            + entry.result.measures.map(\.name)
    }
}
