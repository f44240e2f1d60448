import Foundation
import GRPOJSON
import GRPOTokenizers

/// The tokenizer's files of a Hugging Face directory: `tokenizer.json` with the vocabulary, and
/// beside it what steers its use.
///
/// Special tokens are looked for where transformers has put them over the years: in
/// `tokenizer_config.json`, else in `special_tokens_map.json`; the ids that end a completion in
/// `generation_config.json` and `config.json`; the chat template in `chat_template.jinja`, else in
/// `tokenizer_config.json`, as a string or a list of named ones.
struct HuggingFaceTokenizer: Sendable {
    let directory: String

    static let vocabularyFile = "tokenizer.json"
    private static let settingsFile = "tokenizer_config.json"
    /// 64 MiB: Llama 3's has 17 MB, the largest in use 33 MB.
    private static let maximumVocabularyBytes = 1 << 26
    private static let maximumTemplateBytes = 1 << 20

    /// What the tokenizer is made from.
    func description() throws(ModelFileError) -> TokenizerDescription {
        guard let vocabulary = try file(Self.vocabularyFile, limit: Self.maximumVocabularyBytes)
        else {
            throw ModelFileError(
                file: directory, place: .tokenizer, found: "no \(Self.vocabularyFile)",
                expected: "a tokenizer",
                remedy: "Fetch it; a model with tokenizer.model alone gets one from "
                    + "`AutoTokenizer.from_pretrained(directory).save_pretrained(directory)`.")
        }
        let settings = try settings()
        let endings = try endings()
        let template = try chatTemplate(settings)
        do throws(TokenizerError) {
            defer { withExtendedLifetime(vocabulary) {} }
            return try TokenizerFile.read(
                tokenizer: vocabulary.bytes, configuration: settings, endOfTextIDs: endings,
                chatTemplate: template,
                name: URL(fileURLWithPath: directory).lastPathComponent)
        } catch let failure {
            throw ModelFileError(
                file: directory + "/" + Self.vocabularyFile, place: .tokenizer,
                found: "one that cannot be read (\(failure))",
                expected: "a tokenizer of a kind known here",
                remedy: "Save it again with a current transformers, or use another model.")
        }
    }

    /// The bytes of `tokenizer.json`; nil where there is none.
    func vocabulary() throws(ModelFileError) -> [UInt8]? {
        try contents(Self.vocabularyFile, limit: Self.maximumVocabularyBytes)
    }

    /// `tokenizer_config.json`, with the special tokens that only `special_tokens_map.json` has.
    private func settings() throws(ModelFileError) -> JSONValue? {
        let config = try object(Self.settingsFile, Self.settingsKeys)
        guard let map = try object("special_tokens_map.json", Self.settingsKeys)?.members else {
            return config
        }
        let missing = map.filter { member in
            ["bos_token", "eos_token", "pad_token"].contains(member.key)
                && config?[member.key] == nil
        }
        return .object((config?.members ?? []) + missing)
    }

    /// The keys that steer the tokenizer. What else stands there, such as a list of all special
    /// tokens, is passed over.
    private static let settingsKeys: Set<String> = [
        "add_bos_token", "bos_token", "eos_token", "pad_token", "chat_template",
    ]

    /// The ids that end a completion, by the model's own files.
    private func endings() throws(ModelFileError) -> [Int32] {
        var endings: [Int32] = []
        for name in ["generation_config.json", "config.json"] {
            guard let value = try object(name, ["eos_token_id"])?["eos_token_id"], value != .null
            else { continue }
            for element in value.elements ?? [value] {
                guard let id = element.integer.flatMap({ Int32(exactly: $0) }), id >= 0 else {
                    throw ModelFileError(
                        file: directory + "/" + name, place: .key("eos_token_id"),
                        found: element.summary, expected: "a token id or several",
                        remedy: HuggingFaceConfiguration.incomplete)
                }
                if !endings.contains(id) { endings.append(id) }
            }
        }
        return endings
    }

    private func chatTemplate(_ settings: JSONValue?) throws(ModelFileError) -> String? {
        let name = "chat_template.jinja"
        if let bytes = try contents(name, limit: Self.maximumTemplateBytes) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ModelFileError(
                    file: directory + "/" + name, place: .file, found: "bytes that are not UTF-8",
                    expected: "a template", remedy: "Fetch the file again.")
            }
            return text
        }
        let value = settings?["chat_template"] ?? .null
        guard let named = value.elements, !named.isEmpty else { return value.string }
        let template = named.first { $0["name"]?.string == "default" }?["template"]?.string
        guard let template else {
            let names = named.map { printable($0["name"]?.string ?? "") }
            throw ModelFileError(
                file: directory + "/" + Self.settingsFile, place: .key("chat_template"),
                found: "templates by the names " + names.joined(separator: ", "),
                expected: "one that is called 'default', with its text",
                remedy: "Write the template that is meant to \(name) in the same directory.")
        }
        return template
    }

    private func object(
        _ name: String, _ keys: Set<String>
    ) throws(ModelFileError) -> JSONValue? {
        let path = directory + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try JSONFile.read(path, keys: keys)
    }

    private func contents(_ name: String, limit: Int) throws(ModelFileError) -> [UInt8]? {
        guard let file = try file(name, limit: limit) else { return nil }
        return withExtendedLifetime(file) { Array(file.bytes) }
    }

    private func file(_ name: String, limit: Int) throws(ModelFileError) -> MappedFile? {
        let path = directory + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let file = try MappedFile(path: path)
        guard file.bytes.count <= limit else {
            throw ModelFileError(
                file: path, place: .file, found: "\(file.bytes.count) bytes",
                expected: "at most \(limit)", remedy: "Fetch or copy the file again.")
        }
        return file
    }
}
