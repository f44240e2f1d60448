import GRPOJSON

/// What a program or a server answers about a group: `{"scores": [1, 0.5, null]}`.
///
/// One number for each completion, in their order; null where the reward has nothing to say about
/// the completion (TRL: None). `"id"`, where it is given, must be the request's. With `{"error":
/// "..."}` the other side says itself that it failed. Other keys are left alone. `NaN` and
/// `Infinity`, which are no JSON and which Python writes, are read as scores that are not finite.
package enum ScoresAnswer {
    /// The scores of a group of `count` completions. Total: every text gives `count` scores, in
    /// time linear in its length.
    ///
    /// - Parameter id: what was asked.
    package static func scores(_ bytes: [UInt8], id: Int, count: Int) -> [Score] {
        do throws(AnswerFault) {
            let scores = try read(bytes, id: id)
            guard scores.count == count else {
                throw AnswerFault(
                    reason: "found \(scores.count) scores, expected one for each of the \(count) "
                        + "completions")
            }
            return scores
        } catch {
            return Score.failures(error.failure, reason: error.reason, count: count)
        }
    }

    private struct AnswerFault: Error {
        var failure = RewardFailure.malformed
        var reason: String
    }

    private static func read(_ bytes: [UInt8], id: Int) throws(AnswerFault) -> [Score] {
        let text = spellingOut(bytes)
        let result: Result<Parts, JSONFault> = text.withUnsafeBytes { bytes in
            Result { () throws(JSONFault) -> Parts in
                var scanner = JSONScanner(bytes)
                let parts = try Parts(&scanner)
                try scanner.end()
                return parts
            }
        }
        let parts: Parts
        do throws(JSONFault) {
            parts = try result.get()
        } catch {
            throw AnswerFault(
                reason: "answer, byte \(error.offset): found \(error.found), expected "
                    + "\(error.expected); it begins \(beginning(of: bytes))")
        }
        if let error = parts.error {
            throw AnswerFault(failure: .crash, reason: printable(error))
        }
        if let found = parts.id, found != id {
            throw AnswerFault(reason: "found an answer to request \(found), expected \(id)")
        }
        guard let scores = parts.scores else {
            throw AnswerFault(
                reason: "found no key 'scores' in the answer, which begins "
                    + beginning(of: bytes))
        }
        return scores
    }

    /// For a message: of any bytes, short and without what a terminal obeys.
    private static func beginning(of bytes: [UInt8]) -> String {
        printable(String(decoding: bytes.prefix(60), as: UTF8.self))
    }

    // MARK: - Grammar

    private struct Parts {
        var scores: [Score]?
        var id: Int?
        var error: String?

        init(_ scanner: inout JSONScanner) throws(JSONFault) {
            var names: Set<String> = []
            var parts: (scores: [Score]?, id: Int?, error: String?)
            try scanner.object { (name, start, scanner) throws(JSONFault) in
                guard names.insert(name).inserted else {
                    throw JSONFault(
                        offset: start, found: "the key \(printable(name)) a second time",
                        expected: "each key once")
                }
                switch name {
                case "scores":
                    var scores: [Score] = []
                    try scanner.array { (scanner) throws(JSONFault) in
                        scores.append(try ScoresAnswer.score(&scanner))
                    }
                    parts.scores = scores
                case "id": parts.id = try JSONValue(&scanner).integer ?? -1
                case "error":
                    let value = try JSONValue(&scanner)
                    if value != .null { parts.error = value.string ?? value.summary }
                default: try scanner.skip()
                }
            }
            (scores, id, error) = parts
        }
    }

    private static func score(_ scanner: inout JSONScanner) throws(JSONFault) -> Score {
        switch try scanner.kind() {
        case .number:
            let text = try scanner.number()
            guard let value = Double(text), value.isFinite else {
                return .failed(.nonFinite, reason: "found a score that is not finite")
            }
            guard value.magnitude <= Score.largest else {
                return .failed(
                    .malformed,
                    reason: "found the score \(value), expected at most \(Score.largest) in "
                        + "magnitude")
            }
            return .value(value)
        case .null:
            try scanner.null()
            return .notApplicable
        case let kind:
            try scanner.skip()
            return .failed(
                .malformed, reason: "found \(kind.rawValue) as a score, expected a number or null")
        }
    }

    /// The text with `NaN` and `Infinity` outside of strings as numbers too large for a float64:
    /// JSON's grammar has no other way to say what is not finite.
    private static func spellingOut(_ bytes: [UInt8]) -> [UInt8] {
        let words = [Array("NaN".utf8), Array("Infinity".utf8)]
        let beginnings = words.map { $0[0] }
        guard bytes.contains(where: beginnings.contains) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var inString = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if !inString, let word = words.first(where: { bytes[index...].starts(with: $0) }) {
                result += Array("1e999".utf8)
                index += word.count
                continue
            }
            result.append(byte)
            if byte == UInt8(ascii: "\"") {
                inString.toggle()
            } else if inString, byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index += 1
                result.append(bytes[index])
            }
            index += 1
        }
        return result
    }
}
