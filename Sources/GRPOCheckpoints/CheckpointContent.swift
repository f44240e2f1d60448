/// Everything that goes into one checkpoint: arrays (weights, moments, counters) and texts (recipe,
/// tokenizer, model configuration). All are datasets of one tree of names; their order does not
/// matter, the file is always laid out in the order of names.
package struct CheckpointContent {
    package var arrays: [NamedArray]
    /// Texts by the path of their dataset, such as `texts/recipe.yaml`.
    package var texts: [String: String]

    package init(arrays: [NamedArray] = [], texts: [String: String] = [:]) {
        self.arrays = arrays
        self.texts = texts
    }

    /// All datasets in the order of their names' bytes.
    ///
    /// Throws for a bad or doubled name, for a name that is also a group of another, and for bytes
    /// that do not fill their shape.
    func sortedDatasets() throws(CheckpointError) -> [NamedArray] {
        let all = arrays + texts.map { NamedArray(name: $0.key, text: $0.value) }
        let sorted = all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        // Byte strings, because two spellings of one character are equal as Swift strings but are
        // different names in the file.
        var leaves: Set<[UInt8]> = []
        for array in sorted {
            try DatasetName.check(array.name)
            guard leaves.insert(Array(array.name.utf8)).inserted else {
                throw .invalidName(array.name, reason: "two datasets have this name")
            }
            try checkSize(of: array)
        }
        for array in sorted {
            let name = Array(array.name.utf8)
            for (index, byte) in name.enumerated() where byte == UInt8(ascii: "/") {
                if leaves.contains(Array(name[..<index])) {
                    throw .invalidName(
                        array.name, reason: "a part of this path is itself a dataset")
                }
            }
        }
        return sorted
    }

    private func checkSize(of array: NamedArray) throws(CheckpointError) {
        let found = array.bytes().count
        guard array.shape.count <= DatasetName.maximumRank,
            array.expectedByteCount == found,
            array.type != .text || array.shape.isEmpty
        else {
            throw .wrongSize(
                array: array.name, shape: array.shape, type: array.type, bytes: found)
        }
    }
}
