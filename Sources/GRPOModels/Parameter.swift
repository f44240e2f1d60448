package import GRPOTensors

/// A trained tensor: its values, and its gradient unless it is frozen.
///
/// The only shared mutable state of a model. `backward` adds to gradients, the optimizer writes
/// values; nobody else does.
package final class Parameter {
    package let name: String
    /// The values, with the copies products derive from them.
    package let weight: Weight
    /// Like the values; nil where the parameter is frozen.
    package internal(set) var gradient: Tensor?
    /// Whether weight decay applies: to matrices, not to norms and biases.
    package let decays: Bool
    /// The values' place in the flat store, in elements.
    package let range: Range<Int>

    init(name: String, weight: Weight, decays: Bool, range: Range<Int>) {
        self.name = name
        self.weight = weight
        self.decays = decays
        self.range = range
    }

    package var values: Tensor { weight.values }
    package var shape: [Int] { weight.values.shape }
}

/// What a parameter is before it has memory.
package struct ParameterSpecification: Sendable {
    package enum Initialization: Sendable {
        case ones
        case zeros
        case normal(deviation: Double)
        /// Between -bound and bound.
        case uniform(bound: Double)
    }

    package let name: String
    package let shape: [Int]
    package let initialization: Initialization

    package init(_ name: String, _ shape: [Int], _ initialization: Initialization) {
        self.name = name
        self.shape = shape
        self.initialization = initialization
    }
}

/// All parameters of a model in one flat tensor, and their gradients in another.
package final class ParameterStore {
    package let parameters: [Parameter]
    /// `[elements]`; each parameter begins at a multiple of 16 elements, the gaps stay zero.
    package let values: Tensor
    /// `[elements]`, while the store is trainable.
    package private(set) var gradients: Tensor?
    private let byName: [String: Parameter]

    package init(_ specifications: [ParameterSpecification], backend: any Backend) {
        var count = 0
        let starts = specifications.map { specification -> Int in
            defer { count += (specification.shape.reduce(1, *) + 15) / 16 * 16 }
            return count
        }
        let values = backend.zeros([count], backend.parameterType)
        self.values = values
        parameters = zip(specifications, starts).map { specification, start in
            let tensor = Tensor(
                storage: values.storage, offset: start, shape: specification.shape,
                dtype: values.dtype)
            return Parameter(
                name: specification.name, weight: Weight(tensor),
                decays: specification.shape.count > 1,
                range: start..<start + tensor.count)
        }
        byName = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
    }

    package subscript(_ name: String) -> Parameter {
        guard let parameter = byName[name] else {
            preconditionFailure("no parameter \(name) among \(byName.keys.sorted())")
        }
        return parameter
    }

    package func find(_ name: String) -> Parameter? { byName[name] }

    /// The number of trained numbers, gaps excluded.
    package var count: Int { parameters.reduce(0) { $0 + $1.values.count } }

    /// Gives every parameter a gradient of zeros.
    package func enableGradients(_ backend: any Backend) {
        guard gradients == nil else { return }
        let flat = backend.zeros(values.shape, backend.parameterType)
        gradients = flat
        for parameter in parameters {
            parameter.gradient = Tensor(
                storage: flat.storage, offset: parameter.range.lowerBound, shape: parameter.shape,
                dtype: flat.dtype)
        }
    }

    /// Freezes every parameter: no gradient is kept or computed.
    package func disableGradients() {
        gradients = nil
        for parameter in parameters { parameter.gradient = nil }
    }

    package func zeroGradients(_ backend: any Backend) {
        if let gradients { backend.zero(gradients) }
    }

    /// To be called after the flat values changed.
    package func didChange() {
        for parameter in parameters { parameter.weight.didChange() }
    }

    /// Draws the initial values, each parameter from its own numbers.
    package func initialize(_ specifications: [ParameterSpecification], random: RandomStream) {
        for (slot, specification) in specifications.enumerated() {
            let tensor = self[specification.name].values
            switch specification.initialization {
            case .ones: tensor.fill(from: repeatElement(1, count: tensor.count))
            case .zeros: tensor.fill(from: repeatElement(0, count: tensor.count))
            case .normal(let deviation):
                let normals = random.normals(count: tensor.count, step: 0, slot: slot)
                tensor.fill(from: normals.map { $0 * deviation })
            case .uniform(let bound):
                var generator = random.generator(step: 0, slot: slot)
                tensor.fill(
                    from: (0..<tensor.count).map { _ in (2 * generator.uniform() - 1) * bound })
            }
        }
        didChange()
    }

    /// Copies the values of a store of the same parameters.
    package func copyValues(from other: ParameterStore) {
        precondition(other.values.shape == values.shape, "stores of two models")
        values.address.copyMemory(
            from: other.values.address, byteCount: values.rawBytes.count)
        didChange()
    }
}
