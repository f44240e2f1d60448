import GRPOJSON

/// Completions from a file, each with a label, in TRL's unpaired format: `prompt`, `completion` and
/// `label`, which says whether the completion is good: `true` or `false`, 1 or 0, `safe` or
/// `unsafe`. What pointwise reward models are trained on. See `DataColumns`.
///
/// What is held out are prompts: completions of one prompt stand on one side.
package struct JSONLLabels: PairSource {
    package static let name = "jsonl_labels"
    package static let summary =
        "Single completions from a file of JSON lines, each with a label: good or bad."

    /// The file and how it is divided.
    package let source: DataSource
    /// The column of the label.
    package let label: String

    private static let heldOut = 0.1
    private static let column = "label"
    private static let words = ["safe": true, "unsafe": false, "1": true, "0": false]

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, testFile: DataPath? = nil, columns: DataColumns = DataColumns(),
        label: String? = nil, heldOut: Double? = nil, shuffleSeed: Int? = 0
    ) {
        self.label = label ?? Self.column
        source = DataSource(
            file: file, testFile: testFile, columns: columns, heldOut: heldOut ?? Self.heldOut,
            shuffleSeed: shuffleSeed)
    }

    package var files: [String] { source.files }

    package func problems() -> [(key: String, message: String)] { source.problems(for: use) }

    private var use: DataSource.Use {
        DataSource.Use(noun: "completions") { (row, record, layout) throws(ColumnFault) in
            if case .preference = layout {
                throw ColumnFault(
                    found: "pairs of preferences", expected: "single completions with a label",
                    remedy: "read them with data: jsonl")
            }
            guard !record.prompt.isEmpty, record.completion.count == 1,
                record.completion[0].role == "assistant"
            else {
                throw ColumnFault(
                    found: record.prompt.isEmpty
                        ? "no prompt" : "\(record.completion.count) turns after the prompt",
                    expected: "a prompt and one completion of the assistant",
                    remedy: "name them with columns: {prompt: NAME, completion: NAME}")
            }
            _ = try isGood(row)
        }
    }

    private func isGood(_ row: DataRow) throws(ColumnFault) -> Bool {
        switch row[label] {
        case .truth(let value)?: return value
        case .text(let word)?:
            if let value = Self.words[word] { return value }
        case .number(let digits)?:
            if let value = Self.words[digits] { return value }
        default: break
        }
        throw ColumnFault(
            column: label, found: row[label]?.summary ?? row.missing,
            expected: "true or false, 1 or 0, safe or unsafe",
            remedy: "correct the file, or name another column with label: NAME")
    }

    /// The data, once `problems()` has found nothing.
    private var set: DataSet { source.set(for: use) }

    package func pairCount() -> Int? { set.train.count }

    package func pair(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> PreferencePair {
        let set = set
        let place = set.train.place(of: index, shuffledBy: source.shuffleSeed)
        return completion(in: set.train, at: place, of: set)
    }

    package func testPairs(limit: Int) -> [PreferencePair] {
        let set = set
        return set.heldOutPairs(limit: limit) { completion(in: set.test, at: $0, of: set) }
    }

    private func completion(
        in part: DataSet.Part, at place: Int, of set: DataSet
    ) -> PreferencePair {
        let (row, record) = set.record(part, at: place)
        guard let isGood = try? isGood(row) else {
            preconditionFailure("a record without a label: \(part.file.path) was changed in use")
        }
        let isPlain = record.prompt.count == 1 && record.prompt[0].role == "user"
        return PreferencePair(
            prompt: record.prompt.text, messages: isPlain ? nil : record.prompt,
            completion: record.completion.text, label: isGood)
    }
}

extension JSONLLabels {
    private enum CodingKeys: String, CodingKey {
        case label
    }

    package init(from decoder: any Decoder) throws {
        source = try DataSource(from: decoder, heldOut: Self.heldOut)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        label = try values.decodeIfPresent(String.self, forKey: .label) ?? Self.column
    }

    package func encode(to encoder: any Encoder) throws {
        try source.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(label, forKey: .label)
    }
}
