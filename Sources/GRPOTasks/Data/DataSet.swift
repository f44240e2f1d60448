/// The records of a data file, divided into those to train on and those held out.
///
/// Opening it reads and checks every record, so that a fault is found before a run begins and not
/// hours later, and keeps 12 bytes of each and the text of one at a time: of a record of at most
/// `DataFile.longestRecord` bytes.
final class DataSet: Sendable {
    /// Looks at a record; what it throws is an error of the file.
    typealias Check = (DataRow, DataRecord, DataLayout) throws(ColumnFault) -> Void

    /// One split: records of one file, in its order.
    struct Part: Sendable {
        let file: DataFile
        let offsets: RecordOffsets
        /// Of the same records, ascending.
        let keys: [UInt64]

        var count: Int { offsets.count }

        func contains(_ key: UInt64) -> Bool {
            var low = 0
            var high = keys.count
            while low < high {
                let middle = (low + high) / 2
                if keys[middle] < key { low = middle + 1 } else { high = middle }
            }
            return low < keys.count && keys[low] == key
        }
    }

    let layout: DataLayout
    /// The columns whose objects are kept.
    private let objects: Set<String>
    let train: Part
    let test: Part
    /// Training records that share ten words in a row with the files to be kept apart.
    let leftOut: Int

    /// Opens the files; `check` looks at every record.
    ///
    /// - Parameter heldOut: Without a test file, how much is held out: below 1 a share, from 1 on a
    ///   number of distinct questions, 0 nothing.
    /// - Parameter decontaminate: Files of problems; training records with ten words of theirs in a
    ///   row are left out.
    init(
        file: String, testFile: String?, heldOut: Double, columns: DataColumns,
        objects: Set<String> = [], decontaminate: [String] = [], check: Check
    ) throws(DataError) {
        let file = try DataFile(path: file)
        let offsets = try file.offsets()
        let first = try file.row(at: offsets[0], conversations: [])
        guard let layout = columns.layout(of: first.columns.map(\.name)) else {
            throw DataError(
                file: file.path, line: file.line(of: offsets[0]),
                found: "the columns \(first.names)",
                expected: "prompt, messages, chosen and rejected, instruction, or text",
                remedy: "name them with columns:, such as columns: {prompt: question}")
        }
        self.layout = layout
        self.objects = objects
        let apart = try Self.problems(of: decontaminate)
        var shared: Set<Int> = []
        let keys = try Self.keys(of: file, offsets, layout, objects, check) { place, record in
            if let apart, apart.shares(record.wholeText) { shared.insert(place) }
        }
        if let testFile {
            let other = try DataFile(path: testFile)
            let places = try other.offsets()
            let held = try Self.keys(of: other, places, layout, objects, check)
            test = Part(file: other, offsets: places, keys: held.sorted())
            // What both files ask is held out.
            let known = Set(held)
            train = Self.part(file, offsets, keys, without: shared) { !known.contains($0) }
            leftOut = keys.indices.count { shared.contains($0) && !known.contains(keys[$0]) }
        } else {
            let limit = Self.limit(keys, heldOut: heldOut)
            train = Self.part(file, offsets, keys, without: shared) { !limit($0) }
            leftOut = keys.indices.count { shared.contains($0) && !limit(keys[$0]) }
            test = Self.part(file, offsets, keys) { limit($0) }
        }
    }

    /// The record at a place of a part.
    func record(_ part: Part, at place: Int) -> (row: DataRow, record: DataRecord) {
        do throws(DataError) {
            let row = try part.file.row(
                at: part.offsets[place], conversations: layout.conversations,
                objects: objects)
            do throws(ColumnFault) {
                return (row, try layout.record(row))
            } catch {
                throw error.at(part.file.line(of: part.offsets[place]), of: part.file.path)
            }
        } catch {
            preconditionFailure("\(error). It was sound before: it has been changed while in use")
        }
    }

    private static func keys(
        of file: DataFile, _ offsets: RecordOffsets, _ layout: DataLayout, _ objects: Set<String>,
        _ check: Check, look: (Int, DataRecord) -> Void = { _, _ in }
    ) throws(DataError) -> [UInt64] {
        var keys: [UInt64] = []
        var counted: (fault: ColumnFault, offset: Int, count: Int)?
        keys.reserveCapacity(offsets.count)
        for offset in offsets {
            let row = try file.row(
                at: offset, conversations: layout.conversations, objects: objects)
            do throws(ColumnFault) {
                let record = try layout.record(row)
                try check(row, record, layout)
                look(keys.count, record)
                keys.append(record.key)
            } catch {
                guard error.isCounted else { throw error.at(file.line(of: offset), of: file.path) }
                counted = counted ?? (error, offset, 0)
                counted?.count += 1
            }
        }
        if var counted {
            counted.fault.found +=
                " (so in \(counted.count) of \(offsets.count) records, here first)"
            throw counted.fault.at(file.line(of: counted.offset), of: file.path)
        }
        return keys
    }

    /// The texts of the columns of every record, each record a problem; nil where no file is named.
    private static func problems(of files: [String]) throws(DataError) -> NGramIndex? {
        guard !files.isEmpty else { return nil }
        var texts: [String] = []
        for path in files {
            let file = try DataFile(path: path)
            for offset in try file.offsets() {
                let row = try file.row(at: offset, conversations: [])
                let columns = row.columns.compactMap { column -> String? in
                    if case .text(let text) = column.value { text } else { nil }
                }
                texts += columns
            }
        }
        return NGramIndex(texts)
    }

    private static func part(
        _ file: DataFile, _ offsets: RecordOffsets, _ keys: [UInt64], without left: Set<Int> = [],
        _ belongs: (UInt64) -> Bool
    ) -> Part {
        func isIn(_ place: Int) -> Bool { !left.contains(place) && belongs(keys[place]) }
        let count = keys.indices.count { isIn($0) }
        var chosen = RecordOffsets()
        chosen.reserveCapacity(count)
        var own: [UInt64] = []
        own.reserveCapacity(count)
        for place in keys.indices where isIn(place) {
            chosen.append(offsets[place])
            own.append(keys[place])
        }
        own.sort()
        return Part(file: file, offsets: chosen, keys: own)
    }

    /// Whether a key is held out: those below the share, or the smallest ones.
    private static func limit(_ keys: [UInt64], heldOut: Double) -> (UInt64) -> Bool {
        guard heldOut > 0 else { return { _ in false } }
        guard heldOut >= 1 else { return { StableHash.fraction($0) < heldOut } }
        var smallest: [UInt64] = []
        for key in keys.sorted() where smallest.last != key {
            smallest.append(key)
            if Double(smallest.count) >= heldOut { break }
        }
        return { key in smallest.last.map { key <= $0 } ?? false }
    }
}

extension DataSet.Part {
    /// The place of the index-th draw: pass after pass through the part, each in an order of its
    /// own, or in the file's.
    func place(of index: Int, shuffledBy seed: Int?) -> Int {
        let (pass, place) = index.quotientAndRemainder(dividingBy: count)
        guard let seed else { return place }
        let key = SplitMix64.mix(UInt64(bitPattern: Int64(seed))) ^ UInt64(pass)
        return IndexPermutation(count: count, seed: SplitMix64.mix(key))[place]
    }
}
