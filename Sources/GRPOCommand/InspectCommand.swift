import ArgumentParser
import GRPOCheckpoints
import GRPOModelFiles
import GRPORuns

struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "What a model file, checkpoint or run holds.")

    @Argument(
        help: "A .gguf or .safetensors file, a Hugging Face directory, a checkpoint or a run.")
    var file: String

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        switch try PolicyFile.open(file) {
        case .model(let source): show(source.summary())
        case .weights(let file): show(file.summary())
        case .checkpoint(let path): show(try Checkpoint.verify(path))
        case .run(let path): show(try PolicyFile.lastCheckpoint(of: RunDirectory(path: path)))
        }
    }

    private func show(_ summary: ModelSummary) {
        guard !json else { return Console.json(summary) }
        Console.print(
            """
            \(summary.file): \(summary.format), \(summary.architecture ?? "no architecture")
            \(summary.parameterCount) parameters in \(summary.tensors.count) tensors, \
            \(summary.byteCount) bytes
            """)
        for entry in summary.metadata { Console.print("  \(entry.key) = \(entry.value)") }
        var table = TextTable(["tensor", "type", "shape"])
        for tensor in summary.tensors {
            table.add([tensor.name, tensor.type, "\(tensor.shape)"])
        }
        Console.print(table.text)
    }

    private struct CheckpointOutput: Encodable {
        struct Dataset: Encodable {
            var name: String
            var type: String
            var shape: [Int]
        }

        var file: String
        var stage: String
        var step: Int
        var sha256: String
        var parentSHA256: String?
        var createdBy: String
        /// Hashes and counts of what the stage was made from, by their names in the manifest.
        var provenance: [String: String]
        var datasets: [Dataset]

        private enum CodingKeys: String, CodingKey {
            case file, stage, step, sha256, provenance, datasets
            case parentSHA256 = "parent_sha256"
            case createdBy = "created_by"
        }
    }

    private func show(_ checkpoint: Checkpoint) {
        let manifest = checkpoint.manifest
        let output = CheckpointOutput(
            file: checkpoint.path, stage: manifest.stage, step: manifest.step,
            sha256: checkpoint.hash, parentSHA256: manifest.parentSHA256,
            createdBy: manifest.createdBy, provenance: manifest.provenance,
            datasets: manifest.datasets.map {
                .init(name: $0.name, type: $0.type.rawValue, shape: $0.shape)
            })
        guard !json else { return Console.json(output) }
        Console.print(
            """
            \(output.file): checkpoint of stage \(output.stage) after step \(output.step), \
            \(output.createdBy)
            SHA-256 \(output.sha256), verified
            """)
        if let parent = output.parentSHA256 { Console.print("started from \(parent)") }
        var facts = TextTable(["provenance", ""])
        for (name, value) in output.provenance.sorted(by: { $0.key < $1.key }) {
            facts.add([name, value])
        }
        Console.print(facts.text)
        var table = TextTable(["dataset", "type", "shape"])
        for dataset in output.datasets {
            table.add([dataset.name, dataset.type, "\(dataset.shape)"])
        }
        Console.print(table.text)
    }
}
