import GRPOJSON
import Synchronization

/// The questions of a task that evaluates from files: all rows of one file are held out, those of
/// another, where there is one, are for training and for examples. They are read when first asked
/// for, once for all copies of the task, and stay in memory: benchmarks are small.
final class QuestionFiles: Sendable {
    private let read = Mutex<Result<QuestionSet, DataError>?>(nil)

    /// - Parameter problem: makes a problem of a row, or says what is wrong with it.
    func set(
        file: String, trainFile: String?,
        problem: (QuestionRow) throws(ColumnFault) -> Problem
    ) -> Result<QuestionSet, DataError> {
        read.withLock { read in
            if let read { return read }
            let result = Result { () throws(DataError) -> QuestionSet in
                let test = try Self.problems(file, problem)
                let train = try trainFile.map { (file) throws(DataError) in
                    try Self.problems(file, problem)
                }
                return QuestionSet(test: test, train: train ?? [])
            }
            read = result
            return result
        }
    }

    private static func problems(
        _ path: String, _ problem: (QuestionRow) throws(ColumnFault) -> Problem
    ) throws(DataError) -> [Problem] {
        let file = try DataFile(path: path)
        var problems: [Problem] = []
        for offset in try file.offsets() {
            let value = try file.value(at: offset)
            do throws(ColumnFault) {
                guard let members = value.members else {
                    throw ColumnFault(
                        found: value.summary, expected: "an object of columns",
                        remedy: "write one JSON object on each line")
                }
                problems.append(try problem(QuestionRow(members: members)))
            } catch {
                throw error.at(file.line(of: offset), of: path)
            }
        }
        return problems
    }
}

/// One row of a file of questions.
package struct QuestionRow {
    let members: [JSONValue.Member]

    subscript(name: String) -> JSONValue? {
        members.first { $0.key.utf8.elementsEqual(name.utf8) }?.value
    }

    /// A column that must be text or a number.
    func text(_ name: String) throws(ColumnFault) -> String {
        guard let text = self[name].flatMap(Self.text), !text.isEmpty else { throw missing(name) }
        return text
    }

    /// A column of several texts or numbers; one alone is a list too.
    func texts(_ name: String) throws(ColumnFault) -> [String] {
        guard let value = self[name] else { throw missing(name) }
        guard let elements = value.elements else { return [try text(name)] }
        let texts = elements.compactMap(Self.text)
        guard texts.count == elements.count, !texts.isEmpty else {
            throw ColumnFault(
                column: name, found: value.summary, expected: "a list of texts")
        }
        return texts
    }

    /// The other columns that are texts, numbers or truth values.
    func columns(leavingOut read: Set<String>) -> [String: String] {
        Dictionary(
            members.compactMap { member in
                read.contains(member.key) ? nil : Self.text(member.value).map { (member.key, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    private func missing(_ name: String) -> ColumnFault {
        let names = members.prefix(12).map { printable($0.key) }.joined(separator: ", ")
        return ColumnFault(
            column: name, found: self[name]?.summary ?? "no such column among \(names)",
            expected: "text that is not empty")
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .int, .unsigned, .double: value.text
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }
}
