/// Text to token ids and back.
///
/// A tokenizer is a value that never changes: any number of threads may use one at once, and two
/// tokenizers made from equal descriptions give equal ids.
package protocol Tokenizer: Sendable {
    /// What the tokenizer was made from; `Tokenizers.make(_:)` rebuilds an equal one.
    var description: TokenizerDescription { get }

    /// The ids of a text given as consecutive segments.
    ///
    /// The segments' texts are joined before anything is split, so where the segments meet does
    /// not change the ids. A special token is recognised only where it lies wholly in text that
    /// allows it; elsewhere its characters are ordinary text. No id is added that the text does
    /// not spell.
    /// - Throws: `TokenizerError.unknownCharacter` if the vocabulary cannot spell the text.
    func encode(_ segments: [TextSegment]) throws(TokenizerError) -> [Int32]

    /// Appends the bytes that a token stands for; nothing for an id outside the vocabulary, which
    /// a model whose embedding is padded can produce.
    ///
    /// The bytes of one token need not be whole UTF-8 characters; see `StreamDecoder`.
    func appendBytes(of id: Int32, to bytes: inout [UInt8])

    /// Whether the token steers the model (an ending, a role mark) and is no part of the text.
    func isSpecial(_ id: Int32) -> Bool
}

extension Tokenizer {
    package var name: String { description.name }

    /// The number of ids: they are `0 ..< vocabularySize`.
    package var vocabularySize: Int { description.tokens.count }

    package var bosID: Int32? { description.bosID }

    package var padID: Int32? { description.padID }

    /// The ids after which a completion is over.
    package var endOfTextIDs: Set<Int32> { Set(description.endOfTextIDs) }

    /// Whether the tokenizer's own configuration puts the BOS token before a text.
    package var addsBOS: Bool { description.addsBOS }

    /// The ids of one text; `allowSpecial` says whether special tokens spelt in it are recognised.
    package func encode(_ text: String, allowSpecial: Bool) throws(TokenizerError) -> [Int32] {
        try encode([TextSegment(text, allowSpecial: allowSpecial)])
    }

    /// The ids of a text that a model is to continue: BOS only where the configuration adds it.
    package func encodePrompt(
        _ text: String, allowSpecial: Bool
    ) throws(TokenizerError) -> [Int32] {
        let ids = try encode(text, allowSpecial: allowSpecial)
        guard addsBOS, let bosID else { return ids }
        return [bosID] + ids
    }

    /// Whether a space that begins a decoded text is the tokenizer's own, and left out.
    package var stripsLeadingSpace: Bool {
        description.stripsLeadingSpace ?? (description.kind == .sentencePiece)
    }

    /// The bytes that a token stands for.
    package func tokenBytes(_ id: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        appendBytes(of: id, to: &bytes)
        return bytes
    }

    /// The text of the ids; bytes that are not UTF-8 become U+FFFD.
    package func decode(_ ids: some Sequence<Int32>, skipSpecial: Bool) -> String {
        var bytes: [UInt8] = []
        for id in ids where !(skipSpecial && isSpecial(id)) {
            appendBytes(of: id, to: &bytes)
        }
        let skipped = stripsLeadingSpace && bytes.first == UInt8(ascii: " ") ? 1 : 0
        return String(decoding: bytes[skipped...], as: UTF8.self)
    }
}

/// A stretch of text, and whether special tokens spelt in it count as such.
///
/// What a template writes may hold special tokens; what a user or a data set wrote may not, or it
/// could end a turn and begin another.
package struct TextSegment: Equatable, Sendable {
    package let text: String
    package let allowSpecial: Bool

    package init(_ text: String, allowSpecial: Bool) {
        self.text = text
        self.allowSpecial = allowSpecial
    }
}

extension [TextSegment] {
    /// The same text with neighbours of equal permission made one segment.
    func mergingNeighbours() -> [TextSegment] {
        var result: [TextSegment] = []
        for segment in self {
            if let last = result.last, last.allowSpecial == segment.allowSpecial {
                result[result.count - 1] = TextSegment(
                    last.text + segment.text, allowSpecial: segment.allowSpecial)
            } else {
                result.append(segment)
            }
        }
        return result
    }
}
