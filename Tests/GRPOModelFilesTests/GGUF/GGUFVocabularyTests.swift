import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOReference
import GRPOTokenizers
import Testing

@Suite("GGUF: writing a SentencePiece vocabulary")
struct GGUFVocabularyTests {
    /// Two letters with their merges, and an added token; an unknown token that is not the first.
    static let tokenizer = TokenizerDescription(
        kind: .sentencePiece, name: "spm",
        tokens: [
            "<s>", "<unk>", "</s>", "\u{2581}", "a", "b", "ab", "\u{2581}a", "\u{2581}ab", "<x>",
        ],
        tokenTypes: [
            .control, .unknown, .control, .normal, .normal, .normal, .normal, .normal, .normal,
            .userDefined,
        ],
        merges: ["a b", "\u{2581} a", "\u{2581}a b", "\u{2581} ab"],
        normalizers: [.prepend("\u{2581}"), .replace(" ", with: "\u{2581}")],
        ignoresMerges: false, fusesUnknown: true, stripsLeadingSpace: true,
        addedTokens: [
            AddedToken(id: 0, isSpecial: true), AddedToken(id: 1, isSpecial: true),
            AddedToken(id: 2, isSpecial: true), AddedToken(id: 9, isSpecial: false),
        ],
        bosID: 0, endOfTextIDs: [2], addsBOS: true)

    private func write(_ tokenizer: TokenizerDescription, to path: String) throws {
        let decoder = Decoder(
            DecoderConfiguration(
                vocabularySize: 12, hiddenSize: 8, intermediateSize: 8, layers: 1, heads: 1),
            backend: ReferenceBackend())
        try GGUFWriter().write(decoder, tokenizer: tokenizer, to: path)
    }

    /// The rules for spaces that the format can say.
    static let spaces: [(steps: [NormalizationStep]?, strips: Bool)] = [
        (nil, true), ([.prepend("\u{2581}"), .replace(" ", with: "\u{2581}")], true),
        ([.replace(" ", with: "\u{2581}")], false), ([.metaspace(.never)], false),
    ]

    @Test("ids and texts stay the same, around spaces and added tokens", arguments: spaces.indices)
    func roundTrip(index: Int) throws {
        var tokenizer = Self.tokenizer
        tokenizer.normalizers = Self.spaces[index].steps
        tokenizer.stripsLeadingSpace = Self.spaces[index].strips
        let before = try Tokenizers.make(tokenizer)
        try withPath("model.gguf") { path in
            try write(tokenizer, to: path)
            let model = try GGUFModel(path: path)
            let after = try model.tokenizer()
            for text in [
                "ab", " ab", "  a b", "a<x>b", "<x> ab", "ab<x>", " <x>  ab", "<s> a", "a</s>b",
                "c", "cc a", "ab\u{2581}a", "",
            ] {
                let ids = try before.encode(text, allowSpecial: true)
                #expect(try after.encode(text, allowSpecial: true) == ids, "\(text)")
                #expect(
                    after.decode(ids, skipSpecial: false) == before.decode(ids, skipSpecial: false),
                    "\(text)")
            }
            if tokenizer.stripsLeadingSpace == true {
                #expect(try after.encode(" ab", allowSpecial: true) == [3, 8])
                #expect(try after.encode("a<x>b", allowSpecial: true) == [7, 9, 3, 5])
            } else {
                #expect(try after.encode(" ab", allowSpecial: true) == [8])
                #expect(try after.encode("a<x>b", allowSpecial: true) == [4, 9, 5])
            }
            #expect(try model.file.integer("tokenizer.ggml.unknown_token_id") == 1)
        }
    }

    /// What the format cannot say, and a part of what is said about it.
    static let refused: [(@Sendable (inout TokenizerDescription) -> Void, String)] = [
        ({ $0.normalizers?.insert(.nfkc, at: 0) }, "rules for spaces"),
        ({ $0.normalizers?[0] = .prepend("_") }, "rules for spaces"),
        ({ $0.normalizers?[1] = .replace("a", with: "\u{2581}") }, "rules for spaces"),
        ({ $0.normalizers = [.metaspace(.first)] }, "rules for spaces"),
        ({ $0.normalizers = [.metaspace(.always)] }, "rules for spaces"),
        ({ $0.normalizers = [] }, "rules for spaces"),
        ({ $0.stripsLeadingSpace = false }, "rules for spaces"),
        ({ $0.fusesUnknown = false }, "unknown characters"),
        ({ $0.ignoresMerges = true }, "rules for spaces"),
        ({ $0.addedTokens?[3].stripsLeft = true }, "the added token '<x>'"),
        ({ $0.addedTokens?[3].isSingleWord = true }, "the added token '<x>'"),
        ({ $0.addedTokens?[3].isNormalized = true }, "the added token '<x>'"),
        ({ $0.addedTokens?[3].id = 6 }, "the added token 'ab'"),
        ({ $0.merges.swapAt(0, 3) }, "merges that no scores give"),
    ]

    @Test("what the format cannot say is refused, and no file is left", arguments: refused.indices)
    func losses(index: Int) throws {
        let (change, message) = Self.refused[index]
        var tokenizer = Self.tokenizer
        change(&tokenizer)
        try withPath("model.gguf") { path in
            let error = try #require(throws: ModelFileError.self) {
                try write(tokenizer, to: path)
            }
            #expect(error.place == .tokenizer)
            #expect(error.found.contains(message), "\(error)")
            #expect(error.remedy.contains("Hugging Face directory"))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}
