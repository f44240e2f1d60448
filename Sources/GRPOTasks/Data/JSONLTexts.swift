/// Texts to pretrain on from a file: plain texts, prompts with completions, conversations, or of
/// preferences the better completion. See `DataColumns` for the formats.
package struct JSONLTexts: TextSource {
    package static let name = "jsonl"
    package static let summary =
        "Texts from a file of JSON lines: text, prompt and completion, or conversations."

    /// The file and what of it is left out, under the keys of the task.
    package let source: DataSource
    /// How completions are written.
    package let layout: CompletionLayout

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, testFile: DataPath? = nil, columns: DataColumns = DataColumns(),
        layout: CompletionLayout = .plain, heldOut: Double = 0, shuffleSeed: Int? = 0
    ) {
        self.init(
            source: DataSource(
                file: file, testFile: testFile, columns: columns, heldOut: heldOut,
                shuffleSeed: shuffleSeed),
            layout: layout)
    }

    private init(source: DataSource, layout: CompletionLayout) {
        self.source = source
        self.layout = layout
    }

    package var files: [String] { source.files }

    package func problems() -> [(key: String, message: String)] { source.problems(for: use) }

    private var use: DataSource.Use {
        DataSource.Use(noun: "texts", needsTest: false) {
            (_, record, columns) throws(ColumnFault) in
            guard columns.hasCompletion else {
                throw ColumnFault(
                    found: "questions alone", expected: "a column of completions too",
                    remedy: "name it with columns: {prompt: NAME, completion: NAME}")
            }
            guard !record.completion.isEmpty else {
                throw ColumnFault(
                    found: "a conversation that does not end with the assistant",
                    expected: "the assistant's turn as the last",
                    remedy: "correct the file")
            }
            _ = try layout.applied(to: record)
        }
    }

    /// The data, once `problems()` has found nothing.
    private var set: DataSet { source.set(for: use) }

    private func record(_ place: Int, of set: DataSet) -> DataRecord {
        guard let record = try? layout.applied(to: set.record(set.train, at: place).record) else {
            preconditionFailure("a record without \(layout): \(files) was changed in use")
        }
        return record
    }

    /// The characters of all texts that are trained on: reads the whole file.
    package var alphabet: [Character] {
        guard source.file != nil else { return [] }
        let set = set
        var scalars: Set<Unicode.Scalar> = []
        for place in 0..<set.train.count {
            let record = record(place, of: set)
            for turn in record.prompt + record.completion {
                scalars.formUnion(turn.content.unicodeScalars)
            }
        }
        return scalars.sorted().map(Character.init)
    }

    package func knows(_ task: any ProblemSource) -> Bool {
        task is JSONLProblems && source.file != nil && set.layout.hasQuestion
    }

    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        guard let task = task as? JSONLProblems, source.file != nil, set.layout.hasQuestion else {
            return []
        }
        let shown = set.train.keys.count(where: task.isHeldOut)
        return shown == 0
            ? []
            : [
                (
                    "file",
                    "\(shown) of its \(set.train.count) texts show held-out problems of the task; "
                        + "give both the same test_file or held_out"
                )
            ]
    }

    package func documentCount() -> Int? { set.train.count }

    package func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        let set = set
        let place = set.train.place(of: index, shuffledBy: source.shuffleSeed)
        let record = record(place, of: set)
        return TextDocument(
            prompt: record.prompt.text, completion: record.completion.text,
            messages: record.isConversation ? record.prompt + record.completion : nil)
    }
}

extension JSONLTexts {
    private enum CodingKeys: String, CodingKey {
        case layout
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            source: try DataSource(from: decoder, heldOut: 0),
            layout: try values.decodeIfPresent(CompletionLayout.self, forKey: .layout) ?? .plain)
    }

    package func encode(to encoder: any Encoder) throws {
        try source.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(layout, forKey: .layout)
    }
}
