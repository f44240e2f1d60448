package import GRPOTensors

extension Decoder {
    /// A decoder that scores sequences: a copy of these weights up to the final norm, and a score
    /// head that is drawn. Adapters are merged into the copy.
    ///
    /// - Parameter random: nil for a head of zeros, where another's takes its place.
    package func scorer(random: RandomStream?) -> Decoder {
        var configuration = configuration
        configuration.scoreHead = true
        let body = merged().store
        let scorer = Decoder(configuration, backend: backend)
        if let random { scorer.store.initialize(configuration.parameters, random: random) }
        for parameter in scorer.store.parameters {
            guard let own = body.find(parameter.name) else { continue }
            parameter.values.address.copyMemory(
                from: own.values.address, byteCount: own.values.rawBytes.count)
        }
        scorer.store.didChange()
        return scorer
    }
}
