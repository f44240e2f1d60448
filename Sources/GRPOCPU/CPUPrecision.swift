package import GRPOTensors

extension Precision {
    /// The type of activations on this machine's CPU.
    package var cpuActivationType: DType {
        switch self {
        case .auto: MatrixEngines.hasBFloat16 ? .bfloat16 : .float32
        case .float32: .float32
        case .bfloat16: .bfloat16
        }
    }
}
