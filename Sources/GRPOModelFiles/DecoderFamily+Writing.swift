import GRPOModels

extension DecoderFamily {
    /// The family that a model is written as; one that is not served is an error.
    static func writable(
        _ configuration: DecoderConfiguration, to path: String
    ) throws(ModelFileError) -> DecoderFamily {
        guard let family = named(configuration.family) else {
            throw ModelFileError(
                file: path, place: .file, found: "a model of the \(configuration.family) family",
                expected: "one of \(names)", remedy: "Models of this family cannot be written.")
        }
        return family
    }
}
