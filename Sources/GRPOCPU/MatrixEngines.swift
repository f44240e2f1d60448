import CGRPOKernels

/// Finds the engines of this machine.
package enum MatrixEngines {
    /// The engine of that kind for the workers of `pool`.
    ///
    /// - Parameter usesBlocked: whether products of our own may take the library's place where they
    ///   are faster; otherwise the library computes all.
    package static func engine(
        _ kind: EngineKind, pool: WorkerPool, usesBlocked: Bool = true
    ) throws(EngineUnavailable) -> any MatrixEngine {
        switch kind {
        case .onednn: try OneDNNEngine(pool: pool, usesBlocked: usesBlocked)
        case .openblas: OpenBLASEngine(pool: pool, usesBlocked: usesBlocked)
        }
    }

    /// The preferred engine where it is available, else OpenBLAS, which always is.
    package static func best(
        preferring kind: EngineKind = .onednn, pool: WorkerPool
    ) -> any MatrixEngine {
        (try? engine(kind, pool: pool)) ?? OpenBLASEngine(pool: pool)
    }

    /// Whether this CPU multiplies bfloat16 in hardware: AVX512-BF16 or AMX.
    package static var hasBFloat16: Bool { grpo_has_bfloat16() != 0 }

    /// Whether this CPU multiplies tiles of bfloat16, which outrun its vectors.
    static var hasAMX: Bool { grpo_has_amx() != 0 }
}
