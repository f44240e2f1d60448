import GRPOJSON
import GRPOTasks

/// Asks another model how good a completion is, behind an OpenAI-compatible address.
///
///     rewards: [judge: {url: "http://localhost:8000/v1", model: qwen3, weight: 0.5}]
///
/// Each completion is one chat request with `prompt` filled in; the last number in the reply that
/// fits `pattern` is the score, and the reward is its place between `min_score` (0) and `max_score`
/// (1). A reply without such a number, or with one outside, is malformed.
///
/// The completion is part of the judge's prompt and can talk to it: look at the rollouts that score
/// best.
package struct JudgeReward: ExternalReward {
    package static let name = "judge"
    package static let summary = "Asks another model, behind an OpenAI-compatible address."

    /// The address up to `/chat/completions`, such as `http://localhost:8000/v1`.
    package var url = ""
    /// The model's name there.
    package var model = ""
    /// The question, with `{prompt}`, `{completion}`, `{answer}` and `{columns.NAME}`.
    package var prompt = JudgePrompt.usual
    /// Where the number stands in the reply.
    package var pattern = "Score: \(ScorePattern.place)"
    /// The score that is worth 0.
    package var minScore = 0.0
    /// The score that is worth 1.
    package var maxScore = 10.0
    /// Sampling temperature of the judge. A resumed run is the same run only where equal questions
    /// get equal replies.
    package var temperature = 0.0
    /// The most tokens of a reply.
    package var maxTokens = 512
    /// Seconds for one reply.
    package var timeout = 60.0
    /// How often a question is asked again where the server is away, busy or broken.
    package var retries = 2
    /// Completions that are asked about at once.
    package var concurrency = 4
    /// The environment variable with a key to send as `Authorization: Bearer`; null: none.
    package var keyVariable: String?
    /// The most bytes of a reply.
    package var maxAnswerBytes = 1 << 20
    /// The largest share of the completions of one sampling that may go without a score; more end
    /// the run.
    package var maxFailureRate = 0.5

    private let client = HTTPClient()

    package init() {}

    package init(url: String, model: String) {
        self.url = url
        self.model = model
    }

    package func problems() -> [(key: String, message: String)] {
        var found = commonProblems(timeout: timeout, maxAnswerBytes: maxAnswerBytes)
        if let message = ServerAddress.problem(url) { found.append(("url", message)) }
        if let message = ServerAddress.problem(keyVariable: keyVariable) {
            found.append(("key_variable", message))
        }
        if model.isEmpty { found.append(("model", "must name the model that judges")) }
        if !prompt.contains("{completion}") {
            found.append(("prompt", "must contain {completion}, which is what is judged"))
        }
        if ScorePattern(pattern) == nil {
            found.append(
                (
                    "pattern",
                    "must contain \(ScorePattern.place) once and have at most 200 bytes, found "
                        + "'\(pattern)'"
                ))
        }
        if !(minScore < maxScore && (maxScore - minScore).isFinite) {
            found.append(("max_score", "must be above min_score (\(minScore)), found \(maxScore)"))
        }
        if !(temperature >= 0 && temperature.isFinite) {
            found.append(("temperature", "must be 0 or more, found \(temperature)"))
        }
        for (key, value, range) in [
            ("max_tokens", maxTokens, 1...1 << 20), ("retries", retries, 0...10),
            ("concurrency", concurrency, 1...64),
        ] where !range.contains(value) {
            found.append(
                (key, "must be \(range.lowerBound) to \(range.upperBound), found \(value)"))
        }
        return found
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        let completions = group.completions
        return await withTaskGroup(of: (Int, Score).self) { tasks in
            var scores = [Score](repeating: .notApplicable, count: completions.count)
            var next = 0
            func add() {
                guard next < completions.count else { return }
                let index = next
                next += 1
                tasks.addTask {
                    (index, await score(group.problem, completions[index].text))
                }
            }
            for _ in 0..<concurrency { add() }
            while let (index, score) = await tasks.next() {
                scores[index] = score
                add()
            }
            return scores
        }
    }

    private func score(_ problem: Problem, _ completion: String) async -> Score {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        let body = JSONValue.object([
            "model": .string(model),
            "messages": .array([
                .object([
                    "role": .string("user"),
                    "content": .string(
                        JudgePrompt(template: prompt).text(problem, completion)),
                ])
            ]),
            "temperature": .double(temperature),
            "max_tokens": .int(maxTokens),
        ])
        let request = HTTPClient.Request(
            url: base + "/chat/completions", body: body.text, key: ServerAddress.key(keyVariable),
            timeout: timeout, maxAnswerBytes: maxAnswerBytes, retries: retries)
        switch await client.ask(request) {
        case .answer(let bytes): return score(of: bytes)
        case .failure(let failure, let reason): return .failed(failure, reason: reason)
        }
    }

    /// The score in an answer of the server. Total, in time linear in its length.
    package func score(of bytes: [UInt8]) -> Score {
        let answer: JSONValue
        do throws(JSONFault) {
            answer = try JSONValue(reading: bytes)
        } catch {
            return .failed(
                .malformed,
                reason: "reply, byte \(error.offset): found \(error.found), expected "
                    + error.expected)
        }
        guard let reply = answer["choices"]?.elements?.first?["message"]?["content"]?.string else {
            return .failed(.malformed, reason: "the reply has no choices[0].message.content")
        }
        guard let score = ScorePattern(pattern)?.score(in: reply) else {
            return .failed(
                .malformed,
                reason: "the reply has no number as in '\(pattern)'; it ends "
                    + printable(String(String.UnicodeScalarView(reply.unicodeScalars.suffix(80)))))
        }
        guard (minScore...maxScore).contains(score) else {
            return .failed(
                .malformed, reason: "the score \(score) is not from \(minScore) to \(maxScore)")
        }
        return .value((score - minScore) / (maxScore - minScore))
    }
}
