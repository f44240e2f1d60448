/// Byte-level byte-pair encoding, as GPT-2, SmolLM2 and most models since use it.
///
/// Ids equal those of Hugging Face `tokenizers` for the same tokens and merges, including what it
/// does with a byte that the vocabulary has no token for (SmolLM2 lacks 21 of the 256): the byte
/// is left out.
package final class BytePairTokenizer: Tokenizer {
    package let description: TokenizerDescription
    private let preTokenizer: PreTokenizer
    private let pairs: PairTable
    private let cutter: TextCutter
    /// The token of each byte; -1 where the vocabulary has none.
    private let byteIDs: [Int32]
    /// Words that merge into a single token, which is most of them.
    private let words: ByteStringTable
    /// The bytes of all tokens end to end; token `id` is `bytes[offsets[id] ..< offsets[id + 1]]`.
    private let bytes: [UInt8]
    private let offsets: [Int32]

    /// - Throws: `TokenizerError` if the pre-tokenizer is unknown, a merge is malformed or needs
    ///   a token that is missing, or an id lies outside the vocabulary.
    package init(_ description: TokenizerDescription) throws(TokenizerError) {
        try description.validate()
        self.description = description
        var rules = description.splitRules ?? []
        var normalizers = description.normalizers ?? []
        var ignoresMerges = description.ignoresMerges ?? false
        if description.splitRules == nil {
            let convention = try TokenizerConvention(named: description.preTokenizer)
            rules = convention.rules
            normalizers = description.normalizers ?? convention.normalizers
            ignoresMerges = description.ignoresMerges ?? convention.ignoresMerges
        }
        preTokenizer = try PreTokenizer(rules)
        cutter = TextCutter(description, normalizers)

        let added = Set(description.effectiveAddedTokens.map(\.id))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(description.tokens.byteCount)
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(description.tokens.count + 1)
        var vocabulary = ByteStringTable(capacity: description.tokens.count)
        for (id, token) in description.tokens.enumerated() {
            let spelling = added.contains(Int32(id)) ? nil : ByteAlphabet.bytes(of: token)
            if let spelling { vocabulary.insert(spelling, id: Int32(id)) }
            bytes += spelling ?? Array(token.utf8)
            offsets.append(Int32(bytes.count))
        }
        // Merges may lead to an added token too, but it is spelt as it stands.
        for id in added.sorted() {
            if let spelling = ByteAlphabet.bytes(of: description.tokens[Int(id)]) {
                vocabulary.insert(spelling, id: id)
            }
        }
        let pairs = try Self.pairs(description.merges, in: vocabulary)
        let byteIDs = (0...255).map { vocabulary[[UInt8($0)]] ?? -1 }

        // A token is not always what its own bytes merge into: another order of merges may come
        // first, or none may lead to it. Only those that are can stand for a whole word, unless
        // the model was trained to take every word that is a token as that token.
        var words = ByteStringTable(capacity: description.tokens.count)
        var merger = PairMerger()
        var merged: [Int32] = []
        for id in description.tokens.indices where !added.contains(Int32(id)) {
            let spelling = Array(bytes[Int(offsets[id])..<Int(offsets[id + 1])])
            guard vocabulary[spelling] == Int32(id) else { continue }
            if ignoresMerges {
                words.insert(spelling, id: Int32(id))
                continue
            }
            merged.removeAll(keepingCapacity: true)
            let ids = spelling.lazy.map { byteIDs[Int($0)] }
            guard !ids.contains(-1) else { continue }
            merger.merge(ids, by: pairs, into: &merged)
            if merged == [Int32(id)] { words.insert(spelling, id: Int32(id)) }
        }

        self.pairs = pairs
        self.byteIDs = byteIDs
        self.words = words
        self.bytes = bytes
        self.offsets = offsets
    }

    private static func pairs(
        _ merges: TextList, in vocabulary: ByteStringTable
    ) throws(TokenizerError) -> PairTable {
        var pairs = PairTable(capacity: merges.count)
        for (rank, merge) in merges.enumerated() {
            let parts = merge.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw .malformedMerge(merge, index: rank)
            }
            func id(_ token: String) throws(TokenizerError) -> Int32 {
                guard let bytes = ByteAlphabet.bytes(of: token), let id = vocabulary[bytes] else {
                    throw .mergeOutsideVocabulary(merge, index: rank, missing: token)
                }
                return id
            }
            let (left, right) = (String(parts[0]), String(parts[1]))
            pairs.insert(
                left: try id(left), right: try id(right), rank: rank, merged: try id(left + right))
        }
        return pairs
    }

    package func encode(_ segments: [TextSegment]) throws(TokenizerError) -> [Int32] {
        var result: [Int32] = []
        var merger = PairMerger()
        try cutter.cut(segments, into: &result) { (text, result) throws(TokenizerError) in
            try encodeOrdinary(text, with: &merger, into: &result)
        }
        return result
    }

    /// Encodes text without added tokens, word by word.
    private func encodeOrdinary(
        _ text: UnsafeBufferPointer<UInt8>, with merger: inout PairMerger,
        into result: inout [Int32]
    ) throws(TokenizerError) {
        try preTokenizer.forEachWord(in: text) { word in
            if let id = words[word] {
                result.append(id)
            } else {
                let ids = word.lazy.map { self.byteIDs[Int($0)] }.filter { $0 >= 0 }
                merger.merge(ids, by: pairs, into: &result)
            }
        }
    }

    package func appendBytes(of id: Int32, to bytes: inout [UInt8]) {
        guard id >= 0, Int(id) < offsets.count - 1 else { return }
        bytes += self.bytes[Int(offsets[Int(id)])..<Int(offsets[Int(id) + 1])]
    }

    package func isSpecial(_ id: Int32) -> Bool { cutter.isSpecial(id) }
}
