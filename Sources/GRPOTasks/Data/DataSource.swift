/// A data file as an option names it, with how it is divided and in which order it is gone through:
/// what tasks, texts and preference pairs from a file have in common, under the same keys.
package struct DataSource: Sendable {
    /// The file: JSON lines or a JSON array, gzipped or not.
    package let file: DataPath?
    /// What is held out; null: a part of `file`.
    package let testFile: DataPath?
    /// Which columns are what.
    package let columns: DataColumns
    /// How much is held out where there is no test file: below 1 a share of the questions by their
    /// hash, from 1 on a number of them, 0 nothing.
    package let heldOut: Double
    /// Names the shuffle; null: the order of the file.
    package let shuffleSeed: Int?
    /// Files of evaluation problems: training records that share ten words in a row with a text of
    /// theirs are left out (``NGramIndex``).
    package let decontaminate: [DataPath]
    private let handle = DataHandle()

    /// What is made of the records.
    struct Use {
        /// For messages.
        var noun: String
        /// The smallest share that can be held out.
        var leastHeldOut = 0.0
        /// Whether the held-out records are of use: then there must be some, unless `held_out` is 0.
        var needsTest = true
        /// The columns whose objects are kept.
        var objects: Set<String> = []
        /// Looks at every record.
        var check: DataSet.Check
    }

    package init(
        file: DataPath?, testFile: DataPath?, columns: DataColumns, heldOut: Double,
        shuffleSeed: Int?, decontaminate: [DataPath] = []
    ) {
        self.file = file
        self.testFile = testFile
        self.columns = columns
        self.heldOut = heldOut
        self.shuffleSeed = shuffleSeed
        self.decontaminate = decontaminate
    }

    package var files: [String] {
        ([file, testFile] + decontaminate).compactMap { $0?.path }
    }

    /// The training records that were left out because evaluation files have ten words of theirs;
    /// nil where the file is not open or no such files are named.
    package var leftOut: Int? {
        decontaminate.isEmpty ? nil : handle.opened.map(\.leftOut)
    }

    // MARK: - Options

    /// What is wrong with the options and with the files that they name, all of it at once; `own`
    /// is what the component itself has found. Records are read where it is known how.
    func problems(
        for use: Use, own: [(key: String, message: String)] = []
    ) -> [(key: String, message: String)] {
        var found = columns.problems()
        if file == nil {
            found.append(("file", "name a file, such as file: \(use.noun).jsonl"))
        }
        found += own
        let isReadable = found.allSatisfy { !$0.key.hasPrefix("columns") }
        if let message = heldOutProblem(use) { found.append(("held_out", message)) }
        if let file, isReadable { found += contentProblems(of: file, use) }
        return found
    }

    private func heldOutProblem(_ use: Use) -> String? {
        testFile == nil ? HeldOut.problem(heldOut, least: use.leastHeldOut) : nil
    }

    private func contentProblems(
        of file: DataPath, _ use: Use
    ) -> [(key: String, message: String)] {
        switch data(of: file, use) {
        case .failure(let error):
            var faults = [error]
            if let testFile, testFile != file, error.file == file.path {
                do throws(DataError) {
                    _ = try DataFile(path: testFile.path).offsets()
                } catch {
                    faults.append(error)
                }
            }
            return faults.map { fault in
                if fault.file == testFile?.path { return ("test_file", "\(fault)") }
                let isOther =
                    decontaminate.contains { $0.path == fault.file } && file.path != fault.file
                return (isOther ? "decontaminate" : "file", "\(fault)")
            }
        case .success(let set):
            guard heldOutProblem(use) == nil else { return [] }
            if set.train.count == 0, set.leftOut > 0 {
                return [
                    (
                        "decontaminate",
                        "leaves out all \(set.leftOut) \(use.noun) that could be trained on"
                    )
                ]
            }
            if set.train.count == 0 {
                return [
                    testFile == nil
                        ? ("held_out", "holds out all \(set.test.count) \(use.noun); lower it")
                        : ("file", "all its questions stand in test_file too")
                ]
            }
            if set.test.count == 0, use.needsTest, heldOut > 0 {
                return [
                    (
                        "held_out",
                        "holds out 0 of \(set.train.count) \(use.noun); give a number of them, "
                            + "such as 1"
                    )
                ]
            }
            return []
        }
    }

    // MARK: - Records

    private func data(of file: DataPath, _ use: Use) -> Result<DataSet, DataError> {
        // Where held_out itself is out of range the records are looked at all the same.
        let heldOut = heldOutProblem(use) == nil ? heldOut : 0
        return handle.open { () throws(DataError) in
            try DataSet(
                file: file.path, testFile: testFile?.path, heldOut: heldOut, columns: columns,
                objects: use.objects, decontaminate: decontaminate.map(\.path), check: use.check)
        }
    }

    /// The data, once `problems(for:)` has found nothing.
    func set(for use: Use) -> DataSet {
        guard let file, case .success(let set) = data(of: file, use) else {
            preconditionFailure("jsonl used with options out of range: \(problems(for: use))")
        }
        return set
    }
}

extension DataSource {
    private enum CodingKeys: String, CodingKey {
        case file, columns, decontaminate
        case testFile = "test_file"
        case heldOut = "held_out"
        case shuffleSeed = "shuffle_seed"
    }

    /// Reads the keys that stand among a component's own; `heldOut` is that component's default.
    init(from decoder: any Decoder, heldOut: Double) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            file: try values.decodeIfPresent(DataPath.self, forKey: .file),
            testFile: try values.decodeIfPresent(DataPath.self, forKey: .testFile),
            columns: try values.decodeIfPresent(DataColumns.self, forKey: .columns)
                ?? DataColumns(),
            heldOut: try values.decodeIfPresent(Double.self, forKey: .heldOut) ?? heldOut,
            shuffleSeed: try values.decodeIfPresent(Int.self, forKey: .shuffleSeed),
            decontaminate: try values.decodeIfPresent([DataPath].self, forKey: .decontaminate)
                ?? [])
    }

    /// Writes the keys among a component's own.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(file, forKey: .file)
        try values.encode(testFile, forKey: .testFile)
        try values.encode(columns, forKey: .columns)
        try values.encode(heldOut, forKey: .heldOut)
        try values.encode(shuffleSeed, forKey: .shuffleSeed)
        try values.encode(decontaminate, forKey: .decontaminate)
    }
}
