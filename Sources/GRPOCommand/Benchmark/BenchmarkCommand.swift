import ArgumentParser
import Foundation
import GRPOCPU
import GRPORuns
import GRPOTensors

struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "How fast this machine samples and trains, beside its matrix library.",
        discussion: """
            Without --model it takes SmolLM2-135M's shape with drawn weights, whose completions all \
            have full length; a model from a file ends its own in the GRPO steps.
            """)

    @Option(
        help: """
            A checkpoint, a run directory (RUN or RUN:STAGE), a Hugging Face directory or a .gguf \
            file; drawn otherwise.
            """)
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Measure this alone; may be repeated. One of "
                + BenchmarkName.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "name"))
    var only: [BenchmarkName] = []

    @Option(help: "Measured repetitions of each; the median is reported.")
    var repetitions = 3

    @Flag(
        help: "Toss the rewards of GRPO steps with --model too, so that every group has a signal.")
    var tossedRewards = false

    @Flag(help: "Measure every kernel against the machine's limits instead.")
    var kernels = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        guard (1...1000).contains(repetitions) else {
            throw ValidationError("--repetitions must be between 1 and 1000, found \(repetitions)")
        }
        if kernels, !only.isEmpty {
            throw ValidationError(
                "--only chooses among the benchmarks; leave it out with --kernels")
        }
    }

    private struct Output: Encodable {
        var engine: String
        var core: String
        var threads: Int
        var precision: String
        var model: String
        /// Of the library on the model's shapes, GFLOP/s.
        var matrixRate: Double
        var results: [BenchmarkResult] = []
        var kernels: [KernelResult] = []

        private enum CodingKeys: String, CodingKey {
            case engine, core, threads, precision, model
            case matrixRate = "matrix_gflops"
            case results, kernels
        }
    }

    func run() async throws {
        guard let backend = try compute.compute().backend as? CPUBackend else {
            throw InputError("the benchmark measures the CPU backend alone")
        }
        let suite = BenchmarkSuite(
            backend: backend, model: model, tossesRewards: tossedRewards, repetitions: repetitions)
        let names = BenchmarkName.allCases.filter { only.isEmpty || only.contains($0) }
        let printer = ProgressPrinter()
        printer.update("loading")
        var output = describe(try suite.subject(kernels ? .matmul : names[0]), backend)
        if kernels {
            let suite = KernelSuite(try suite.subject(.matmul).configuration, backend: backend)
            output.kernels = suite.run { printer.update("measuring \($0)") }
        } else {
            for name in names {
                printer.update("measuring \(name.rawValue)")
                output.results.append(try await suite.measure(name))
            }
        }
        printer.finish()
        if json { Console.json(output) } else { show(output) }
    }

    private func describe(_ subject: BenchmarkSubject, _ backend: CPUBackend) -> Output {
        Output(
            engine: backend.engineName, core: backend.engine.coreName,
            threads: backend.workers.threads, precision: backend.activationType.rawValue,
            model: subject.name, matrixRate: subject.matrixRate.operationsPerSecond * 1e-9)
    }

    private func show(_ output: Output) {
        Console.print(
            "\(output.model); \(output.engine) for \(output.core), \(output.threads) threads, "
                + "\(output.precision); products at \(Self.text(output.matrixRate)) GFLOP/s\n")
        Console.print((kernels ? table(output.kernels) : table(output.results)).text)
    }

    private func table(_ results: [BenchmarkResult]) -> TextTable {
        var table = TextTable(["name", "tokens/s", "seconds", "share of products", "peak memory"])
        for result in results {
            table.add([
                result.name, Self.text(result.tokensPerSecond), Self.text(result.seconds),
                Self.percent(result.shareOfMatrixRate), "\(result.peakMemoryBytes >> 20) MiB",
            ])
        }
        return table
    }

    private func table(_ results: [KernelResult]) -> TextTable {
        var table = TextTable(["kernel", "milliseconds", "rate", "unit", "limit", "share"])
        for result in results {
            table.add([
                result.name, Self.text(result.seconds * 1e3), Self.text(result.rate),
                result.unit.rawValue, Self.text(result.limit), Self.percent(result.share),
            ])
        }
        return table
    }

    private static func percent(_ share: Double) -> String {
        String(format: "%.0f%%", share * 100)
    }

    /// Three significant digits, or all before the point.
    private static func text(_ value: Double) -> String {
        String(format: value < 10 ? "%.3f" : value < 100 ? "%.1f" : "%.0f", value)
    }
}
