import GRPOJSON

extension TokenizerFileReader {
    /// The normalizer, the pre-tokenizer and the decoder.
    mutating func readSteps() throws(TokenizerError) {
        var normalizers: [NormalizationStep] = []
        for (place, step) in try Self.steps(file.present("normalizer"), "normalizers", "normalizer")
        {
            normalizers.append(try Self.normalizer(step, place))
        }
        var rules: [SplitRule] = []
        let places = try Self.steps(file.present("pre_tokenizer"), "pretokenizers", "pre_tokenizer")
        for (place, step) in places {
            if step["type"]?.string == "Metaspace" {
                guard description.kind == .sentencePiece, places.count == 1 else {
                    throw Self.refuse(place, step["type"], "no Metaspace beside other steps")
                }
                normalizers += try Self.metaspace(step, place)
            } else if let rule = try Self.rule(step, place) {
                rules.append(rule)
            }
        }
        if description.kind == .sentencePiece, !rules.isEmpty {
            throw Self.refuse(
                "pre_tokenizer", file["pre_tokenizer"],
                "none, or a Metaspace, where the tokens are not spelt in the byte alphabet")
        }
        description.normalizers = normalizers
        if description.kind == .bytePair {
            description.preTokenizer = TokenizerConvention.name(of: rules)
            description.splitRules = rules
        }
        description.stripsLeadingSpace =
            try Self.steps(file.present("decoder"), "decoders", "decoder").contains { _, step in
                step["type"]?.string == "Metaspace"
                    ? step["prepend_scheme"]?.string != "never"
                        && step["add_prefix_space"]?.bool != false
                    : step["type"]?.string == "Strip" && step["content"]?.string == " "
            }
    }

    /// The steps of a `Sequence`, at whatever depth, or the one step that is there; each with its
    /// place in the file.
    private static func steps(
        _ step: JSONValue?, _ key: String, _ place: String
    ) throws(TokenizerError) -> [(String, JSONValue)] {
        guard let step else { return [] }
        guard step["type"]?.string == "Sequence" else { return [(place, step)] }
        guard let parts = step[key]?.elements else {
            throw refuse("\(place).\(key)", step[key], "an array of steps")
        }
        var result: [(String, JSONValue)] = []
        for (index, part) in parts.enumerated() {
            result += try steps(part, key, "\(place).\(key)[\(index)]")
        }
        return result
    }

    private static func normalizer(
        _ step: JSONValue, _ place: String
    ) throws(TokenizerError) -> NormalizationStep {
        switch step["type"]?.string {
        case "NFC": return .nfc
        case "NFKC": return .nfkc
        case "Prepend":
            guard let text = step["prepend"]?.string else {
                throw refuse("\(place).prepend", step["prepend"], "a string")
            }
            return .prepend(text)
        case "Replace":
            guard let found = step["pattern"]?["String"]?.string, !found.isEmpty else {
                throw refuse("\(place).pattern", step["pattern"], "a String")
            }
            guard let replacement = step["content"]?.string else {
                throw refuse("\(place).content", step["content"], "a string")
            }
            return .replace(found, with: replacement)
        default:
            throw refuse("\(place).type", step["type"], "NFC, NFKC, Prepend or Replace")
        }
    }

    private static func metaspace(
        _ step: JSONValue, _ place: String
    ) throws(TokenizerError) -> [NormalizationStep] {
        guard step["split"]?.bool == false else {
            throw refuse("\(place).split", step["split"], "false: words end where merges do")
        }
        let space = step["replacement"]?.string ?? "\u{2581}"
        guard space == "\u{2581}" else {
            throw refuse("\(place).replacement", step["replacement"], "\"\u{2581}\"")
        }
        let older = step["add_prefix_space"]?.bool == false ? "never" : "always"
        switch step["prepend_scheme"]?.string ?? older {
        case "always": return [.metaspace(.always)]
        case "first": return [.metaspace(.first)]
        case "never": return [.metaspace(.never)]
        default:
            throw refuse(
                "\(place).prepend_scheme", step["prepend_scheme"], "always, first or never")
        }
    }

    /// Nil for a step that splits nothing.
    private static func rule(
        _ step: JSONValue, _ place: String
    ) throws(TokenizerError) -> SplitRule? {
        switch step["type"]?.string {
        case "ByteLevel":
            if step["add_prefix_space"]?.bool != false {
                throw refuse("\(place).add_prefix_space", step["add_prefix_space"], "false")
            }
            return step["use_regex"]?.bool == false ? nil : .pattern(SplitRule.gpt2)
        case "Digits":
            return .digits(individual: step["individual_digits"]?.bool ?? false)
        case "Split":
            guard let pattern = step["pattern"]?["Regex"]?.string else {
                throw refuse("\(place).pattern", step["pattern"], "a Regex")
            }
            let inverts = step["invert"]?.bool ?? false
            switch (step["behavior"]?.string, inverts) {
            case ("Isolated", _): return .pattern(pattern, dropsGaps: false)
            case ("Removed", true): return .pattern(pattern, dropsGaps: true)
            default:
                throw refuse(
                    "\(place).behavior", step["behavior"], "Isolated, or Removed and inverted")
            }
        default:
            throw refuse("\(place).type", step["type"], "Split, Digits or ByteLevel")
        }
    }

    // MARK: Settings

    mutating func readSettings(
        _ settings: JSONValue?, endOfTextIDs: [Int32], chatTemplate: String?
    ) throws(TokenizerError) {
        description.bosID = try named("bos_token", settings)
        description.padID = try named("pad_token", settings)
        var endings: [Int32] = []
        if let id = try named("eos_token", settings) { endings.append(id) }
        for id in endOfTextIDs where !endings.contains(id) { endings.append(id) }
        description.endOfTextIDs = endings
        description.chatTemplate = chatTemplate ?? settings?["chat_template"]?.string

        let leading = leadingToken(file["post_processor"])
        if settings?.present("bos_token") == nil, description.bosID == nil {
            description.bosID = leading
        }
        description.addsBOS =
            settings?["add_bos_token"]?.bool ?? (leading != nil && leading == description.bosID)
            && description.bosID != nil
    }

    private func named(
        _ key: String, _ settings: JSONValue?
    ) throws(TokenizerError) -> Int32? {
        guard let value = settings?.present(key) else { return nil }
        guard let token = value.string ?? value["content"]?.string, let id = id(token) else {
            throw Self.refuse("\(key) of tokenizer_config.json", value, "a token of the vocabulary")
        }
        return id
    }

    private func id(_ token: String) -> Int32? {
        description.tokens.firstIndex(spelt: token).map { Int32($0) }
    }

    /// The token that the post-processor puts before a text.
    private func leadingToken(_ processor: JSONValue?) -> Int32? {
        guard let processor else { return nil }
        if let parts = processor["processors"]?.elements {
            return parts.lazy.compactMap { leadingToken($0) }.first
        }
        guard processor["type"]?.string == "TemplateProcessing" else { return nil }
        return processor["single"]?.elements?.first?["SpecialToken"]?["id"]?.string.flatMap {
            id($0)
        }
    }
}
