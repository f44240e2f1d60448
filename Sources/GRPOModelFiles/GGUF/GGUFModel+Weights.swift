package import GRPOModels

extension GGUFFile: TensorReader {}

extension GGUFModel {
    /// Dequantises every tensor into the decoder's flat store, in the half-split order of rows.
    package func loadWeights(into decoder: Decoder) throws(ModelFileError) {
        let family = try family()
        let configuration = decoder.configuration
        try checkTensors(configuration, family)
        try file.fill(
            decoder, DecoderFamily.ggufBindings(configuration),
            interleavedHeads: { family.interleavedHeads($0, configuration) })
    }

    /// Compares names, shapes and types of the file's tensors with what the decoder needs.
    func checkTensors(
        _ configuration: DecoderConfiguration, _ family: DecoderFamily
    ) throws(ModelFileError) {
        var expected: Set<String> = [Self.frequencyDivisors]
        for binding in DecoderFamily.ggufBindings(configuration) {
            let tensor = try file.tensor(named: binding.tensorName)
            guard tensor.shape == binding.shape else {
                throw ModelFileError(
                    file: path, place: .tensor(tensor.name), found: "shape \(tensor.shape)",
                    expected: "\(binding.shape)",
                    remedy: "Weights and metadata do not belong together; convert again.")
            }
            guard tensor.type.blocks != nil else { throw file.unreadable(tensor) }
            expected.insert(binding.tensorName)
        }
        if let extra = file.tensors.first(where: { !expected.contains($0.name) }) {
            throw ModelFileError(
                file: path, place: .tensor(extra.name), found: "a tensor without a use",
                expected: "only tensors of a \(family.name) model of "
                    + "\(configuration.layers) layers",
                remedy: "The model computes something that is not known here, and would be wrong "
                    + "without it; use another model.")
        }
    }
}
