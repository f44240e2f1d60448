import ArgumentParser
import Foundation
import GRPORuns
import GRPOTokenizers

struct TokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "The token ids of a text; special tokens in it are read as such, none added.")

    @Option(
        help: """
            A checkpoint, a run directory, a Hugging Face directory or a .gguf file, \
            vocabulary-only files included.
            """)
    var model: String

    @Option(help: "The text; by default standard input.")
    var text: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    private struct Output: Encodable {
        var tokenIDs: [Int32]

        private enum CodingKeys: String, CodingKey { case tokenIDs = "token_ids" }
    }

    func run() async throws {
        let tokenizer = try PolicyFile.tokenizer(model)
        let ids = try tokenizer.encode(try text ?? standardInput(), allowSpecial: true)
        if json {
            Console.json(Output(tokenIDs: ids))
        } else {
            Console.print(ids.map(String.init).joined(separator: " "))
        }
    }

    private func standardInput() throws -> String {
        let data = try FileHandle.standardInput.readToEnd() ?? Data()
        guard let text = String(validating: data, as: UTF8.self) else {
            throw InputError("standard input: found bytes that are not UTF-8, expected text")
        }
        return text
    }
}
