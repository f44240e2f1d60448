/// What a model file holds, as `grpo inspect` shows it. All text from the file is fit for a
/// terminal: control characters are escaped.
package struct ModelSummary: Codable, Equatable, Sendable {
    /// A tensor of the file.
    package struct Tensor: Codable, Equatable, Sendable {
        package let name: String
        /// The format's name of the element type, such as `Q4_1`.
        package let type: String
        /// Row-major, slowest-varying dimension first.
        package let shape: [Int]
        package let byteCount: Int

        enum CodingKeys: String, CodingKey {
            case name, type, shape
            case byteCount = "bytes"
        }
    }

    /// A key of the metadata, its value shortened to one line.
    package struct Entry: Codable, Equatable, Sendable {
        package let key: String
        package let value: String
    }

    /// The path as given.
    package let file: String
    /// Format and version, such as `GGUF version 3`.
    package let format: String
    /// What the file calls its architecture; nil where it does not say.
    package let architecture: String?
    /// The size of the file.
    package let byteCount: Int
    /// The number of values in all tensors.
    package let parameterCount: Int
    /// In the order of the file.
    package let tensors: [Tensor]
    /// Sorted by key.
    package let metadata: [Entry]

    enum CodingKeys: String, CodingKey {
        case file, format, architecture, tensors, metadata
        case byteCount = "bytes"
        case parameterCount = "parameters"
    }
}
