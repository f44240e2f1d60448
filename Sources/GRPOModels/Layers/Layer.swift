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
    /// What `forward` saves, without the last product, which backward has no use for.
    ///
    /// - Parameter x: A `[tokens, hiddenSize]`.
    func save(_ x: Tensor, _ pass: Pass) -> Saved
    /// The gradient of x alone, R `[tokens, hiddenSize]`.
    ///
    /// - Parameter x: that of `forward`, A `[tokens, hiddenSize]`.
    func backward(_ dy: Tensor, _ x: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor
}

/// y = x + branch(norm(x)).
///
/// The norm's output is not saved: backward computes it again from x, bit for bit, for less than a
/// hundredth of the products' time.
package struct PreNorm<Inner: Branch>: Layer {
    package struct Saved {
        let x: Tensor  // R [tokens, hiddenSize]
        let inner: Inner.Saved
    }

    let norm: RMSNorm
    package let inner: Inner

    package func forward(_ x: Tensor, _ pass: Pass) -> (y: Tensor, saved: Saved) {
        let normalized = norm.forward(x, pass.backend).y
        let (y, inner) = inner.forward(normalized, adding: x, pass)
        return (y, Saved(x: x, inner: inner))
    }

    /// What `forward` saves, without y.
    func save(_ x: Tensor, _ pass: Pass) -> Saved {
        Saved(x: x, inner: inner.save(norm.forward(x, pass.backend).y, pass))
    }

    package func backward(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor {
        let (normalized, inverseRMS) = norm.forward(saved.x, pass.backend)
        let dNormalized = inner.backward(dy, normalized, saved.inner, pass)
        norm.backward(dNormalized, saved.x, inverseRMS, addingTo: dy, pass.backend)
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

    /// What `forward` saves, without y.
    func save(_ x: Tensor, _ pass: Pass) -> Saved {
        let (h, attention) = attention.forward(x, pass)
        return Saved(attention: attention, feedForward: feedForward.save(h, pass))
    }

    package func backward(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor {
        let dh = feedForward.backward(dy, saved.feedForward, pass)
        return attention.backward(dh, saved.attention, pass)
    }
}
