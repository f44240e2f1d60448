/// What the head knows of each token: plain numbers, one element per row.
package struct TokenLogProbabilities: Sendable {
    /// log softmax(logits / temperature)[target], in nats.
    package var logProbabilities: [Double]
    /// The entropy of softmax(logits / temperature), in nats.
    package var entropies: [Double]
    /// log Σ exp(logits / temperature); backward starts from it.
    package var logSumExps: [Double]

    package init(logProbabilities: [Double], entropies: [Double], logSumExps: [Double]) {
        self.logProbabilities = logProbabilities
        self.entropies = entropies
        self.logSumExps = logSumExps
    }
}

/// How tokens are drawn from the logits.
package struct Sampling: Sendable, Equatable {
    /// 0 is greedy: the first of the largest logits, its log-probability stated at temperature 1.
    package var temperature: Double
    /// Keeps the k most probable tokens; 0 keeps all.
    package var topK: Int
    /// Keeps the smallest set of most probable tokens that holds this mass; 1 keeps all.
    package var topP: Double
    /// Keeps tokens at least this fraction as probable as the most probable; 0 keeps all.
    package var minP: Double

    package init(temperature: Double = 1, topK: Int = 0, topP: Double = 1, minP: Double = 0) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
    }

    /// Whether every token can be drawn. Only then is the policy that samples the one that trains.
    package var keepsAll: Bool { topK == 0 && topP >= 1 && minP <= 0 }
}

/// A drawn token and its log-probability over the full vocabulary at the sampling temperature.
package struct SampledToken: Sendable, Equatable {
    package var token: Int32
    package var logProbability: Double

    package init(token: Int32, logProbability: Double) {
        self.token = token
        self.logProbability = logProbability
    }
}

/// The numbers of one AdamW step (Loshchilov and Hutter, "Decoupled Weight Decay Regularization").
///
/// m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², then
/// p ← p(1 - lr·decay) - lr · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε), with g scaled by `gradientScale`.
package struct AdamWStep: Sendable {
    package var learningRate: Double
    package var beta1: Double
    package var beta2: Double
    package var epsilon: Double
    package var weightDecay: Double
    /// t, from 1.
    package var step: Int
    /// The factor of clipping by global norm; 1 leaves the gradient as it is.
    package var gradientScale: Double

    package init(
        learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0, step: Int, gradientScale: Double = 1
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.step = step
        self.gradientScale = gradientScale
    }
}
