import GRPOJSON

/// Preference pairs from a file in TRL's formats: `chosen` and `rejected`, perhaps with `prompt`, as
/// texts or as conversations. Without a prompt it is what both begin with. See `DataColumns`.
///
/// What is held out are prompts: pairs of one prompt stand on one side.
package struct JSONLPairs: PairSource {
    package static let name = "jsonl"
    package static let summary =
        "Preference pairs from a file of JSON lines: chosen and rejected completions."

    /// The file and how it is divided.
    package let source: DataSource
    private static let heldOut = 0.1

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, testFile: DataPath? = nil, columns: DataColumns = DataColumns(),
        heldOut: Double = JSONLPairs.heldOut, shuffleSeed: Int? = 0
    ) {
        source = DataSource(
            file: file, testFile: testFile, columns: columns, heldOut: heldOut,
            shuffleSeed: shuffleSeed)
    }

    package var files: [String] { source.files }

    package func problems() -> [(key: String, message: String)] { source.problems(for: use) }

    private var use: DataSource.Use {
        DataSource.Use(noun: "pairs") { (_, record, layout) throws(ColumnFault) in
            guard case .preference(_, let chosen, let rejected) = layout else {
                throw ColumnFault(
                    found: "records without preferences", expected: "columns chosen and rejected",
                    remedy: "name them with columns: {chosen: NAME, rejected: NAME}")
            }
            for (name, turns) in [(chosen, record.completion), (rejected, record.rejected)] {
                guard turns.count == 1, turns[0].role == "assistant" else {
                    throw ColumnFault(
                        column: name,
                        found: turns.count == 1
                            ? "a turn of \(visible(turns[0].role))"
                            : "\(turns.count) turns after what both begin with",
                        expected: "one turn of the assistant",
                        remedy: "cut the conversations where they part, or leave such pairs out",
                        isCounted: true)
                }
            }
        }
    }

    /// The data, once `problems()` has found nothing.
    private var set: DataSet { source.set(for: use) }

    /// The characters of all pairs, held out or not: reads the whole file.
    package var alphabet: [Character] {
        guard source.file != nil else { return [] }
        let set = set
        var scalars: Set<Unicode.Scalar> = []
        for part in [set.train, set.test] {
            for place in 0..<part.count {
                let record = set.record(part, at: place).record
                for turn in record.prompt + record.completion + record.rejected {
                    scalars.formUnion(turn.content.unicodeScalars)
                }
            }
        }
        return scalars.sorted().map(Character.init)
    }

    package func pairCount() -> Int? { set.train.count }

    package func pair(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> PreferencePair {
        let set = set
        let place = set.train.place(of: index, shuffledBy: source.shuffleSeed)
        return pair(in: set.train, at: place, of: set)
    }

    package func testPairs(limit: Int) -> [PreferencePair] {
        let set = set
        return set.heldOutPairs(limit: limit) { pair(in: set.test, at: $0, of: set) }
    }

    private func pair(in part: DataSet.Part, at place: Int, of set: DataSet) -> PreferencePair {
        let record = set.record(part, at: place).record
        let isPlain = record.prompt.count == 1 && record.prompt[0].role == "user"
        return PreferencePair(
            prompt: record.prompt.text, messages: isPlain ? nil : record.prompt,
            chosen: record.completion.text, rejected: record.rejected.text)
    }
}

extension JSONLPairs {
    package init(from decoder: any Decoder) throws {
        source = try DataSource(from: decoder, heldOut: Self.heldOut)
    }

    package func encode(to encoder: any Encoder) throws {
        try source.encode(to: encoder)
    }
}
