/// Everything a tokenizer is made from, as a model file or a checkpoint stores it.
package struct TokenizerDescription: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// One token per Unicode scalar: `CharacterTokenizer`.
        case characters
        /// Byte-level byte-pair encoding: `BytePairTokenizer`.
        case bytePair = "byte_pair"
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
    package var tokens: [String]
    /// The type of each id; empty means that all are normal.
    package var tokenTypes: [TokenType]
    /// `"left right"`, the most frequent first; empty for characters.
    package var merges: [String]
    /// How text is split into words before merging, by its name in `tokenizer.ggml.pre`.
    package var preTokenizer: String?
    package var bosID: Int32?
    package var endOfTextIDs: [Int32]
    package var padID: Int32?
    package var addsBOS: Bool
    /// The Jinja source of the chat template.
    package var chatTemplate: String?

    package init(
        kind: Kind,
        name: String,
        tokens: [String],
        tokenTypes: [TokenType] = [],
        merges: [String] = [],
        preTokenizer: String? = nil,
        bosID: Int32? = nil,
        endOfTextIDs: [Int32] = [],
        padID: Int32? = nil,
        addsBOS: Bool = false,
        chatTemplate: String? = nil
    ) {
        self.kind = kind
        self.name = name
        self.tokens = tokens
        self.tokenTypes = tokenTypes
        self.merges = merges
        self.preTokenizer = preTokenizer
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
        for case (let role, let id?) in settings where !tokens.indices.contains(Int(id)) {
            throw .idOutsideVocabulary(role: role, id: id, size: tokens.count)
        }
        if addsBOS, bosID == nil { throw .missingBOS }
    }
}
