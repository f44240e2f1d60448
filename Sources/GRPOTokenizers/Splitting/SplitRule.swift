/// One step of splitting a text into words; each step splits what the one before it left whole.
package enum SplitRule: Codable, Equatable, Sendable {
    /// Each match of a regular expression is a piece, and so is what lies between two; with
    /// `dropsGaps` what lies between is left out of the text.
    case pattern(String, dropsGaps: Bool)
    /// Each digit is a piece, or each run of digits.
    case digits(individual: Bool)

    /// A step that leaves nothing out.
    static func pattern(_ pattern: String) -> SplitRule { .pattern(pattern, dropsGaps: false) }

    /// GPT-2's expression (Radford et al. 2019, the released encoder).
    static let gpt2 =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    static let llama3 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let qwen2 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let qwen35 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"#
        + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    /// The last of DeepSeek-V3's three; its line ends are characters, not escapes.
    static let deepSeekV3 =
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^"## + "\r\n"
        + #"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+["# + "\r\n"
        + #"]*|\s*["# + "\r\n" + #"]+|\s+(?!\S)|\s+"#

    /// Scripts written without spaces, as DeepSeek's first tokenizers name them.
    static let deepSeekScripts =
        "[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+"
    /// The letters with a case, as DeepSeek-LLM names them.
    static let deepSeekLetters =
        #"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕ"#
        + #"Ἐ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\#u{1F7D}ᾀ-ᾴᾶ-ᾼ\#u{1FBE}ῂ-ῄῆ-ῌῐ-\#u{1FD3}ῖ-\#u{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇ"#
        + #"ℊ-ℓℕℙ-ℝℤ\#u{2126}ℨ\#u{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚ"#
        + #"ａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+"#
}

/// What a name in `tokenizer.ggml.pre` stands for.
struct TokenizerConvention {
    var rules: [SplitRule]
    var normalizers: [NormalizationStep] = []
    /// Whether a word that is a token is that token whatever the merges say.
    var ignoresMerges = false

    /// The names. Files converted before the key existed say `default`; GPT-2's expression was
    /// then the only one.
    static let names = [
        "gpt-2", "smollm", "default", "starcoder", "llama-bpe", "llama3", "llama-v3", "qwen2",
        "qwen35", "deepseek-r1-qwen", "deepseek-llm", "deepseek-coder", "deepseek-v3",
    ]

    /// - Throws: `TokenizerError.unknownPreTokenizer`.
    init(named name: String?) throws(TokenizerError) {
        switch name {
        case "gpt-2", "default":
            rules = [.pattern(SplitRule.gpt2)]
        case "smollm", "starcoder":
            rules = [.digits(individual: true), .pattern(SplitRule.gpt2)]
        case "llama-bpe", "llama3", "llama-v3":
            rules = [.pattern(SplitRule.llama3)]
            ignoresMerges = true
        case "qwen2", "deepseek-r1-qwen":
            rules = [.pattern(SplitRule.qwen2)]
            normalizers = [.nfc]
        case "qwen35":
            rules = [.pattern(SplitRule.qwen35)]
            normalizers = [.nfc]
        case "deepseek-llm":
            rules = [
                .pattern("[\r\n]"), .pattern(SplitRule.deepSeekLetters),
                .pattern(#"\s?[!-/:-~！-／：-～‘-‟\#u{3000}-。]+"#), .pattern(#"\s+$"#),
                .pattern(SplitRule.deepSeekScripts), .digits(individual: true),
            ]
        case "deepseek-coder":
            rules = [
                .pattern("[\r\n]"), .pattern(#"\s?\p{L}+"#), .pattern(#"\s?\p{P}+"#),
                .pattern(SplitRule.deepSeekScripts), .digits(individual: true),
            ]
        case "deepseek-v3":
            rules = [
                .pattern(#"\p{N}{1,3}"#),
                .pattern("[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+"),
                .pattern(SplitRule.deepSeekV3),
            ]
        default:
            throw .unknownPreTokenizer(name, known: Self.names)
        }
    }

    /// Whether this is how the described tokenizer treats a text before merging.
    func describes(_ tokenizer: TokenizerDescription) -> Bool {
        (tokenizer.splitRules ?? rules) == rules
            && (tokenizer.normalizers ?? normalizers) == normalizers
            && (tokenizer.ignoresMerges ?? ignoresMerges) == ignoresMerges
    }

    /// The name whose rules these are, if there is one.
    static func name(of rules: [SplitRule]) -> String? {
        names.first { (try? TokenizerConvention(named: $0))?.rules == rules }
    }
}

extension TokenizerDescription {
    /// The name in `tokenizer.ggml.pre` that says all there is to say of how text is normalised and
    /// split; nil where none does.
    package var conventionName: String? {
        let own = preTokenizer.map { [$0] } ?? []
        return (own + (splitRules == nil ? [] : TokenizerConvention.names)).first { name in
            (try? TokenizerConvention(named: name))?.describes(self) ?? false
        }
    }
}
