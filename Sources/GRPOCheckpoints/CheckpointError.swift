/// What can go wrong with checkpoints and with files written atomically.
package enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The operating system refused `action` ("write", "rename", ...) on `path`.
    case system(path: String, action: String, cause: SystemError)
    /// The HDF5 library failed; `detail` is its error stack.
    case hdf5(path: String, detail: String)
    /// A file that is not what was written.
    case damaged(path: String, found: String, expected: String)
    /// A dataset, stage or file name that cannot be used.
    case invalidName(String, reason: String)
    /// An array whose bytes do not fill its shape.
    case wrongSize(array: String, shape: [Int], type: StoredType, bytes: Int)
    /// A number that is NaN or infinite; `index` counts elements row-major.
    case nonFinite(array: String, index: Int, value: String)
    /// The file holds no dataset of this name.
    case missingDataset(path: String, name: String)
    /// A dataset of another type or shape than asked for.
    case mismatch(path: String, name: String, found: String, expected: String)
    /// A sound checkpoint of this step with other content is already there.
    case stepExists(path: String)
    /// Another process is saving into the directory at this moment.
    case busy(directory: String)

    package var description: String {
        switch self {
        case .system(let path, let action, let cause):
            "cannot \(action) \(path): \(cause); \(cause.remedy)"
        case .hdf5(let path, let detail):
            "\(path): \(detail); the file is not a sound checkpoint, use another one"
        case .damaged(let path, let found, let expected):
            "\(path) is damaged: found \(found), expected \(expected); use an earlier checkpoint"
        case .invalidName(let name, let reason):
            "the name \(name.debugDescription) cannot be used: \(reason)"
        case .wrongSize(let array, let shape, let type, let bytes):
            """
            the array \(array.debugDescription) has \(bytes) bytes, which do not make \
            \(type.rawValue) \(shape) (at most \(DatasetName.maximumRank) dimensions)
            """
        case .nonFinite(let array, let index, let value):
            """
            the array \(array.debugDescription) holds \(value) at element \(index); a state that \
            is not finite is never saved: resume from the last checkpoint with a lower learning \
            rate or a stricter max_grad_norm
            """
        case .missingDataset(let path, let name):
            "\(path) holds no dataset \(name.debugDescription)"
        case .mismatch(let path, let name, let found, let expected):
            "\(path), dataset \(name.debugDescription): found \(found), expected \(expected)"
        case .stepExists(let path):
            """
            \(path) already exists with other content; resume from it or remove it before \
            saving this step again
            """
        case .busy(let directory):
            "another process is saving into \(directory); give this run a directory of its own"
        }
    }
}
