/// Everything a tokenizer is made from, as a model file or a checkpoint stores it.
package struct TokenizerDescription: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// One token per Unicode scalar: `CharacterTokenizer`.
        case characters
        /// Byte-level byte-pair encoding: `BytePairTokenizer`.
        case bytePair = "byte_pair"
        /// Byte-pair encoding of characters, with bytes for those it lacks: `SentencePieceTokenizer`.
        case sentencePiece = "sentence_piece"
    }

    /// What a token is for; the numbers are those of `tokenizer.ggml.token_type` in GGUF.
    package enum TokenType: Int, Codable, Sendable {
        case normal = 1
        /// Stands for what the vocabulary cannot spell.
        case unknown = 2
        /// Steers the model; recognised in a text only where special tokens are allowed.
        case control = 3
        /// Added by hand, and recognised in every text before it is split into words.
        case userDefined = 4
        case unused = 5
        case byte = 6
    }

    package var kind: Kind
    package var name: String
    /// The spelling of each id, byte-level tokens in GPT-2's byte alphabet.
    package var tokens: TextList
    /// The type of each id; empty means that all are normal.
    package var tokenTypes: [TokenType]
    /// `"left right"`, the most frequent first; empty for characters.
    package var merges: TextList
    /// How text is split into words before merging, by its name in `tokenizer.ggml.pre`.
    package var preTokenizer: String?
    /// How text is split where no name says it; overrides the name's rule.
    package var splitRules: [SplitRule]?
    /// What is done to a text first; nil means what the pre-tokenizer's name, or the kind, says.
    package var normalizers: [NormalizationStep]?
    /// Whether a word that is a token is that token whatever the merges say; nil means what the
    /// pre-tokenizer's name says.
    package var ignoresMerges: Bool?
    /// Whether neighbouring characters that the vocabulary cannot spell are one unknown token; nil
    /// means yes, as SentencePiece does.
    package var fusesUnknown: Bool?
    /// Whether decoding leaves out a space that begins the text; nil means that it does where the
    /// kind puts one there.
    package var stripsLeadingSpace: Bool?
    /// The tokens cut out of a text first; nil means those whose type says so, exactly as spelt.
    package var addedTokens: [AddedToken]?
    package var bosID: Int32?
    package var endOfTextIDs: [Int32]
    package var padID: Int32?
    package var addsBOS: Bool
    /// The Jinja source of the chat template.
    package var chatTemplate: String?

    package init(
        kind: Kind,
        name: String,
        tokens: some Sequence<String>,
        tokenTypes: [TokenType] = [],
        merges: some Sequence<String> = TextList(),
        preTokenizer: String? = nil,
        splitRules: [SplitRule]? = nil,
        normalizers: [NormalizationStep]? = nil,
        ignoresMerges: Bool? = nil,
        fusesUnknown: Bool? = nil,
        stripsLeadingSpace: Bool? = nil,
        addedTokens: [AddedToken]? = nil,
        bosID: Int32? = nil,
        endOfTextIDs: [Int32] = [],
        padID: Int32? = nil,
        addsBOS: Bool = false,
        chatTemplate: String? = nil
    ) {
        self.kind = kind
        self.name = name
        self.tokens = tokens as? TextList ?? TextList(tokens)
        self.tokenTypes = tokenTypes
        self.merges = merges as? TextList ?? TextList(merges)
        self.preTokenizer = preTokenizer
        self.splitRules = splitRules
        self.normalizers = normalizers
        self.ignoresMerges = ignoresMerges
        self.fusesUnknown = fusesUnknown
        self.stripsLeadingSpace = stripsLeadingSpace
        self.addedTokens = addedTokens
        self.bosID = bosID
        self.endOfTextIDs = endOfTextIDs
        self.padID = padID
        self.addsBOS = addsBOS
        self.chatTemplate = chatTemplate
    }

    enum CodingKeys: String, CodingKey {
        case kind
        case name
        case tokens
        case tokenTypes = "token_types"
        case merges
        case preTokenizer = "pre_tokenizer"
        case splitRules = "split_rules"
        case normalizers
        case ignoresMerges = "ignores_merges"
        case fusesUnknown = "fuses_unknown"
        case stripsLeadingSpace = "strips_leading_space"
        case addedTokens = "added_tokens"
        case bosID = "bos_id"
        case endOfTextIDs = "end_of_text_ids"
        case padID = "pad_id"
        case addsBOS = "adds_bos"
        case chatTemplate = "chat_template"
    }

    /// The type of a token that lies in the vocabulary.
    func type(of id: Int) -> TokenType {
        tokenTypes.isEmpty ? .normal : tokenTypes[id]
    }

    /// Checks what every kind must satisfy: a vocabulary, one type per token, ids inside it.
    func validate() throws(TokenizerError) {
        guard !tokens.isEmpty, tokens.count <= Int(Int32.max) else {
            throw .vocabularySize(tokens.count)
        }
        guard tokenTypes.isEmpty || tokenTypes.count == tokens.count else {
            throw .typeCount(types: tokenTypes.count, tokens: tokens.count)
        }
        let settings: [(String, Int32?)] =
            [("BOS", bosID), ("padding", padID)] + endOfTextIDs.map { ("end-of-text", $0) }
            + (addedTokens ?? []).map { ("added", $0.id) }
        for case (let role, let id?) in settings where !tokens.indices.contains(Int(id)) {
            throw .idOutsideVocabulary(role: role, id: id, size: tokens.count)
        }
        if addsBOS, bosID == nil { throw .missingBOS }
    }
}
