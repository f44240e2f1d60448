/// A file that an option of a task or text names. In a recipe it is relative to the file that
/// writes it, on the command line to the working directory; a resolved recipe has it absolute.
public struct DataPath: Codable, Sendable, Hashable {
    /// The path as a file is opened by it.
    public let path: String

    /// The file at a path.
    public init(_ path: String) {
        self.path = path
    }

    /// Reads the path as it is written; a recipe's decoder makes it absolute.
    public init(from decoder: any Decoder) throws {
        path = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the path.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(path)
    }
}
