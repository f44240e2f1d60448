/// Tokenizers by description.
package enum Tokenizers {
    /// The tokenizer that a description describes.
    /// - Throws: `TokenizerError`, naming what in the description is contradictory or unknown.
    package static func make(
        _ description: TokenizerDescription
    ) throws(TokenizerError) -> any Tokenizer {
        switch description.kind {
        case .characters: try CharacterTokenizer(description)
        case .bytePair: try BytePairTokenizer(description)
        case .sentencePiece: try SentencePieceTokenizer(description)
        }
    }
}
