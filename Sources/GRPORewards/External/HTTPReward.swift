import GRPOTasks

/// Asks a server: the group is posted as JSON (`GroupRequest`), the answer is read as JSON
/// (`ScoresAnswer`).
///
///     rewards: [http: {name: style, url: "http://localhost:9000/score", timeout: 30}]
///
/// A server that cannot be reached, and one that says 429 or 5xx, is asked again after 0.2, 0.4, ...
/// seconds. Redirections are not followed.
package struct HTTPReward: ExternalReward {
    package static let name = "http"
    package static let summary = "Asks a server: a group posted as JSON, its scores back."

    /// Where groups are posted.
    package var url = ""
    /// Seconds for the whole answer about one group.
    package var timeout = 10.0
    /// How often a group is posted again where the server is away, busy or broken.
    package var retries = 2
    /// The environment variable with a key to send as `Authorization: Bearer`; null: none.
    package var keyVariable: String?
    /// The most bytes of an answer.
    package var maxAnswerBytes = 1 << 20
    /// The largest share of the completions of one sampling that may go without a score; more end
    /// the run.
    package var maxFailureRate = 0.5

    private let client = HTTPClient()

    package init() {}

    package init(url: String) {
        self.url = url
    }

    package func problems() -> [(key: String, message: String)] {
        var found = commonProblems(timeout: timeout, maxAnswerBytes: maxAnswerBytes)
        if let message = ServerAddress.problem(url) { found.append(("url", message)) }
        if let message = ServerAddress.problem(keyVariable: keyVariable) {
            found.append(("key_variable", message))
        }
        if !(0...10).contains(retries) {
            found.append(("retries", "must be 0 to 10, found \(retries)"))
        }
        return found
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        let request = HTTPClient.Request(
            url: url, body: GroupRequest(id: 1, group: group).line,
            key: ServerAddress.key(keyVariable), timeout: timeout, maxAnswerBytes: maxAnswerBytes,
            retries: retries)
        switch await client.ask(request) {
        case .answer(let bytes):
            return ScoresAnswer.scores(bytes, id: 1, count: group.completions.count)
        case .failure(let failure, let reason):
            return Score.failures(failure, reason: reason, count: group.completions.count)
        }
    }
}

extension HTTPReward {
    private enum CodingKeys: String, CodingKey {
        case url, timeout, retries
        case keyVariable = "key_variable"
        case maxAnswerBytes = "max_answer_bytes"
        case maxFailureRate = "max_failure_rate"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let usual = HTTPReward()
        url = try values.decodeIfPresent(String.self, forKey: .url) ?? usual.url
        timeout = try values.decodeIfPresent(Double.self, forKey: .timeout) ?? usual.timeout
        retries = try values.decodeIfPresent(Int.self, forKey: .retries) ?? usual.retries
        keyVariable = try values.decodeIfPresent(String.self, forKey: .keyVariable)
        maxAnswerBytes =
            try values.decodeIfPresent(Int.self, forKey: .maxAnswerBytes) ?? usual.maxAnswerBytes
        maxFailureRate =
            try values.decodeIfPresent(Double.self, forKey: .maxFailureRate)
            ?? usual.maxFailureRate
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(url, forKey: .url)
        try values.encode(timeout, forKey: .timeout)
        try values.encode(retries, forKey: .retries)
        try values.encode(keyVariable, forKey: .keyVariable)
        try values.encode(maxAnswerBytes, forKey: .maxAnswerBytes)
        try values.encode(maxFailureRate, forKey: .maxFailureRate)
    }
}
