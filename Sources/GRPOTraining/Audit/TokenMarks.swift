package import GRPOTensors

/// The tokens of an update that stand out, so that a report on a collapse can name them. A few per
/// measure are kept, and no others: it costs a comparison a token.
package struct TokenMarks: Sendable, Equatable {
    package enum Measure: String, Sendable, CaseIterable {
        /// |log pi - log pi_old|: how far the policy has left the one that sampled, in nats.
        case difference
        /// k3 of the reference, exp(r) - r - 1 with r = log pi_ref - log pi, in nats.
        case kl
        /// |A| (1 - pi): the size of the gradient in the logit of the token, the same for every
        /// token of equal advantage that the policy held for impossible.
        case pull
        /// Entropy of the policy at the token, in nats: the greatest.
        case entropy
    }

    package struct Mark: Sendable, Equatable {
        package var group: Int
        package var sample: Int
        /// Of the token in its completion.
        package var position: Int
        package var value: Double
    }

    package static let kept = 5

    /// The greatest first.
    package private(set) var marks: [Measure: [Mark]] = [:]

    package init() {}

    package subscript(measure: Measure) -> [Mark] { marks[measure] ?? [] }

    /// Looks at the tokens of some rollouts.
    ///
    /// - Parameter ranges: of each rollout among the tokens.
    package mutating func add(
        _ rollouts: ArraySlice<Rollout>, _ current: TokenLogProbabilities, _ ranges: [Range<Int>]
    ) {
        for (rollout, range) in zip(rollouts, ranges) {
            for (position, token) in range.enumerated() {
                let own = current.logProbabilities[token]
                func note(_ measure: Measure, _ value: Double) {
                    add(
                        Mark(
                            group: rollout.group, sample: rollout.sample, position: position,
                            value: value), to: measure)
                }
                note(.difference, (own - rollout.logProbabilities[position]).magnitude)
                note(.pull, rollout.advantage.magnitude * (1 - Scalar.exp(own)))
                note(.entropy, current.entropies[token])
                if let reference = rollout.referenceLogProbabilities {
                    let ratio = reference[position] - own
                    note(.kl, Scalar.exp(ratio) - ratio - 1)
                }
            }
        }
    }

    private mutating func add(_ mark: Mark, to measure: Measure) {
        // What is not a number stands out more than any number.
        let size = mark.value.isNaN ? Double.infinity : mark.value
        guard size > 0 else { return }
        var list = marks[measure] ?? []
        func sizeOf(_ mark: Mark) -> Double { mark.value.isNaN ? .infinity : mark.value }
        if list.count == Self.kept, let last = list.last, sizeOf(last) >= size { return }
        let place = list.firstIndex { sizeOf($0) < size } ?? list.endIndex
        list.insert(mark, at: place)
        if list.count > Self.kept { list.removeLast() }
        marks[measure] = list
    }
}
