import GRPOCheckpoints

/// The SHA-256 of the files that a recipe reads: with their content they belong to the identity of
/// its stages.
struct InputHashes {
    /// Of the file the run starts from; nil for a model from nothing.
    let model: String?
    private let data: [String: String]

    init(_ recipe: Recipe) throws {
        if case .path(let file) = recipe.model {
            model = try PolicyFile.hash(of: file.path)
        } else {
            model = nil
        }
        var data: [String: String] = [:]
        for file in Set(recipe.dataFiles) { data[file] = try Hash.sha256(ofFile: file) }
        self.data = data
    }

    /// Of data files, in their order.
    func of(_ files: [String]) -> [String] { files.compactMap { data[$0] } }
}
