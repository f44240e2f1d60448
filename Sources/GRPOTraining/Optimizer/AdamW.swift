package import GRPOModels
package import GRPOTensors

/// AdamW over the flat store of a model, with clipping by the global norm.
package final class AdamW {
    package let settings: OptimizerSettings
    /// `[elements]`, laid out like the store.
    package let firstMoment: Tensor
    package let secondMoment: Tensor
    /// Updates made; bias correction depends on it.
    package var updates = 0
    private let store: ParameterStore
    private let backend: any Backend

    package init(_ settings: OptimizerSettings, store: ParameterStore, backend: any Backend) {
        self.settings = settings
        self.store = store
        self.backend = backend
        store.enableGradients(backend)
        firstMoment = backend.zeros(store.values.shape, store.values.dtype)
        secondMoment = backend.zeros(store.values.shape, store.values.dtype)
    }

    /// What became of an update.
    package enum Outcome: Equatable {
        case updated(gradientNorm: Double)
        /// Nothing was changed; the parameter whose gradient is not finite, and the norm.
        case skipped(parameter: String)
    }

    /// Applies the gradients, then clears them. Weights and moments stay as they are where any
    /// gradient is not finite.
    package func update(learningRate: Double) -> Outcome {
        guard let gradients = store.gradients else {
            preconditionFailure("an update without gradients")
        }
        defer { store.zeroGradients(backend) }
        let norm = backend.squaredNorm(gradients).squareRoot()
        guard norm.isFinite else {
            let culprit = store.parameters.first { parameter in
                parameter.gradient.flatMap(backend.firstNonFinite) != nil
            }
            return .skipped(parameter: culprit?.name ?? "the sum of squares overflows")
        }
        updates += 1
        // PyTorch's clip_grad_norm_: max / (norm + 1e-6), never above 1.
        let limit = settings.maxGradNorm
        let scale = limit > 0 ? min(1, limit / (norm + 1e-6)) : 1
        for range in ranges {
            let decay = range.decays ? settings.weightDecay : 0
            backend.adamW(
                store.values.rows(range.elements), gradient: gradients.rows(range.elements),
                firstMoment: firstMoment.rows(range.elements),
                secondMoment: secondMoment.rows(range.elements),
                step: AdamWStep(
                    learningRate: learningRate, beta1: settings.adamBeta1,
                    beta2: settings.adamBeta2, epsilon: settings.adamEpsilon, weightDecay: decay,
                    step: updates, gradientScale: scale))
        }
        store.didChange()
        return .updated(gradientNorm: norm)
    }

    /// Runs of the store that decay alike; one run where nothing decays.
    private var ranges: [(elements: Range<Int>, decays: Bool)] {
        guard settings.weightDecay != 0 else { return [(0..<store.values.count, false)] }
        return store.parameters.map { ($0.range, $0.decays) }
    }
}
