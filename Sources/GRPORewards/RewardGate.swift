/// When a reward counts: `accuracy`, above 0, or `{accuracy: 0.5}`, above that.
package struct RewardGate: Sendable, Hashable {
    /// The component whose raw value opens the gate.
    package let name: String
    /// The value above which the gate is open.
    package let threshold: Double

    package init(_ name: String, above threshold: Double = 0) {
        self.name = name
        self.threshold = threshold
    }

    /// Whether a raw value of the component opens the gate.
    package func isOpen(at value: Double) -> Bool { value > threshold }
}

extension RewardGate: ExpressibleByStringLiteral {
    package init(stringLiteral name: String) { self.init(name) }
}

extension RewardGate: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let name = try? container.decode(String.self) {
            self.init(name)
            return
        }
        let thresholds = try container.decode([String: Double].self)
        guard let (name, threshold) = thresholds.first, thresholds.count == 1 else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected one reward, as in accuracy or {accuracy: 0.5}, found "
                    + "\(thresholds.count)")
        }
        self.init(name, above: threshold)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if threshold == 0 {
            try container.encode(name)
        } else {
            try container.encode([name: threshold])
        }
    }
}
