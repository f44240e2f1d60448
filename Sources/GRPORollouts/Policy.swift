package import GRPOModels
package import GRPOTokenizers

/// A decoder with the tokenizer whose ids it reads and writes.
package struct Policy {
    package let decoder: Decoder
    package let tokenizer: any Tokenizer

    package init(decoder: Decoder, tokenizer: any Tokenizer) {
        precondition(
            decoder.configuration.vocabularySize >= tokenizer.vocabularySize,
            """
            a decoder of \(decoder.configuration.vocabularySize) tokens with a tokenizer of \
            \(tokenizer.vocabularySize)
            """)
        self.decoder = decoder
        self.tokenizer = tokenizer
    }
}
