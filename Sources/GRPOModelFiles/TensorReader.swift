import Dispatch
import GRPOModels
import GRPOTensors
import Synchronization

/// Files that hold tensors by name, to fill a decoder from.
protocol TensorReader: Sendable {
    /// The path as the user gave it.
    var path: String { get }

    /// Writes the values of a tensor, as float32, to `destination`, whose count must be the
    /// tensor's.
    func read(_ name: String, into destination: UnsafeMutableBufferPointer<Float>)
        throws(ModelFileError)
}

extension TensorReader {
    /// Reads every bound tensor into the decoder's flat store; the gaps stay as they are.
    ///
    /// - Parameter interleavedHeads: the heads of a projection whose rows are in llama.cpp's order,
    ///   nil where they are not.
    func fill(
        _ decoder: Decoder, _ bindings: [TensorBinding],
        interleavedHeads: (TensorBinding) -> Int? = { _ in nil }
    ) throws(ModelFileError) {
        let places = bindings.map {
            WeightPlace($0, in: decoder.store, interleavedHeads: interleavedHeads($0))
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

    private func read(_ place: WeightPlace) throws(ModelFileError) {
        switch place.dtype {
        case .float32:
            let target = UnsafeMutableBufferPointer(
                start: place.address.assumingMemoryBound(to: Float.self), count: place.count)
            try read(place.tensorName, into: target)
            try finish(place, target)
        case .float64:
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: place.count)
            defer { values.deallocate() }
            try read(place.tensorName, into: values)
            try finish(place, values)
            let target = place.address.assumingMemoryBound(to: Double.self)
            for (index, value) in values.enumerated() { target[index] = Double(value) }
        case .bfloat16, .int32:
            preconditionFailure("parameters of \(place.dtype), expected float32 or float64")
        }
    }

    /// Puts the rows in order and refuses what is not a number.
    private func finish(
        _ place: WeightPlace, _ values: UnsafeMutableBufferPointer<Float>
    ) throws(ModelFileError) {
        if let heads = place.interleavedHeads {
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

/// Where a tensor's values lie in a decoder's store.
///
/// Sendable: the address is that of a range of the store no other place shares, and the store
/// outlives its use.
struct WeightPlace: @unchecked Sendable {
    let tensorName: String
    let address: UnsafeMutableRawPointer
    let dtype: DType
    let count: Int
    let columns: Int
    /// The heads whose rows llama.cpp reorders; nil where it does not.
    let interleavedHeads: Int?

    init(_ binding: TensorBinding, in store: ParameterStore, interleavedHeads: Int?) {
        let target = store[binding.parameter].values.rows(binding.rows)
        tensorName = binding.tensorName
        address = target.address
        dtype = target.dtype
        count = target.count
        columns = target.columns
        self.interleavedHeads = interleavedHeads
    }

    /// The values narrowed to float32, in the order of the file.
    var floats: [Float] {
        var values: [Float]
        switch dtype {
        case .float32:
            values = Array(
                UnsafeBufferPointer(
                    start: address.assumingMemoryBound(to: Float.self), count: count))
        case .float64:
            values = UnsafeBufferPointer(
                start: address.assumingMemoryBound(to: Double.self), count: count
            ).map { Float($0) }
        case .bfloat16, .int32:
            preconditionFailure("parameters of \(dtype), expected float32 or float64")
        }
        if let heads = interleavedHeads {
            values.withUnsafeMutableBufferPointer {
                RopePermutation.permute($0, heads: heads, columns: columns)
            }
        }
        return values
    }
}
