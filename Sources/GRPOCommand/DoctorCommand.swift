import ArgumentParser
import Foundation
import GRPOCPU
import GRPOCheckpoints
import GRPORuns
import GRPOSandbox
import GRPOTensors

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Whether this machine is ready, and what slows it down.")

    @Flag(help: "Print one JSON document.")
    var json = false

    struct Check: Encodable {
        var name: String
        var ok: Bool
        var found: String
        var remedy: String
    }

    private struct Output: Encodable {
        var checks: [Check]
    }

    func run() async throws {
        let checks = Self.checks()
        if json {
            Console.json(Output(checks: checks))
            return
        }
        for check in checks {
            Console.print("\(check.ok ? "ok  " : "LOOK") \(check.name): \(check.found)")
            if !check.ok { Console.print("     \(check.remedy)") }
        }
    }

    private static func checks() -> [Check] {
        let environment = ProcessInfo.processInfo.environment
        let workers = WorkerPool(threads: 1)
        var checks: [Check] = []

        checks.append(
            Check(
                name: "build", ok: !RunEnvironment.isDebugBuild,
                found: RunEnvironment.isDebugBuild ? "debug" : "release",
                remedy: "build with swift build -c release; a debug build is many times slower"))
        checks.append(
            Check(
                name: "kernels", ok: KernelLevel.best != .baseline,
                found: KernelLevel.best.name,
                remedy: "this CPU lacks AVX2; everything works, slowly"))
        checks.append(
            Check(
                name: "bfloat16", ok: MatrixEngines.hasBFloat16,
                found: MatrixEngines.hasBFloat16 ? "in hardware" : "not in hardware",
                remedy: "precision auto uses float32 here; nothing to do"))
        do {
            let engine = try MatrixEngines.engine(.onednn, pool: workers)
            checks.append(
                Check(
                    name: "oneDNN", ok: true, found: "\(engine.name), \(engine.coreName)",
                    remedy: ""))
        } catch {
            checks.append(
                Check(
                    name: "oneDNN", ok: false, found: "\(error)",
                    remedy: "run ./Scripts/setup and build again: products become faster, and "
                        + "log-probabilities exact"))
        }
        if let engine = try? MatrixEngines.engine(.openblas, pool: workers) {
            let forced = environment["OPENBLAS_CORETYPE"]
            checks.append(
                Check(
                    name: "OpenBLAS", ok: forced == nil,
                    found: "\(engine.name), \(engine.coreName)"
                        + (forced.map { "; OPENBLAS_CORETYPE=\($0)" } ?? ""),
                    remedy: "unset OPENBLAS_CORETYPE: it keeps OpenBLAS from this CPU's kernels"))
        }
        checks.append(
            Check(name: "HDF5", ok: true, found: HDF5File.libraryVersion, remedy: ""))
        let gemm = environment["GRPO_GEMM"]
        let engine = (try? ComputeOptions.compute(precision: .auto, threads: 1))?.environment
        checks.append(
            Check(
                name: "exactness", ok: engine?.rowsAreExact ?? false,
                found: engine.map {
                    $0.rowsAreExact
                        ? "the trainer's log-probabilities equal the sampler's bit for bit"
                        : "the trainer's log-probabilities differ from the sampler's by rounding"
                } ?? "no engine",
                remedy: "install oneDNN with ./Scripts/setup and build again; without it the "
                    + "difference is logged as sampling/sampling_logp_difference"))
        checks.append(
            Check(
                name: "GRPO_GEMM",
                ok: gemm == nil || gemm.flatMap(EngineKind.init(rawValue:)) != nil,
                found: gemm ?? "not set: the best engine is used",
                remedy: "set it to onednn or openblas, or unset it"))
        do {
            _ = try Sandbox()
            checks.append(
                Check(name: "sandbox", ok: true, found: "programs run in bubblewrap", remedy: ""))
        } catch {
            checks.append(
                Check(name: "sandbox", ok: false, found: error.found, remedy: error.remedy))
        }
        let memory = ProcessInfo.processInfo.physicalMemory >> 20
        checks.append(
            Check(
                name: "machine", ok: memory >= 2048,
                found: "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(memory) MiB",
                remedy: "training SmolLM2-135M needs about 4 GiB; character models need little"))
        return checks
    }
}
