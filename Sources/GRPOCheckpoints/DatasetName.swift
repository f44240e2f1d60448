import CGRPOHDF5

/// The rule for names inside a checkpoint file: components separated by `/`, each a plain name.
enum DatasetName {
    static let maximumBytes = 1024
    static var maximumRank: Int { Int(GRPO_H5_MAX_RANK) }

    /// Throws unless `name` is relative, without empty, `.` or `..` components and without NUL.
    static func check(_ name: String) throws(CheckpointError) {
        if name.isEmpty { throw .invalidName(name, reason: "it is empty") }
        if name.utf8.count > maximumBytes {
            throw .invalidName(name, reason: "it is longer than \(maximumBytes) bytes")
        }
        if name.utf8.contains(0) { throw .invalidName(name, reason: "it contains NUL") }
        for part in name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            if part.isEmpty {
                throw .invalidName(name, reason: "it has an empty component")
            }
            if part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) {
                throw .invalidName(name, reason: "`.` and `..` are no names")
            }
        }
    }
}
