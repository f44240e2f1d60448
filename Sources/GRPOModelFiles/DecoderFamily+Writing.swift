import GRPOModels

extension DecoderFamily {
    /// The family that a model is written as; one that is not served is an error, and so is a model
    /// that programs reading a file of that family would compute otherwise, or not load.
    ///
    /// - Parameter more: what the format cannot say beside what the family fixes, in words.
    static func writable(
        _ configuration: DecoderConfiguration, to path: String,
        more: (DecoderFamily) -> [String]
    ) throws(ModelFileError) -> DecoderFamily {
        guard let family = named(configuration.family) else {
            throw ModelFileError(
                file: path, place: .file, found: "a model of the \(configuration.family) family",
                expected: "one of \(names)", remedy: "Models of this family cannot be written.")
        }
        let problems = family.problems(configuration) + more(family)
        guard problems.isEmpty else {
            throw ModelFileError(
                file: path, place: .file, found: problems.joined(separator: ", "),
                expected: "a model of the \(family.name) family as the format has it",
                remedy: "Write the other format if it can hold this model, or keep the checkpoint.")
        }
        return family
    }
}
