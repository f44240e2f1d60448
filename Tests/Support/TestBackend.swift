package import GRPOCPU
import GRPOReference
package import GRPOTensors

/// The backends a test runs over: the executable specification, and every engine and precision of
/// the CPU.
package enum TestBackend: String, CaseIterable, Sendable {
    case reference
    case oneDNNFloat32
    case oneDNNBFloat16
    case openBLASFloat32
    case openBLASBFloat16

    /// Those this machine has. OpenBLAS is always there; oneDNN where its library is.
    package static let available = allCases.filter { backend in
        guard let engine = backend.engine else { return true }
        return (try? CPUBackend(threads: 1, engine: engine)) != nil
    }

    /// Those of the CPU that this machine has.
    package static let cpu = available.filter { $0 != .reference }

    /// Those whose rows are promised to be bit-equal whatever is computed beside them. The
    /// reference computes every row alone.
    package static let exact = available.filter { $0.engine != .openblas }

    /// The float32 backends and the reference: where a test is about logic, not precision.
    package static let precise = available.filter { !$0.isBFloat16 }

    package var engine: EngineKind? {
        switch self {
        case .reference: nil
        case .oneDNNFloat32, .oneDNNBFloat16: .onednn
        case .openBLASFloat32, .openBLASBFloat16: .openblas
        }
    }

    package var isBFloat16: Bool { self == .oneDNNBFloat16 || self == .openBLASBFloat16 }

    /// A backend of this kind; only for those in `available`.
    package func make(threads: Int = 1) -> any Backend {
        guard let engine else { return ReferenceBackend() }
        do {
            return try CPUBackend(
                threads: threads, engine: engine, precision: isBFloat16 ? .bfloat16 : .float32)
        } catch {
            preconditionFailure("\(self): \(error)")
        }
    }

    /// The greatest norm-wise relative error against an oracle in Double whose values were rounded
    /// to float32 once.
    package var tolerance: Double {
        if isBFloat16 { return 2e-2 }
        return self == .reference ? 1e-7 : 1e-5
    }

    /// The same of a single tensor's gradient. In bfloat16 the gradients of q and k, differences of
    /// nearly equal terms, lose more than the whole gradient does: PyTorch's own bfloat16 autocast
    /// is off by 4.3e-2 there on the fixtures (and by 1.8e-2 on the whole).
    package var gradientTolerance: Double { isBFloat16 ? 6e-2 : tolerance }
}
