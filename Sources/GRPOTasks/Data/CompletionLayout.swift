/// How texts write the completions of a file.
package enum CompletionLayout: String, Codable, Sendable, CaseIterable {
    /// As they stand.
    case plain
    /// A worked solution whose answer stands behind `####`, as those of GSM8K, in the frame of a
    /// long chain of thought: `<think>\nWORKING\n</think>\n<answer>ANSWER</answer>`. GSM8K's notes
    /// for a calculator, `<<3*4=12>>`, are left out.
    case thinkAnswer = "think_answer"

    /// The record with its last turn written so.
    func applied(to record: DataRecord) throws(ColumnFault) -> DataRecord {
        guard self == .thinkAnswer, let last = record.completion.last else { return record }
        var record = record
        record.completion[record.completion.count - 1] = Message(
            role: last.role, content: try Self.thought(of: last.content))
        return record
    }

    private static func thought(of solution: String) throws(ColumnFault) -> String {
        let bytes = Array(solution.utf8)
        for tag in [
            ByteSearch.thinkOpen, ByteSearch.thinkClose, ByteSearch.answerOpen,
            ByteSearch.answerClose,
        ] where ByteSearch.last(tag, in: bytes[...]) != nil {
            throw fault("a solution with \(String(decoding: tag, as: UTF8.self)) of its own")
        }
        guard let (working, answer) = AnswerExtraction.partsAtMark(of: solution) else {
            throw fault("a solution without ####")
        }
        let thought = ByteSearch.trimmed(withoutNotes(Array(working.utf8))[...])
        guard !thought.isEmpty else { throw fault("nothing before the ####") }
        guard !answer.isEmpty else { throw fault("nothing behind the ####") }
        return "<think>\n\(String(decoding: thought, as: UTF8.self))\n</think>\n"
            + "<answer>\(answer)</answer>"
    }

    /// Without what stands between `<<` and the next `>>` of the same line.
    private static func withoutNotes(_ bytes: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place...].starts(with: "<<".utf8),
                let close = endOfNote(in: bytes, from: place + 2)
            {
                place = close
            } else {
                kept.append(bytes[place])
                place += 1
            }
        }
        return kept
    }

    private static func endOfNote(in bytes: [UInt8], from start: Int) -> Int? {
        var place = start
        while place + 1 < bytes.count, bytes[place] != UInt8(ascii: "\n") {
            if bytes[place] == UInt8(ascii: ">"), bytes[place + 1] == UInt8(ascii: ">") {
                return place + 2
            }
            place += 1
        }
        return nil
    }

    private static func fault(_ found: String) -> ColumnFault {
        ColumnFault(
            found: found, expected: "a worked solution, then #### and the answer",
            remedy: "correct the file, or use layout: plain", isCounted: true)
    }
}
