import ArgumentParser
import GRPOModelFiles
import GRPORuns
import GRPOTensors

extension ModelConversion.Format: ExpressibleByArgument {}
extension TensorEncoding: ExpressibleByArgument {}

struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a model for other programs: a Hugging Face directory or a .gguf file.")

    @Argument(
        help: """
            A checkpoint, a run directory (RUN or RUN:STAGE), a Hugging Face directory or a .gguf \
            file.
            """)
    var model: String

    @Option(help: "hf (a directory for transformers) or gguf (a file for llama.cpp).")
    var to: ModelConversion.Format

    @Argument(help: "Where to write it; what is there already is not overwritten.")
    var output: String

    @Option(help: "float32, float16, bfloat16 or, in a .gguf file, q8_0.")
    var type = TensorEncoding.float32

    func run() async throws {
        let backend = try ComputeOptions.compute(precision: .float32, threads: nil).backend
        let count = try ModelConversion(to: to, encoding: type).run(
            model, to: output, backend: backend)
        Console.print("\(output): \(count) parameters as \(type.rawValue)")
    }
}
