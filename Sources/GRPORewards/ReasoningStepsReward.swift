package import GRPOTasks

/// The share of a number of steps that a completion shows: open-r1's `reasoning_steps`.
///
///     min(1, marks / steps)
///
/// Marks are `Step 1:` anywhere, `1.` at the beginning of a line, a line that begins with `-` or `*`
/// after another, and `First,`, `Second,`, `Next,`, `Finally,`. (open-r1 means numbers at the
/// beginning of every line, and finds them at the beginning of the text alone.) Easy to please
/// without any reasoning: a reward to study, best behind a gate.
package struct ReasoningStepsReward: RewardFunction, Hashable {
    package static let name = "reasoning_steps"
    package static let summary = "The share of three steps that a completion marks as such."

    /// Marks that earn 1.
    package var steps = 3

    private enum CodingKeys: String, CodingKey {
        case steps
    }

    package init() {}

    package init(steps: Int) {
        self.steps = steps
    }

    package func problems() -> [(key: String, message: String)] {
        steps >= 1 ? [] : [("steps", "must be at least 1, found \(steps)")]
    }

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { .value(share(of: $0.text)) }
    }

    /// The reward of one text, from 0 to 1.
    package func share(of text: String) -> Double {
        min(1, Double(Self.marks(in: text)) / Double(steps))
    }

    /// How many marks a text has, none counted twice.
    package static func marks(in text: String) -> Int {
        let bytes = Array(text.utf8)
        var count = 0
        var place = 0
        while place < bytes.count {
            if let end = endOfMark(in: bytes, at: place) {
                count += 1
                place = end
            } else {
                place += 1
            }
        }
        return count
    }

    private static let words = ["First,", "Second,", "Next,", "Finally,"].map { Array($0.utf8) }
    private static let step = Array("Step ".utf8)

    /// Where the mark that begins at a place ends, nil where none does.
    private static func endOfMark(in bytes: [UInt8], at place: Int) -> Int? {
        let rest = bytes[place...]
        if let word = words.first(where: { rest.starts(with: $0) }) { return place + word.count }
        if rest.starts(with: step) {
            return endOfNumber(in: bytes, from: place + step.count, before: ":")
        }
        guard place == 0 || bytes[place - 1] == 0x0A else { return nil }
        if place > 0, [UInt8(ascii: "-"), UInt8(ascii: "*")].contains(bytes[place]) {
            return place + 1
        }
        return endOfNumber(in: bytes, from: place, before: ".")
    }

    /// Behind the digits at `start` and the character that follows them; nil where either is missing.
    private static func endOfNumber(
        in bytes: [UInt8], from start: Int, before last: Unicode.Scalar
    ) -> Int? {
        var end = start
        while end < bytes.count, ByteSearch.isDigit(bytes[end]) { end += 1 }
        guard end > start, end < bytes.count, bytes[end] == UInt8(ascii: last) else { return nil }
        return end + 1
    }
}

extension ReasoningStepsReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        steps = try values.decodeIfPresent(Int.self, forKey: .steps) ?? 3
    }
}
