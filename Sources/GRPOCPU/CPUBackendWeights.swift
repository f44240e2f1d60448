import GRPOTensors

/// A weight packed by the engine for the forward product and for the gradient of its input.
///
/// Each copy carries the version of the values it was made from; a copy of another version is never
/// used, only overwritten.
final class PackedCopies: WeightCopies {
    /// Packed copies belong to the engine that made them, and die with its backend.
    private weak var owner: CPUBackend?
    private var forward: (packed: PackedWeight, version: UInt64)?
    private var backward: (packed: PackedWeight, version: UInt64)?

    init(owner: CPUBackend) {
        self.owner = owner
    }

    func belongs(to backend: CPUBackend) -> Bool {
        owner === backend
    }

    func packed(_ weight: Weight, transposed: Bool) -> PackedWeight {
        let old = transposed ? backward : forward
        if let old, old.version == weight.version { return old.packed }
        guard let owner else { preconditionFailure("packed copies of a backend that is gone") }
        let packed = owner.products.pack(
            weight.values.f32, outputs: transposed ? weight.inputs : weight.outputs,
            inputs: transposed ? weight.outputs : weight.inputs, type: owner.activationType,
            transposed: transposed, reusing: old?.packed)
        if transposed {
            backward = (packed, weight.version)
        } else {
            forward = (packed, weight.version)
        }
        return packed
    }
}

extension CPUBackend {
    package func packedBytes(outputs: Int, inputs: Int, transposed: Bool) -> Int {
        engine.packedBytes(
            outputs: transposed ? inputs : outputs, inputs: transposed ? outputs : inputs,
            type: activationType)
    }

    /// The weight as a factor of x Wᵀ or, transposed, of dy W.
    func packed(_ weight: Weight, transposed: Bool = false) -> PackedWeight {
        if let copies = weight.copies as? PackedCopies, copies.belongs(to: self) {
            return copies.packed(weight, transposed: transposed)
        }
        let copies = PackedCopies(owner: self)
        weight.copies = copies
        return copies.packed(weight, transposed: transposed)
    }
}
