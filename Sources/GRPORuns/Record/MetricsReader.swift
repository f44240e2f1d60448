import Foundation
import GRPOJSON

/// Reads files of JSON lines back. A line that is no record, as a crash may leave at the end, is
/// skipped.
package enum MetricsReader {
    /// The records in the order of the file; none where there is no file.
    package static func records(path: String) -> [MetricsRecord] {
        lines(path: path).compactMap(record)
    }

    /// The lines, counted from 1, that are no record; a crash leaves one at the end.
    package static func damage(path: String) -> [Int] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .compactMap { index, line in
                line.isEmpty || record(line) != nil ? nil : index + 1
            }
    }

    /// One line's record, its keys in the order of the line.
    package static func record(_ line: Substring) -> MetricsRecord? {
        guard let object = JSONValue(line), let stage = object["stage"]?.string,
            let step = object["step"]?.number.flatMap({ Int(exactly: $0) })
        else { return nil }
        var record = MetricsRecord(stage: stage, step: step)
        for member in object.members ?? [] where !["stage", "step"].contains(member.key) {
            record[member.key] = member.value
        }
        return record
    }

    static func lines(path: String) -> [Substring] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }
}
