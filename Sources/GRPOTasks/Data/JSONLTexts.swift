/// Texts to pretrain on from a file: plain texts, prompts with completions, conversations, or of
/// preferences the better completion. See `DataColumns` for the formats.
package struct JSONLTexts: TextSource {
    package static let name = "jsonl"
    package static let summary =
        "Texts from a file of JSON lines: text, prompt and completion, or conversations."

    /// The file: JSON lines or a JSON array, gzipped or not.
    package let file: DataPath?
    /// A file whose questions are left out, as the task's `test_file`.
    package let testFile: DataPath?
    /// Which columns are what.
    package let columns: DataColumns
    /// How much is left out, as the task's `held_out`; 0: nothing.
    package let heldOut: Double
    /// Names the shuffle; null: the order of the file.
    package let shuffleSeed: Int?
    private let handle = DataHandle()

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, testFile: DataPath? = nil, columns: DataColumns = DataColumns(),
        heldOut: Double = 0, shuffleSeed: Int? = 0
    ) {
        self.file = file
        self.testFile = testFile
        self.columns = columns
        self.heldOut = heldOut
        self.shuffleSeed = shuffleSeed
    }

    package var files: [String] { [file, testFile].compactMap { $0?.path } }

    package func problems() -> [(key: String, message: String)] {
        var found = columns.problems()
        if file == nil { found.append(("file", "name a file, such as file: texts.jsonl")) }
        if heldOut != 0, let message = HeldOut.problem(heldOut, least: 0) {
            found.append(("held_out", message))
        }
        guard found.isEmpty, let file else { return found }
        switch data(of: file) {
        case .failure(let error):
            return [(error.file == testFile?.path ? "test_file" : "file", "\(error)")]
        case .success(let set):
            guard set.train.count == 0 else { return [] }
            return [
                testFile == nil
                    ? ("held_out", "holds out all \(set.test.count) texts; lower it")
                    : ("file", "all its questions stand in test_file too")
            ]
        }
    }

    private func data(of file: DataPath) -> Result<DataSet, DataError> {
        handle.open { () throws(DataError) in
            try DataSet(
                DataSet.Source(
                    file: file.path, testFile: testFile?.path,
                    heldOut: testFile == nil ? heldOut : 0, columns: columns)
            ) { (_, record, layout) throws(ColumnFault) in
                guard layout.hasCompletion else {
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
            }
        }
    }

    /// The data, once `problems()` has found nothing.
    private var set: DataSet {
        guard let file, case .success(let set) = data(of: file) else {
            preconditionFailure("jsonl used with options out of range: \(problems())")
        }
        return set
    }

    /// The characters of all texts that are trained on: reads the whole file.
    package var alphabet: [Character] {
        guard file != nil else { return [] }
        let set = set
        var scalars: Set<Unicode.Scalar> = []
        for place in 0..<set.train.count {
            let record = set.record(set.train, at: place).record
            for turn in record.prompt + record.completion {
                scalars.formUnion(turn.content.unicodeScalars)
            }
        }
        return scalars.sorted().map(Character.init)
    }

    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        guard let task = task as? JSONLProblems, file != nil, set.layout.hasQuestion else {
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
        let place = set.train.place(of: index, shuffledBy: shuffleSeed)
        let record = set.record(set.train, at: place).record
        func text(_ turns: [Message]) -> String {
            turns.map(\.content).joined(separator: "\n\n")
        }
        return TextDocument(
            prompt: text(record.prompt), completion: text(record.completion),
            messages: record.isConversation ? record.prompt + record.completion : nil)
    }
}

extension JSONLTexts {
    private enum CodingKeys: String, CodingKey {
        case file, columns
        case testFile = "test_file"
        case heldOut = "held_out"
        case shuffleSeed = "shuffle_seed"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            file: try values.decodeIfPresent(DataPath.self, forKey: .file),
            testFile: try values.decodeIfPresent(DataPath.self, forKey: .testFile),
            columns: try values.decodeIfPresent(DataColumns.self, forKey: .columns)
                ?? DataColumns(),
            heldOut: try values.decodeIfPresent(Double.self, forKey: .heldOut) ?? 0,
            shuffleSeed: try values.decodeIfPresent(Int.self, forKey: .shuffleSeed))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(file, forKey: .file)
        try values.encode(testFile, forKey: .testFile)
        try values.encode(columns, forKey: .columns)
        try values.encode(heldOut, forKey: .heldOut)
        try values.encode(shuffleSeed, forKey: .shuffleSeed)
    }
}
