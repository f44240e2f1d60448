package import GRPOTensors

extension Precision {
    /// The type of activations on this machine's CPU with this engine. An engine that widens
    /// bfloat16 gains nothing by it.
    package func activationType(for engine: any MatrixEngine) -> DType {
        switch self {
        case .auto:
            MatrixEngines.hasBFloat16 && engine.multipliesBFloat16 ? .bfloat16 : .float32
        case .float32: .float32
        case .bfloat16: .bfloat16
        }
    }
}
