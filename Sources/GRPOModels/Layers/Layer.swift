package import GRPOTensors

/// A differentiable function of the residual stream with its own parameters.
///
/// `forward` is re-entrant: what `backward` needs is in `Saved` and nowhere else. The caller drops
/// it at once in inference.
package protocol Layer {
    associatedtype Saved

    /// - Parameter x: R `[tokens, hiddenSize]`.
    func forward(_ x: Tensor, _ pass: Pass) -> (y: Tensor, saved: Saved)
    /// Adds to the gradients of the parameters.
    ///
    /// - Parameter dy: R `[tokens, hiddenSize]`; its storage may become dx.
    func backward(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor
}

/// What stands between a norm and the residual stream: attention or a feed-forward network.
package protocol Branch {
    associatedtype Saved

    /// residual + branch(x).
    ///
    /// - Parameters:
    ///   - x: A `[tokens, hiddenSize]`, the norm's output.
    ///   - residual: R `[tokens, hiddenSize]`.
    func forward(_ x: Tensor, adding residual: Tensor, _ pass: Pass) -> (y: Tensor, saved: Saved)
    /// The gradient of x alone, R `[tokens, hiddenSize]`.
    func backward(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor
}

/// y = x + branch(norm(x)).
package struct PreNorm<Inner: Branch>: Layer {
    package struct Saved {
        let x: Tensor
        let inverseRMS: Tensor
        let inner: Inner.Saved
    }

    let norm: RMSNorm
    package let inner: Inner

    package func forward(_ x: Tensor, _ pass: Pass) -> (y: Tensor, saved: Saved) {
        let (normalized, inverseRMS) = norm.forward(x, pass.backend)
        let (y, inner) = inner.forward(normalized, adding: x, pass)
        return (y, Saved(x: x, inverseRMS: inverseRMS, inner: inner))
    }

    package func backward(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor {
        let dNormalized = inner.backward(dy, saved.inner, pass)
        norm.backward(dNormalized, saved.x, saved.inverseRMS, addingTo: dy, pass.backend)
        return dy
    }
}

/// A pre-norm transformer block.
package struct Block: Layer {
    package struct Saved {
        let attention: PreNorm<Attention>.Saved
        let feedForward: PreNorm<FeedForward>.Saved
    }

    package let attention: PreNorm<Attention>
    package let feedForward: PreNorm<FeedForward>

    package func forward(_ x: Tensor, _ pass: Pass) -> (y: Tensor, saved: Saved) {
        let (h, attention) = attention.forward(x, pass)
        let (y, feedForward) = feedForward.forward(h, pass)
        return (y, Saved(attention: attention, feedForward: feedForward))
    }

    package func backward(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor {
        let dh = feedForward.backward(dy, saved.feedForward, pass)
        return attention.backward(dh, saved.attention, pass)
    }
}
