import GRPOJSON
import GRPOTasks

/// 1 if the answer is one JSON document (RFC 8259) of the kind that is asked for, else 0.
///
/// The answer is the content of the last `<answer>` block behind the thinking, and without such a
/// block all that stands behind the thinking; an unclosed thought has no answer. Where it is wrapped
/// in one Markdown fence, the fence is taken off. Keys that come twice, numbers beyond float64 and
/// nesting deeper than `JSONScanner.deepest` are no JSON here.
package struct JSONReward: RewardFunction, Hashable {
    /// What the document is at its top.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case object, array
        /// Also a bare number, text or word, which almost any short answer is.
        case any
    }

    package static let name = "json"
    package static let summary =
        "1 if the answer is a JSON document with all required keys, else 0."

    /// What must stand at the top.
    package var topLevel = Kind.object
    /// Keys that the object must have; their values may be anything.
    package var requiredKeys: [String] = []
    /// Whether a Markdown fence around the document is taken off.
    package var allowFence = true

    private enum CodingKeys: String, CodingKey {
        case topLevel = "top_level"
        case requiredKeys = "required_keys"
        case allowFence = "allow_fence"
    }

    package init() {}

    package init(topLevel: Kind, requiredKeys: [String] = [], allowFence: Bool = true) {
        self.topLevel = topLevel
        self.requiredKeys = requiredKeys
        self.allowFence = allowFence
    }

    package func problems() -> [(key: String, message: String)] {
        requiredKeys.isEmpty || topLevel == .object
            ? []
            : [
                (
                    "required_keys",
                    "only an object has keys; set top_level: object, found \(topLevel.rawValue)"
                )
            ]
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { .value(isValid($0.text) ? 1 : 0) }
    }

    /// Whether a completion's answer is such a document.
    package func isValid(_ text: String) -> Bool {
        guard
            let answer = AnswerExtraction.tagged(in: text) ?? AnswerExtraction.afterThinking(text)
        else { return false }
        var bytes = ByteSearch.trimmed(Array(answer.utf8)[...])
        if allowFence { bytes = Self.withoutFence(bytes) }
        guard let value = try? JSONValue(reading: Array(bytes)) else { return false }
        switch topLevel {
        case .object:
            return value.members != nil && requiredKeys.allSatisfy { value[$0] != nil }
        case .array: return value.elements != nil
        case .any: return true
        }
    }

    /// What stands between a line of three backticks, perhaps with a language, and a last line of
    /// three backticks; all where it is not so wrapped.
    private static func withoutFence(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let fence = Array("```".utf8)
        guard bytes.starts(with: fence), let lineEnd = bytes.firstIndex(of: 0x0A) else {
            return bytes
        }
        let inner = bytes[(lineEnd + 1)...]
        guard inner.count >= 3, inner.suffix(3).elementsEqual(fence) else { return bytes }
        return inner.dropLast(3)
    }
}

extension JSONReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        topLevel = try values.decodeIfPresent(Kind.self, forKey: .topLevel) ?? .object
        requiredKeys = try values.decodeIfPresent([String].self, forKey: .requiredKeys) ?? []
        allowFence = try values.decodeIfPresent(Bool.self, forKey: .allowFence) ?? true
    }
}
