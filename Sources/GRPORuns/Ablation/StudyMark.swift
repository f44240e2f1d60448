import Foundation
import GRPOJSON

/// What is kept of a study's job beside its run: when it was at work, and whether it is done.
struct StudyMark {
    /// The hash of the settings that it was finished with; nil while it is not.
    var finished: String?
    /// From when to when, in seconds since 1970, one for each time that it was begun and came to an
    /// end of some kind.
    var work: [ClosedRange<Double>]

    /// Nothing, where there is no such file or it cannot be read.
    init(path: String) {
        let data = FileManager.default.contents(atPath: path)
        let document = data.flatMap { JSONValue(String(decoding: $0, as: UTF8.self)) }
        finished = document?["recipe_sha256"]?.string
        work = (document?["work_s"]?.elements ?? []).compactMap { span in
            let ends = (span.elements ?? []).compactMap(\.number)
            guard ends.count == 2, ends[0] <= ends[1] else { return nil }
            return ends[0]...ends[1]
        }
    }

    func write(to path: String) throws(RunError) {
        let document = JSONValue.object([
            "recipe_sha256": finished.map { .string($0) } ?? .null,
            "work_s": .array(
                work.map { .array([.double($0.lowerBound), .double($0.upperBound)]) }),
        ])
        try RunFile.write(document.text + "\n", to: path)
    }
}
