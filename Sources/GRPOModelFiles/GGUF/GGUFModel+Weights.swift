import Dispatch
package import GRPOModels
import GRPOTensors
import Synchronization

extension GGUFModel {
    /// Dequantises every tensor into the decoder's flat store, in the half-split order of rows.
    package func loadWeights(into decoder: Decoder) throws(ModelFileError) {
        let architecture = try architecture()
        let configuration = decoder.configuration
        try checkTensors(configuration, architecture)
        let places = architecture.bindings(configuration).map { binding in
            Place(
                binding, in: decoder.store,
                heads: architecture.permutesQueriesAndKeys
                    ? binding.rotatedHeads(configuration) : nil)
        }
        // Tensors go to separate ranges of the store, so they may be read in any order.
        let failure = Mutex<(index: Int, error: ModelFileError)?>(nil)
        DispatchQueue.concurrentPerform(iterations: places.count) { index in
            do throws(ModelFileError) {
                try read(places[index])
            } catch {
                failure.withLock { first in
                    if index < first?.index ?? .max { first = (index, error) }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
        decoder.store.didChange()
    }

    /// Compares names, shapes and types of the file's tensors with what the decoder needs.
    func checkTensors(
        _ configuration: DecoderConfiguration, _ architecture: GGUFArchitecture
    ) throws(ModelFileError) {
        var expected: Set<String> = [Self.frequencyDivisors]
        for binding in architecture.bindings(configuration) {
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
                expected: "only tensors of a \(architecture.name) model of "
                    + "\(configuration.layers) layers",
                remedy: "The model computes something that is not known here, and would be wrong "
                    + "without it; use another model.")
        }
    }

    /// Where a tensor's values go.
    ///
    /// Sendable: the address is that of a range of the store no other place shares, and the store
    /// outlives the reading.
    private struct Place: @unchecked Sendable {
        let tensorName: String
        let address: UnsafeMutableRawPointer
        let dtype: DType
        let count: Int
        let columns: Int
        /// The heads whose rows llama.cpp reordered; nil where it did not.
        let heads: Int?

        init(_ binding: TensorBinding, in store: ParameterStore, heads: Int?) {
            let target = store[binding.parameter].values.rows(binding.rows)
            tensorName = binding.tensorName
            address = target.address
            dtype = target.dtype
            count = target.count
            columns = target.columns
            self.heads = heads
        }
    }

    private func read(_ place: Place) throws(ModelFileError) {
        switch place.dtype {
        case .float32:
            let target = UnsafeMutableBufferPointer(
                start: place.address.assumingMemoryBound(to: Float.self), count: place.count)
            try file.read(place.tensorName, into: target)
            try finish(place, target)
        case .float64:
            var values = try file.floats(of: place.tensorName)
            // A typed throw cannot leave a rethrowing closure.
            let result = values.withUnsafeMutableBufferPointer { target in
                Result { () throws(ModelFileError) in try finish(place, target) }
            }
            try result.get()
            let target = place.address.assumingMemoryBound(to: Double.self)
            for (index, value) in values.enumerated() { target[index] = Double(value) }
        case .bfloat16, .int32:
            preconditionFailure("parameters of \(place.dtype), expected float32 or float64")
        }
    }

    /// Puts the rows in order and refuses what is not a number.
    private func finish(
        _ place: Place, _ values: UnsafeMutableBufferPointer<Float>
    ) throws(ModelFileError) {
        if let heads = place.heads {
            RopePermutation.unpermute(values, heads: heads, columns: place.columns)
        }
        // Infinities and NaNs have the largest exponent; the maximum is one vector instruction.
        var largest: UInt32 = 0
        for value in values { largest = max(largest, value.bitPattern & 0x7FFF_FFFF) }
        guard largest < 0x7F80_0000 else {
            throw ModelFileError(
                file: path, place: .tensor(place.tensorName),
                found: "a value that is not finite", expected: "numbers",
                remedy: "The file is damaged, or its model was; fetch or convert it again.")
        }
    }
}

extension TensorBinding {
    /// The heads of a query or key projection; nil of any other tensor.
    fileprivate func rotatedHeads(_ configuration: DecoderConfiguration) -> Int? {
        switch tensorName.split(separator: ".").dropLast().last {
        case "attn_q": configuration.heads
        case "attn_k": configuration.keyValueHeads
        default: nil
        }
    }
}
