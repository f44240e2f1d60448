import GRPOJSON

extension TokenizerFile {
    /// The bytes of a `tokenizer.json` that Hugging Face `tokenizers` loads and that gives the ids
    /// of this description, whatever it was read from.
    /// - Throws: `TokenizerError` if the description names rules that are not known here.
    package static func tokenizerJSON(
        _ description: TokenizerDescription
    ) throws(TokenizerError) -> [UInt8] {
        try description.validate()
        var convention = (rules: [SplitRule](), normalizers: [NormalizationStep](), ignores: false)
        switch description.kind {
        case .characters: break
        case .sentencePiece:
            convention.normalizers = [.prepend("\u{2581}"), .replace(" ", with: "\u{2581}")]
        case .bytePair:
            if description.splitRules == nil {
                let known = try TokenizerConvention(named: description.preTokenizer)
                convention = (known.rules, known.normalizers, known.ignoresMerges)
            }
        }
        let added = description.effectiveAddedTokens
        return bytes(
            .object([
                "version": .string("1.0"),
                "truncation": .null,
                "padding": .null,
                "added_tokens": .array(added.map { entry($0, description) }),
                "normalizer": normalizer(description.normalizers ?? convention.normalizers),
                "pre_tokenizer": preTokenizer(description, convention.rules),
                "post_processor": postProcessor(description),
                "decoder": decoder(description),
                "model": model(
                    description, ignoresMerges: description.ignoresMerges ?? convention.ignores),
            ]))
    }

    /// The bytes of a `tokenizer_config.json` for the same tokenizer; the chat template goes into
    /// `chat_template.jinja`, not here.
    package static func configurationJSON(_ description: TokenizerDescription) -> [UInt8] {
        let named = namedTokens(description)
        return bytes(
            .object(
                [JSONValue.Member(key: "add_bos_token", value: .bool(description.addsBOS))] + named
                    + [
                        JSONValue.Member(key: "clean_up_tokenization_spaces", value: .bool(false)),
                        JSONValue.Member(
                            key: "tokenizer_class", value: .string("PreTrainedTokenizerFast")),
                    ]))
    }

    /// The bytes of a `special_tokens_map.json` for the same tokenizer.
    package static func specialTokensJSON(_ description: TokenizerDescription) -> [UInt8] {
        bytes(.object(namedTokens(description)))
    }

    /// The first ending is the one that transformers knows by a token.
    private static func namedTokens(_ description: TokenizerDescription) -> [JSONValue.Member] {
        [
            ("bos_token", description.bosID), ("eos_token", description.endOfTextIDs.first),
            ("pad_token", description.padID),
        ].compactMap { key, id in
            id.map { JSONValue.Member(key: key, value: .string(description.tokens[Int($0)])) }
        }
    }

    private static func bytes(_ document: JSONValue) -> [UInt8] {
        Array(document.text.utf8)
    }

    private static func entry(
        _ token: AddedToken, _ description: TokenizerDescription
    ) -> JSONValue {
        .object([
            "id": .int(Int(token.id)),
            "content": .string(description.tokens[Int(token.id)]),
            "single_word": .bool(token.isSingleWord),
            "lstrip": .bool(token.stripsLeft),
            "rstrip": .bool(token.stripsRight),
            "normalized": .bool(token.isNormalized),
            "special": .bool(token.isSpecial),
        ])
    }

    private static func step(
        _ type: String, _ members: KeyValuePairs<String, JSONValue> = [:]
    ) -> JSONValue {
        .object(
            [JSONValue.Member(key: "type", value: .string(type))]
                + members.map { JSONValue.Member(key: $0.key, value: $0.value) })
    }

    private static func pattern(_ kind: String, _ text: String) -> JSONValue {
        .object([JSONValue.Member(key: kind, value: .string(text))])
    }

    private static func normalizer(_ steps: [NormalizationStep]) -> JSONValue {
        let written = steps.compactMap { (one) -> JSONValue? in
            switch one {
            case .nfc: step("NFC")
            case .nfkc: step("NFKC")
            case .prepend(let text): step("Prepend", ["prepend": .string(text)])
            // A Metaspace stands in the pre-tokenizer.
            case .metaspace: nil
            case .replace(let found, let replacement):
                step(
                    "Replace",
                    ["pattern": pattern("String", found), "content": .string(replacement)])
            }
        }
        if written.isEmpty { return .null }
        return written.count == 1
            ? written[0] : step("Sequence", ["normalizers": .array(written)])
    }

    private static func preTokenizer(
        _ description: TokenizerDescription, _ rules: [SplitRule]
    ) -> JSONValue {
        guard description.kind == .bytePair else {
            for case .metaspace(let prefix) in description.normalizers ?? [] {
                return step(
                    "Metaspace",
                    [
                        "replacement": .string("\u{2581}"),
                        "prepend_scheme": .string(prefix.rawValue), "split": .bool(false),
                    ])
            }
            return .null
        }
        var steps = (description.splitRules ?? rules).map { (rule) -> JSONValue in
            switch rule {
            case .digits(let individual):
                step("Digits", ["individual_digits": .bool(individual)])
            case .pattern(let expression, let dropsGaps):
                step(
                    "Split",
                    [
                        "pattern": pattern("Regex", expression),
                        "behavior": .string(dropsGaps ? "Removed" : "Isolated"),
                        "invert": .bool(dropsGaps),
                    ])
            }
        }
        steps.append(byteLevel)
        return step("Sequence", ["pretokenizers": .array(steps)])
    }

    private static let byteLevel = step(
        "ByteLevel",
        [
            "add_prefix_space": .bool(false), "trim_offsets": .bool(true),
            "use_regex": .bool(false),
        ])

    private static func postProcessor(_ description: TokenizerDescription) -> JSONValue {
        guard description.addsBOS, let id = description.bosID else { return .null }
        let token = description.tokens[Int(id)]
        let bos = JSONValue.string(token)
        func special(_ type: Int) -> JSONValue {
            .object(["SpecialToken": .object(["id": bos, "type_id": .int(type)])])
        }
        func sequence(_ name: String, _ type: Int) -> JSONValue {
            .object(["Sequence": .object(["id": .string(name), "type_id": .int(type)])])
        }
        let entry = JSONValue.object([
            "id": bos, "ids": .array([.int(Int(id))]), "tokens": .array([bos]),
        ])
        return step(
            "TemplateProcessing",
            [
                "single": .array([special(0), sequence("A", 0)]),
                "pair": .array([special(0), sequence("A", 0), special(1), sequence("B", 1)]),
                "special_tokens": .object([JSONValue.Member(key: token, value: entry)]),
            ])
    }

    private static func decoder(_ description: TokenizerDescription) -> JSONValue {
        switch description.kind {
        case .bytePair: return byteLevel
        case .characters: return step("Fuse")
        case .sentencePiece:
            var steps = [
                step(
                    "Replace",
                    ["pattern": pattern("String", "\u{2581}"), "content": .string(" ")]),
                step("ByteFallback"), step("Fuse"),
            ]
            if description.stripsLeadingSpace ?? true {
                steps.append(
                    step("Strip", ["content": .string(" "), "start": .int(1), "stop": .int(0)]))
            }
            return step("Sequence", ["decoders": .array(steps)])
        }
    }

    private static func model(
        _ description: TokenizerDescription, ignoresMerges: Bool
    ) -> JSONValue {
        let isSentencePiece = description.kind == .sentencePiece
        let tokens = description.tokens
        let vocabulary = tokens.indices.filter { !tokens[$0].isEmpty }.map { id in
            JSONValue.Member(key: tokens[id], value: .int(id))
        }
        let unknown = tokens.indices.first { description.type(of: $0) == .unknown }
        let merges = description.merges.map { merge -> JSONValue in
            let parts = merge.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
            return .array(parts.map { .string(String(decoding: $0, as: UTF8.self)) })
        }
        let unknownToken: JSONValue =
            if isSentencePiece, let unknown { .string(tokens[unknown]) } else { .null }
        let fallsBack = isSentencePiece && description.tokenTypes.contains(.byte)
        return step(
            "BPE",
            [
                "dropout": .null,
                "unk_token": unknownToken,
                "continuing_subword_prefix": .null,
                "end_of_word_suffix": .null,
                "fuse_unk": .bool(isSentencePiece && description.fusesUnknown ?? true),
                "byte_fallback": .bool(fallsBack),
                "ignore_merges": .bool(ignoresMerges),
                "vocab": .object(vocabulary),
                "merges": .array(merges),
            ])
    }
}
