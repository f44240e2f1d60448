package import GRPOTensors

extension Decoder {
    /// What training changes: the adapters where there are some, else the weights.
    package var trained: ParameterStore { adapters?.store ?? store }

    /// The same weights, shared and frozen from now on, with adapters that are all zero.
    package func adapted(_ settings: LoRASettings) -> Decoder {
        precondition(adapters == nil, "adapters upon adapters; merge the first")
        store.disableGradients()
        let adapters = AdapterSet(configuration, settings, backend: backend)
        adapters.takeScoreHead(from: store)
        return Decoder(
            configuration, store: store, rope: rope, adapters: adapters, backend: backend)
    }

    /// The same weights with fresh adapters, which at first add nothing.
    ///
    /// - Parameter random: what A is drawn from.
    package func adapted(_ settings: LoRASettings, random: RandomStream) -> Decoder {
        let decoder = adapted(settings)
        let layout = AdapterLayout(configuration, settings)
        decoder.trained.initialize(layout.specifications, random: random)
        decoder.adapters?.takeScoreHead(from: store)
        return decoder
    }

    /// The policy as it is now, frozen: the reference of a stage that begins here. Where adapters
    /// are trained it is the weights without them, and costs nothing: the stage begins with
    /// adapters that add nothing.
    package func reference() -> Decoder {
        guard adapters != nil else { return frozenCopy() }
        return Decoder(
            configuration, store: store, rope: rope, adapters: nil, backend: backend)
    }

    /// The decoder without adapters that computes the same, to rounding: its own weights with the
    /// adapters' products added, for export; the same decoder where it has none.
    package func merged() -> Decoder {
        guard let adapters else { return self }
        let copy = frozenCopy()
        adapters.merge(into: copy.store)
        return copy
    }

    /// `merged()` in the memory of the weights, which are then no longer those the adapters were
    /// trained beside: for a stage that goes on from here.
    package func mergedInPlace() -> Decoder {
        guard let adapters else { return self }
        adapters.merge(into: store)
        return Decoder(
            configuration, store: store, rope: rope, adapters: nil, backend: backend)
    }
}
