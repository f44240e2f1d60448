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
        return TokenizerJSON.object([
            ("version", .string("1.0")),
            ("truncation", .null),
            ("padding", .null),
            ("added_tokens", .array(added.map { entry($0, description) })),
            ("normalizer", normalizer(description.normalizers ?? convention.normalizers)),
            ("pre_tokenizer", preTokenizer(description, convention.rules)),
            ("post_processor", postProcessor(description)),
            ("decoder", decoder(description)),
            (
                "model",
                model(description, ignoresMerges: description.ignoresMerges ?? convention.ignores)
            ),
        ]).bytes
    }

    /// The bytes of a `tokenizer_config.json` for the same tokenizer; the chat template goes into
    /// `chat_template.jinja`, not here.
    package static func configurationJSON(_ description: TokenizerDescription) -> [UInt8] {
        var members: [(key: String, value: TokenizerJSON)] = []
        func add(_ key: String, _ id: Int32?) {
            if let id { members.append((key, .string(description.tokens[Int(id)]))) }
        }
        members.append(("add_bos_token", .bool(description.addsBOS)))
        add("bos_token", description.bosID)
        members.append(("clean_up_tokenization_spaces", .bool(false)))
        add("eos_token", description.endOfTextIDs.first)
        add("pad_token", description.padID)
        members.append(("tokenizer_class", .string("PreTrainedTokenizerFast")))
        return TokenizerJSON.object(members).bytes
    }

    /// The bytes of a `special_tokens_map.json` for the same tokenizer.
    package static func specialTokensJSON(_ description: TokenizerDescription) -> [UInt8] {
        let named: [(String, Int32?)] = [
            ("bos_token", description.bosID), ("eos_token", description.endOfTextIDs.first),
            ("pad_token", description.padID),
        ]
        return TokenizerJSON.object(
            named.compactMap { key, id in
                id.map { (key, .string(description.tokens[Int($0)])) }
            }
        ).bytes
    }

    private static func entry(
        _ token: AddedToken, _ description: TokenizerDescription
    ) -> TokenizerJSON {
        .object([
            ("id", .number(Double(token.id))),
            ("content", .string(description.tokens[Int(token.id)])),
            ("single_word", .bool(token.isSingleWord)),
            ("lstrip", .bool(token.stripsLeft)),
            ("rstrip", .bool(token.stripsRight)),
            ("normalized", .bool(token.isNormalized)),
            ("special", .bool(token.isSpecial)),
        ])
    }

    private static func step(
        _ type: String, _ members: [(key: String, value: TokenizerJSON)] = []
    ) -> TokenizerJSON {
        .object([("type", .string(type))] + members)
    }

    private static func normalizer(_ steps: [NormalizationStep]) -> TokenizerJSON {
        let written = steps.compactMap { (one) -> TokenizerJSON? in
            switch one {
            case .nfc: step("NFC")
            case .nfkc: step("NFKC")
            case .prepend(let text): step("Prepend", [("prepend", .string(text))])
            // A Metaspace stands in the pre-tokenizer.
            case .metaspace: nil
            case .replace(let found, let replacement):
                step(
                    "Replace",
                    [
                        ("pattern", .object([("String", .string(found))])),
                        ("content", .string(replacement)),
                    ])
            }
        }
        if written.isEmpty { return .null }
        return written.count == 1
            ? written[0] : step("Sequence", [("normalizers", .array(written))])
    }

    private static func preTokenizer(
        _ description: TokenizerDescription, _ rules: [SplitRule]
    ) -> TokenizerJSON {
        guard description.kind == .bytePair else {
            for case .metaspace(let prefix) in description.normalizers ?? [] {
                return step(
                    "Metaspace",
                    [
                        ("replacement", .string("\u{2581}")),
                        ("prepend_scheme", .string(prefix.rawValue)),
                        ("split", .bool(false)),
                    ])
            }
            return .null
        }
        var steps = (description.splitRules ?? rules).map { rule in
            switch rule {
            case .digits(let individual):
                step("Digits", [("individual_digits", .bool(individual))])
            case .pattern(let pattern, let dropsGaps):
                step(
                    "Split",
                    [
                        ("pattern", .object([("Regex", .string(pattern))])),
                        ("behavior", .string(dropsGaps ? "Removed" : "Isolated")),
                        ("invert", .bool(dropsGaps)),
                    ])
            }
        }
        steps.append(byteLevel)
        return step("Sequence", [("pretokenizers", .array(steps))])
    }

    private static let byteLevel = step(
        "ByteLevel",
        [
            ("add_prefix_space", .bool(false)), ("trim_offsets", .bool(true)),
            ("use_regex", .bool(false)),
        ])

    private static func postProcessor(_ description: TokenizerDescription) -> TokenizerJSON {
        guard description.addsBOS, let id = description.bosID else { return .null }
        let bos = TokenizerJSON.string(description.tokens[Int(id)])
        func special(_ type: Int) -> TokenizerJSON {
            .object([
                ("SpecialToken", .object([("id", bos), ("type_id", .number(Double(type)))]))
            ])
        }
        func sequence(_ name: String, _ type: Int) -> TokenizerJSON {
            .object([
                (
                    "Sequence",
                    .object([("id", .string(name)), ("type_id", .number(Double(type)))])
                )
            ])
        }
        return step(
            "TemplateProcessing",
            [
                ("single", .array([special(0), sequence("A", 0)])),
                (
                    "pair",
                    .array([special(0), sequence("A", 0), special(1), sequence("B", 1)])
                ),
                (
                    "special_tokens",
                    .object([
                        (
                            description.tokens[Int(id)],
                            .object([
                                ("id", bos), ("ids", .array([.number(Double(id))])),
                                ("tokens", .array([bos])),
                            ])
                        )
                    ])
                ),
            ])
    }

    private static func decoder(_ description: TokenizerDescription) -> TokenizerJSON {
        switch description.kind {
        case .bytePair: return byteLevel
        case .characters: return step("Fuse")
        case .sentencePiece:
            var steps = [
                step(
                    "Replace",
                    [
                        ("pattern", .object([("String", .string("\u{2581}"))])),
                        ("content", .string(" ")),
                    ]),
                step("ByteFallback"), step("Fuse"),
            ]
            if description.stripsLeadingSpace ?? true {
                steps.append(
                    step(
                        "Strip",
                        [
                            ("content", .string(" ")), ("start", .number(1)), ("stop", .number(0)),
                        ]))
            }
            return step("Sequence", [("decoders", .array(steps))])
        }
    }

    private static func model(
        _ description: TokenizerDescription, ignoresMerges: Bool
    ) -> TokenizerJSON {
        let isSentencePiece = description.kind == .sentencePiece
        let tokens = description.tokens
        var vocabulary: [(key: String, value: TokenizerJSON)] = []
        vocabulary.reserveCapacity(tokens.count)
        for (id, token) in tokens.enumerated() where !token.isEmpty {
            vocabulary.append((token, .number(Double(id))))
        }
        let unknown = tokens.indices.first { description.type(of: $0) == .unknown }
        let merges = description.merges.map { merge -> TokenizerJSON in
            let parts = merge.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
            return .array(parts.map { .string(String(decoding: $0, as: UTF8.self)) })
        }
        let unknownToken: TokenizerJSON =
            if isSentencePiece, let unknown { .string(tokens[unknown]) } else { .null }
        return step(
            "BPE",
            [
                ("dropout", .null),
                ("unk_token", unknownToken),
                ("continuing_subword_prefix", .null),
                ("end_of_word_suffix", .null),
                ("fuse_unk", .bool(isSentencePiece && description.fusesUnknown ?? true)),
                (
                    "byte_fallback",
                    .bool(isSentencePiece && description.tokenTypes.contains(.byte))
                ),
                ("ignore_merges", .bool(ignoresMerges)),
                ("vocab", .object(vocabulary)),
                ("merges", .array(merges)),
            ])
    }
}

extension TokenizerJSON {
    /// The document, without spaces.
    var bytes: [UInt8] {
        var result: [UInt8] = []
        append(to: &result)
        return result
    }

    private func append(to result: inout [UInt8]) {
        switch self {
        case .null: result += "null".utf8
        case .bool(let value): result += (value ? "true" : "false").utf8
        case .number(let value):
            result += (Int(exactly: value).map { "\($0)" } ?? "\(value)").utf8
        case .string(let value): Self.append(value, to: &result)
        case .array(let values):
            result.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                value.append(to: &result)
            }
            result.append(UInt8(ascii: "]"))
        case .object(let members):
            result.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                Self.append(member.key, to: &result)
                result.append(UInt8(ascii: ":"))
                member.value.append(to: &result)
            }
            result.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ string: String, to result: inout [UInt8]) {
        result.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                result += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                result += "\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)".utf8
            default: result.append(byte)
            }
        }
        result.append(UInt8(ascii: "\""))
    }
}
