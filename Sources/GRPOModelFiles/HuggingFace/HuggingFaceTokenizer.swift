import Foundation
import GRPOTokenizers

/// The tokenizer's files of a Hugging Face directory: `tokenizer.json` with the vocabulary, and
/// beside it what steers its use.
///
/// Special tokens are looked for where transformers has put them over the years: as strings or
/// objects in `tokenizer_config.json` and `special_tokens_map.json`, as ids in
/// `generation_config.json` and `config.json`.
struct HuggingFaceTokenizer: Sendable {
    let directory: String

    static let vocabularyFile = "tokenizer.json"
    static let maximumConfigBytes = 1 << 23

    /// What steers the tokenizer's use, apart from its vocabulary.
    struct Settings: Equatable, Sendable {
        var bos: String?
        var endOfText: String?
        var pad: String?
        var addsBOS: Bool?
        var chatTemplate: String?
        /// Ids that end a completion by the model's own files.
        var endingIDs: [Int] = []
    }

    /// What the tokenizer is made from.
    func description() throws(ModelFileError) -> TokenizerDescription {
        let path = directory + "/" + Self.vocabularyFile
        guard FileManager.default.fileExists(atPath: path) else {
            throw ModelFileError(
                file: directory, place: .tokenizer, found: "no \(Self.vocabularyFile)",
                expected: "a tokenizer",
                remedy: "Fetch it; a model with tokenizer.model alone gets one from "
                    + "`AutoTokenizer.from_pretrained(directory).save_pretrained(directory)`.")
        }
        let settings = try settings()
        var description = try vocabulary(path)
        try settings.apply(to: &description, path)
        return description
    }

    private func vocabulary(_ path: String) throws(ModelFileError) -> TokenizerDescription {
        throw ModelFileError(
            file: path, place: .tokenizer, found: "a tokenizer in Hugging Face's format",
            expected: "one in a .gguf file",
            remedy: "Convert the model with llama.cpp's `convert_hf_to_gguf.py --outtype f32 "
                + "\(directory)`, and name that file.")
    }

    /// Reads the small files; those that are not there say nothing.
    func settings() throws(ModelFileError) -> Settings {
        let config = try object("tokenizer_config.json")
        let map = try object("special_tokens_map.json")
        var settings = Settings()
        func token(_ key: String) -> String? {
            for file in [config, map] {
                guard let value = file?[key], value != .null else { continue }
                return value.string ?? value["content"]?.string
            }
            return nil
        }
        settings.bos = token("bos_token")
        settings.endOfText = token("eos_token")
        settings.pad = token("pad_token")
        settings.addsBOS = config?["add_bos_token"]?.truth
        settings.chatTemplate = try chatTemplate(config)
        for name in ["generation_config.json", "config.json"] {
            let ids = try object(name)?["eos_token_id"]
            for id in ids?.elements ?? [ids].compactMap({ $0 }) {
                if let id = id.integer, !settings.endingIDs.contains(id) {
                    settings.endingIDs.append(id)
                }
            }
        }
        return settings
    }

    /// `chat_template.jinja` goes before the key, which is a string or a list of named ones.
    private func chatTemplate(_ config: JSONTree?) throws(ModelFileError) -> String? {
        let path = directory + "/chat_template.jinja"
        if FileManager.default.fileExists(atPath: path) {
            let file = try MappedFile(path: path)
            guard file.bytes.count <= Self.maximumConfigBytes,
                let text = String(validating: file.bytes, as: UTF8.self)
            else {
                throw ModelFileError(
                    file: path, place: .file, found: "a file too long, or not UTF-8",
                    expected: "a template of at most \(Self.maximumConfigBytes) bytes",
                    remedy: "Fetch the file again.")
            }
            return withExtendedLifetime(file) { text }
        }
        let key = config?["chat_template"] ?? .null
        if let named = key.elements {
            return named.first { $0["name"]?.string == "default" }?["template"]?.string
        }
        return key.string
    }

    private func object(_ name: String) throws(ModelFileError) -> JSONTree? {
        let path = directory + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try JSONFile.read(path, limit: Self.maximumConfigBytes)
    }
}

extension HuggingFaceTokenizer.Settings {
    /// Adds what the vocabulary does not say.
    func apply(
        to description: inout TokenizerDescription, _ path: String
    ) throws(ModelFileError) {
        func id(_ role: String, _ token: String?) throws(ModelFileError) -> Int32? {
            guard let token else { return nil }
            guard let index = description.tokens.firstIndex(of: token) else {
                throw ModelFileError(
                    file: path, place: .tokenizer,
                    found: "no token \(printable(token)), which is the \(role)",
                    expected: "it in the vocabulary",
                    remedy: "The tokenizer's files belong to different models; fetch them again.")
            }
            return Int32(index)
        }
        description.bosID = try id("bos_token", bos)
        description.padID = try id("pad_token", pad)
        var endings = try id("eos_token", endOfText).map { [$0] } ?? []
        for ending in endingIDs {
            guard description.tokens.indices.contains(ending), let ending = Int32(exactly: ending)
            else { continue }
            if !endings.contains(ending) { endings.append(ending) }
        }
        description.endOfTextIDs = endings
        description.addsBOS = (addsBOS ?? description.addsBOS) && description.bosID != nil
        description.chatTemplate = chatTemplate ?? description.chatTemplate
    }
}
