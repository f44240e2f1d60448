import GRPOCheckpoints
import GRPOJSON
import GRPOTasks
import GRPOTraining

/// One row of a samples file: a problem with all its completions, in the shape in which
/// lm-evaluation-harness (EleutherAI, 0.4) writes `samples_TASK_DATE.jsonl`.
///
/// `doc_id`, `doc`, `target`, `arguments` (the prompt is `gen_args_0.arg_0`), `resps` (the outer list
/// has one entry for each request, the inner one for each repeat), `filtered_resps`, `filter`,
/// `metrics`, the three hashes and one number for each metric are the harness's; `exact_match` is
/// the share of right completions, which is 0 or 1 where there is one. What follows them is ours, so
/// that every number of the evaluation can be made again from its file.
enum HarnessSample {
    /// What the harness writes where a filter finds no answer.
    static let noAnswer = "[invalid]"

    /// The row of a problem.
    ///
    /// - Parameter index: its place in the evaluation.
    static func row(
        _ sampled: EvaluatedProblem, index: Int, of samples: EvaluationSamples
    ) -> JSONValue {
        let document = JSONValue(encoding: sampled.problem)
        let sampling = samples.sampling
        let responses = sampled.completions.map { JSONValue.string($0.text) }
        let filtered = sampled.answers.map { JSONValue.string($0 ?? noAnswer) }
        let metrics =
            [(name: "exact_match", value: sampled.share)]
            + sampled.measures.map { (name: $0.name, value: $0.mean) }
        let known = metrics.filter { $0.value != nil }
        var members: [(String, JSONValue)] = [
            ("doc_id", .int(index)),
            ("doc", document),
            ("target", .string(sampled.problem.answer)),
            (
                "arguments",
                .object([
                    "gen_args_0": .object([
                        "arg_0": .string(sampled.asked),
                        "arg_1": .object([
                            "until": .array([]),
                            "do_sample": .bool(sampling.temperature > 0),
                            "temperature": .double(sampling.temperature),
                            "top_p": .double(sampling.topP),
                            "max_gen_toks": .int(sampling.maxCompletionLength),
                        ]),
                    ])
                ])
            ),
            ("resps", .array([.array(responses)])),
            ("filtered_resps", .array([.array(filtered)])),
            ("filter", .string("none")),
            ("metrics", .array(known.map { .string($0.name) })),
            ("doc_hash", .string(Hash.sha256(document.prettyText))),
            ("prompt_hash", .string(Hash.sha256(sampled.asked))),
            ("target_hash", .string(Hash.sha256(sampled.problem.answer))),
        ]
        members += known.map { ($0.name, .double($0.value ?? 0)) }
        members += own(sampled, of: samples)
        return .object(members.map { JSONValue.Member(key: $0.0, value: $0.1) })
    }

    private static func own(
        _ sampled: EvaluatedProblem, of samples: EvaluationSamples
    ) -> [(String, JSONValue)] {
        let details = sampled.completions.indices.map { index in
            let completion = sampled.completions[index]
            return JSONValue.object([
                "right": sampled.isRight.map { .bool($0[index]) } ?? .null,
                "tokens": sampled.knowsTokens ? .int(completion.tokenCount) : .null,
                "finish_reason": sampled.knowsEndings
                    ? .string(completion.finishReason.rawValue) : .null,
                "answer": sampled.answers[index].map { .string($0) } ?? .null,
                "measures": .object(
                    sampled.measures.map { measure in
                        JSONValue.Member(
                            key: measure.name,
                            value: measure.values[index].map { .double($0) } ?? .null)
                    }),
            ])
        }
        var members: [(String, JSONValue)] = [
            ("stage", .string(samples.stage)), ("task", .string(samples.task)),
            ("opening", .string(sampled.opening)), ("ungradable", .int(sampled.ungradable)),
            ("completions", .array(details)),
        ]
        if let greedy = sampled.greedy {
            let value = JSONValue.object([
                "text": .string(greedy.text),
                "right": sampled.greedyIsRight.map { .bool($0) } ?? .null,
                "tokens": .int(greedy.tokenCount),
                "finish_reason": .string(greedy.finishReason.rawValue),
            ])
            members.append(("greedy", value))
        }
        return members
    }
}
