package import GRPOJSON

/// The tokenizer files of a Hugging Face directory.
package enum TokenizerFile {
    /// Reads `tokenizer.json` and, where they are there, the settings beside it.
    ///
    /// - Parameters:
    ///   - tokenizer: the bytes of `tokenizer.json`.
    ///   - configuration: the content of `tokenizer_config.json`.
    ///   - endOfTextIDs: the endings that `generation_config.json` or `config.json` names; the
    ///     tokenizer's own `eos_token` is added to them.
    ///   - chatTemplate: the text of `chat_template.jinja`; without it the configuration's.
    /// - Throws: `TokenizerError`, naming what is wrong or not known here, and where.
    package static func read(
        tokenizer: [UInt8], configuration: JSONValue? = nil, endOfTextIDs: [Int32] = [],
        chatTemplate: String? = nil, name: String
    ) throws(TokenizerError) -> TokenizerDescription {
        let file = try parse(tokenizer)
        var reader = TokenizerFileReader(file: file, name: name)
        try reader.readModel()
        try reader.readAddedTokens()
        try reader.readSteps()
        try reader.readSettings(
            configuration, endOfTextIDs: endOfTextIDs, chatTemplate: chatTemplate)
        try reader.description.validate()
        return reader.description
    }

    private static func parse(_ bytes: [UInt8]) throws(TokenizerError) -> JSONValue {
        do throws(JSONFault) {
            return try JSONValue(reading: bytes)
        } catch let fault {
            throw .file(
                place: "byte \(fault.offset)", found: fault.found, expected: fault.expected)
        }
    }
}

/// Fills a description, part by part of the file.
struct TokenizerFileReader {
    let file: JSONValue
    var description: TokenizerDescription
    /// Ids lie below this. A vocabulary may have holes, but not so many that a small file asks for
    /// a large table.
    private let idLimit: Int

    init(file: JSONValue, name: String) {
        self.file = file
        description = TokenizerDescription(kind: .bytePair, name: name, tokens: [])
        let entries =
            (file["model"]?["vocab"]?.members?.count ?? 0)
            + (file["added_tokens"]?.elements?.count ?? 0)
        idLimit = min(1 << 24, 2 * entries + 1024)
    }

    static func refuse(_ place: String, _ found: JSONValue?, _ expected: String)
        -> TokenizerError
    {
        .file(place: place, found: found?.summary ?? "nothing", expected: expected)
    }

    // MARK: The model

    mutating func readModel() throws(TokenizerError) {
        guard let model = file.present("model") else {
            throw Self.refuse("model", nil, "the vocabulary and its merges")
        }
        // The oldest files have no type; merges tell byte pairs from the others.
        guard (model["type"]?.string ?? "BPE") == "BPE", model.present("merges") != nil
        else {
            throw Self.refuse("model.type", model["type"], "BPE with merges")
        }
        if let dropout = model["dropout"]?.number, dropout != 0 {
            throw Self.refuse(
                "model.dropout", model["dropout"], "none: dropped merges are for training")
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let value = model.present(key), value.string != "" {
                throw Self.refuse("model.\(key)", value, "none")
            }
        }
        guard case .object(let vocabulary)? = model["vocab"] else {
            throw Self.refuse("model.vocab", model["vocab"], "an object of tokens and their ids")
        }
        for member in vocabulary {
            try place(member.key, member.value, .normal, at: "model.vocab")
        }
        description.merges = try merges(model["merges"])
        description.ignoresMerges = model["ignore_merges"]?.bool ?? false
        description.fusesUnknown = model["fuse_unk"]?.bool ?? false
        let isSentencePiece = !isByteLevel
        description.kind = isSentencePiece ? .sentencePiece : .bytePair
        guard isSentencePiece else { return }
        if model["byte_fallback"]?.bool == true {
            for (id, token) in description.tokens.enumerated()
            where SentencePieceTokenizer.byte(of: token) != nil {
                description.tokenTypes[id] = .byte
            }
        }
        if let unknown = model["unk_token"]?.string {
            guard let id = id(of: unknown) else {
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

    private mutating func place(
        _ token: String, _ id: JSONValue?, _ type: TokenizerDescription.TokenType,
        at place: String
    ) throws(TokenizerError) {
        guard let number = id?.integer, (0..<idLimit).contains(number) else {
            throw Self.refuse(
                "\(place)[\"\(token.prefix(60))\"]", id,
                "an id from 0 to \(idLimit - 1), by the number of tokens")
        }
        while description.tokens.count <= number {
            description.tokens.append("")
            description.tokenTypes.append(.unused)
        }
        let taken = description.tokens[number]
        let isFree = description.tokenTypes[number] == .unused
        guard isFree || taken.utf8.elementsEqual(token.utf8) else {
            throw .file(
                place: "\(place)[\"\(token.prefix(60))\"]",
                found: "the id \(number), which \"\(taken.prefix(60))\" has too",
                expected: "one token for each id")
        }
        description.tokens[number] = token
        if isFree || type != .normal { description.tokenTypes[number] = type }
    }

    private func id(of token: String) -> Int? {
        let spelling = Array(token.utf8)
        return description.tokens.firstIndex { $0.utf8.elementsEqual(spelling) }
    }

    private func merges(_ value: JSONValue?) throws(TokenizerError) -> [String] {
        guard let values = value?.elements else {
            throw Self.refuse("model.merges", value, "an array")
        }
        var merges: [String] = []
        merges.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            if let merge = value.string {
                merges.append(merge)
            } else if let pair = value.elements, pair.count == 2, let left = pair[0].string,
                let right = pair[1].string
            {
                merges.append(left + " " + right)
            } else {
                throw Self.refuse("model.merges[\(index)]", value, "two tokens")
            }
        }
        return merges
    }

    // MARK: Added tokens

    mutating func readAddedTokens() throws(TokenizerError) {
        guard let values = file["added_tokens"]?.elements else {
            description.addedTokens = []
            return
        }
        var added: [AddedToken] = []
        for (index, value) in values.enumerated() {
            guard let content = value["content"]?.string else {
                throw Self.refuse("added_tokens[\(index)].content", value["content"], "a string")
            }
            let isSpecial = value["special"]?.bool ?? false
            try place(
                content, value["id"], isSpecial ? .control : .userDefined,
                at: "added_tokens[\(index)]")
            guard let id = value["id"]?.integer, !content.isEmpty else { continue }
            if let unknown = file["model"]?["unk_token"]?.string,
                unknown.utf8.elementsEqual(content.utf8)
            {
                description.tokenTypes[id] = .unknown
            }
            added.append(
                AddedToken(
                    id: Int32(id), isSpecial: isSpecial,
                    isNormalized: value["normalized"]?.bool ?? !isSpecial,
                    isSingleWord: value["single_word"]?.bool ?? false,
                    stripsLeft: value["lstrip"]?.bool ?? false,
                    stripsRight: value["rstrip"]?.bool ?? false))
        }
        description.addedTokens = added
    }
}
