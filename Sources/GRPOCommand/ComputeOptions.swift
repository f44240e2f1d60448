import ArgumentParser
import Foundation
import GRPOCPU
import GRPOModels
import GRPORollouts
import GRPORuns
import GRPOTensors

extension Precision: ExpressibleByArgument {}

extension Policy {
    /// How many tokens the model has place for after a prompt; at least 1, so that a prompt that
    /// fills it is refused where it is sampled.
    func place(after promptTokens: Int, atMost limit: Int) -> Int {
        max(1, min(limit, decoder.configuration.maxPositions - promptTokens))
    }
}

/// `--precision` and `--threads`.
struct ComputeOptions: ParsableArguments {
    @Option(help: "auto, float32 or bfloat16: what the inputs of products are rounded to.")
    var precision = Precision.auto

    @Option(parsing: .unconditional, help: "Worker threads; by default one per core.")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads must be between 1 and 1024, found \(threads)")
        }
    }

    func compute() throws -> Compute {
        try Self.compute(precision: precision, threads: threads)
    }

    /// The CPU backend, with the engine that `GRPO_GEMM` names or the best there is.
    static func compute(precision: Precision, threads: Int?) throws -> Compute {
        let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        let backend: CPUBackend
        if let name = ProcessInfo.processInfo.environment["GRPO_GEMM"] {
            guard let kind = EngineKind(rawValue: name) else {
                let known = EngineKind.allCases.map(\.rawValue).joined(separator: " or ")
                throw InputError("GRPO_GEMM: found '\(name)', expected \(known)")
            }
            do {
                backend = try CPUBackend(threads: threads, engine: kind, precision: precision)
            } catch {
                throw InputError("GRPO_GEMM=\(name): \(error); unset it to use what is there")
            }
        } else {
            backend = CPUBackend(threads: threads, precision: precision)
        }
        return Compute(
            backend: backend,
            environment: RunEnvironment(
                version: Version.current,
                backend: "\(backend.engineName), \(backend.engine.coreName)",
                precision: backend.activationType.rawValue, threads: threads,
                cpuFeatures: backend.level.name, rowsAreExact: backend.rowsAreExact))
    }
}
