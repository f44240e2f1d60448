package import GRPOJSON

/// The tokenizer files of a Hugging Face directory.
package enum TokenizerFile {
    /// Reads `tokenizer.json` and, where they are there, the settings beside it.
    ///
    /// No tree is made of the file: its lists are gone through where they lie, so that reading it
    /// takes less than twice the memory that the file has bytes, whatever they are.
    ///
    /// - Parameters:
    ///   - tokenizer: the bytes of `tokenizer.json`, at most 2 GiB.
    ///   - configuration: the content of `tokenizer_config.json`.
    ///   - endOfTextIDs: the endings that `generation_config.json` or `config.json` names; the
    ///     tokenizer's own `eos_token` is added to them.
    ///   - chatTemplate: the text of `chat_template.jinja`; without it the configuration's.
    /// - Throws: `TokenizerError`, naming what is wrong or not known here, and where.
    package static func read(
        tokenizer: UnsafeRawBufferPointer, configuration: JSONValue? = nil,
        endOfTextIDs: [Int32] = [], chatTemplate: String? = nil, name: String
    ) throws(TokenizerError) -> TokenizerDescription {
        precondition(tokenizer.count <= Int(Int32.max), "found \(tokenizer.count) bytes")
        var reader = TokenizerFileReader(bytes: tokenizer, name: name)
        try reader.findParts()
        try reader.readVocabulary()
        try reader.readModel()
        try reader.readSteps()
        try reader.readSettings(
            configuration, endOfTextIDs: endOfTextIDs, chatTemplate: chatTemplate)
        try reader.description.validate()
        return reader.description
    }

    /// The same from bytes in an array.
    package static func read(
        tokenizer: [UInt8], configuration: JSONValue? = nil, endOfTextIDs: [Int32] = [],
        chatTemplate: String? = nil, name: String
    ) throws(TokenizerError) -> TokenizerDescription {
        let result: Result<TokenizerDescription, TokenizerError> = tokenizer.withUnsafeBytes {
            bytes in
            Result { () throws(TokenizerError) -> TokenizerDescription in
                try read(
                    tokenizer: bytes, configuration: configuration, endOfTextIDs: endOfTextIDs,
                    chatTemplate: chatTemplate, name: name)
            }
        }
        return try result.get()
    }
}

/// Fills a description, part by part of the file.
struct TokenizerFileReader {
    let bytes: UnsafeRawBufferPointer
    var description: TokenizerDescription
    /// The parts of the file that are no list of tokens, by their keys.
    private(set) var file = JSONValue.object([])
    /// The same of its model.
    private(set) var model = JSONValue.object([])
    var vocabulary: TokenizerFileList?
    var merges: TokenizerFileList?
    var added: TokenizerFileList?

    /// More than twice the tokens and merges of the largest vocabularies in use.
    static let mostTokens = 1 << 19
    static let mostMerges = 1 << 20
    /// The values of a part that is no list of tokens.
    static let mostValues = 4096
    /// The values of one added token.
    static let mostTokenValues = 64

    init(bytes: UnsafeRawBufferPointer, name: String) {
        self.bytes = bytes
        description = TokenizerDescription(kind: .bytePair, name: name, tokens: [])
    }

    static func refuse(_ place: String, _ found: JSONValue?, _ expected: String)
        -> TokenizerError
    {
        .file(place: place, found: found?.summary ?? "nothing", expected: expected)
    }

    /// Ids lie below this. A vocabulary may have holes, but not so many that a small file asks for
    /// a large table.
    var idLimit: Int {
        2 * ((vocabulary?.count ?? 0) + (added?.count ?? 0)) + 1024
    }

    // MARK: - Parts

    private static let parts: Set<String> = [
        "normalizer", "pre_tokenizer", "decoder", "post_processor",
    ]
    private static let settings: Set<String> = [
        "type", "dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges",
        "fuse_unk", "byte_fallback", "unk_token",
    ]

    /// Looks through the whole file: reads its small parts and finds its lists.
    mutating func findParts() throws(TokenizerError) {
        var scanner = TokenizerFileScanner(bytes)
        let kind = try scanner.kind()
        guard kind == .object else {
            try scanner.skip()
            try scanner.end()
            throw .file(place: "byte 0", found: kind.rawValue, expected: "an object")
        }
        var seen: Set<String> = []
        var found: [JSONValue.Member] = []
        try scanner.begin(.object)
        while let (key, offset) = try scanner.nextKey() {
            let isPart = Self.parts.contains(key)
            if isPart || key == "model" || key == "added_tokens" {
                try Self.once(key, offset, &seen)
            }
            if isPart {
                let value = try scanner.value(most: Self.mostValues)
                found.append(JSONValue.Member(key: key, value: value))
            } else if key == "added_tokens" {
                added = try scanner.skipList()
            } else if key == "model", try scanner.kind() == .object {
                try findModel(&scanner)
            } else {
                try scanner.skip()
            }
        }
        try scanner.end()
        file = .object(found)
        if added?.kind != .array { added = nil }
        guard seen.contains("model"), model.members?.isEmpty == false || vocabulary != nil else {
            throw Self.refuse("model", nil, "the vocabulary and its merges")
        }
        try checkCounts()
    }

    private mutating func findModel(
        _ scanner: inout TokenizerFileScanner
    ) throws(TokenizerError) {
        var seen: Set<String> = []
        var found: [JSONValue.Member] = []
        try scanner.begin(.object)
        while let (key, offset) = try scanner.nextKey() {
            let isSetting = Self.settings.contains(key)
            if isSetting || key == "vocab" || key == "merges" {
                try Self.once(key, offset, &seen)
            }
            switch key {
            case "vocab": vocabulary = try scanner.skipList()
            case "merges": merges = try scanner.skipList()
            case _ where isSetting:
                let value = try scanner.value(most: Self.mostValues)
                found.append(JSONValue.Member(key: key, value: value))
            default: try scanner.skip()
            }
        }
        model = .object(found)
    }

    private static func once(
        _ key: String, _ offset: Int, _ seen: inout Set<String>
    ) throws(TokenizerError) {
        guard seen.insert(key).inserted else {
            throw .file(
                place: "byte \(offset)", found: "the key \(printable(key)) a second time",
                expected: "each key once")
        }
    }

    /// Refuses lists too long before anything is reserved for them.
    private func checkCounts() throws(TokenizerError) {
        let tokens = (vocabulary?.count ?? 0) + (added?.count ?? 0)
        guard tokens <= Self.mostTokens else {
            throw .file(
                place: "model.vocab", found: "\(tokens) tokens, with those added",
                expected: "at most \(Self.mostTokens)")
        }
        if let count = merges?.count, count > Self.mostMerges {
            throw .file(
                place: "model.merges", found: "\(count) merges",
                expected: "at most \(Self.mostMerges)")
        }
    }

    // MARK: - The model

    /// What the model is, besides its tokens.
    mutating func readModel() throws(TokenizerError) {
        description.ignoresMerges = model["ignore_merges"]?.bool ?? false
        description.fusesUnknown = model["fuse_unk"]?.bool ?? false
        let isSentencePiece = !isByteLevel
        description.kind = isSentencePiece ? .sentencePiece : .bytePair
        guard isSentencePiece else { return }
        if model["byte_fallback"]?.bool == true {
            for id in description.tokens.indices where description.tokenTypes[id] == .normal {
                if SentencePieceTokenizer.byte(of: description.tokens[id]) != nil {
                    description.tokenTypes[id] = .byte
                }
            }
        }
        if let unknown = model["unk_token"]?.string {
            guard let id = description.tokens.firstIndex(spelt: unknown) else {
                throw Self.refuse("model.unk_token", model["unk_token"], "a token of model.vocab")
            }
            description.tokenTypes[id] = .unknown
        }
    }

    /// Whether the tokens are spelt in the byte alphabet: a `ByteLevel` stands among the steps, at
    /// whatever depth.
    private var isByteLevel: Bool {
        func holds(_ step: JSONValue?) -> Bool {
            guard let step else { return false }
            if step["type"]?.string == "ByteLevel" { return true }
            let steps = step["pretokenizers"]?.elements ?? step["decoders"]?.elements ?? []
            return steps.contains { holds($0) }
        }
        return holds(file["pre_tokenizer"]) || holds(file["decoder"])
    }
}
