import GRPOTasks

// The options as a recipe writes them.
extension JudgeReward {
    private enum CodingKeys: String, CodingKey {
        case url, model, prompt, pattern, temperature, timeout, retries, concurrency
        case minScore = "min_score"
        case maxScore = "max_score"
        case maxTokens = "max_tokens"
        case keyVariable = "key_variable"
        case maxAnswerBytes = "max_answer_bytes"
        case maxFailureRate = "max_failure_rate"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
            if let found = try values.decodeIfPresent(Value.self, forKey: key) { value = found }
        }
        try read(.url, &url)
        try read(.model, &model)
        try read(.prompt, &prompt)
        try read(.pattern, &pattern)
        try read(.minScore, &minScore)
        try read(.maxScore, &maxScore)
        try read(.temperature, &temperature)
        try read(.maxTokens, &maxTokens)
        try read(.timeout, &timeout)
        try read(.retries, &retries)
        try read(.concurrency, &concurrency)
        keyVariable = try values.decodeIfPresent(String.self, forKey: .keyVariable)
        try read(.maxAnswerBytes, &maxAnswerBytes)
        try read(.maxFailureRate, &maxFailureRate)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(url, forKey: .url)
        try values.encode(model, forKey: .model)
        try values.encode(prompt, forKey: .prompt)
        try values.encode(pattern, forKey: .pattern)
        try values.encode(minScore, forKey: .minScore)
        try values.encode(maxScore, forKey: .maxScore)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(maxTokens, forKey: .maxTokens)
        try values.encode(timeout, forKey: .timeout)
        try values.encode(retries, forKey: .retries)
        try values.encode(concurrency, forKey: .concurrency)
        try values.encode(keyVariable, forKey: .keyVariable)
        try values.encode(maxAnswerBytes, forKey: .maxAnswerBytes)
        try values.encode(maxFailureRate, forKey: .maxFailureRate)
    }
}
