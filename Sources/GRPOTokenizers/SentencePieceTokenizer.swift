/// Byte-pair encoding of characters as SentencePiece does it, for Llama 2 and Mistral: a space is
/// `▁`, and a character without a token becomes the tokens of its bytes, or the unknown token.
package final class SentencePieceTokenizer: Tokenizer {
    /// U+2581 in UTF-8.
    private static let space: [UInt8] = [0xE2, 0x96, 0x81]

    package let description: TokenizerDescription
    private let cutter: TextCutter
    private let pairs: PairTable
    private let characters: ByteStringTable
    /// The tokens `<0x00>` to `<0xFF>`; empty unless the vocabulary has all.
    private let byteIDs: [Int32]
    private let unknownID: Int32?
    private let fusesUnknown: Bool
    /// Words that merge into a single token.
    private let words: ByteStringTable
    /// Whether no merge joins anything to a `▁` behind it, so that a text may be cut there.
    private let cutsAtSpaces: Bool
    /// The bytes of all tokens end to end; token `id` is `bytes[offsets[id] ..< offsets[id + 1]]`.
    private let bytes: [UInt8]
    private let offsets: [Int]

    /// - Throws: `TokenizerError` if a merge is malformed or needs a token that is missing, or an
    ///   id lies outside the vocabulary.
    package init(_ description: TokenizerDescription) throws(TokenizerError) {
        try description.validate()
        self.description = description
        let normalizers =
            description.normalizers ?? [.prepend("\u{2581}"), .replace(" ", with: "\u{2581}")]
        cutter = TextCutter(description, normalizers)
        fusesUnknown = description.fusesUnknown ?? true
        let isAdded = Set(description.effectiveAddedTokens.map(\.id))

        let spellings = description.tokens.map { Array($0.utf8) }
        var vocabulary = ByteStringTable(capacity: spellings.count)
        for (id, spelling) in spellings.enumerated() {
            if description.type(of: id) != .byte { vocabulary.insert(spelling, id: Int32(id)) }
        }
        var byteIDs: [Int32] = []
        for (id, token) in description.tokens.enumerated() where description.type(of: id) == .byte {
            if byteIDs.isEmpty { byteIDs = Array(repeating: -1, count: 256) }
            if let byte = Self.byte(of: token) { byteIDs[Int(byte)] = Int32(id) }
        }
        self.byteIDs = byteIDs.contains(-1) ? [] : byteIDs
        unknownID = description.tokens.indices.first { description.type(of: $0) == .unknown }
            .map { Int32($0) }
        pairs = try Self.pairs(description.merges, in: vocabulary)

        cutsAtSpaces =
            vocabulary[Self.space] != nil
            && !description.merges.contains { Self.joinsSpaceBehind($0) }
        var words = ByteStringTable(capacity: spellings.count)
        var merger = PairMerger()
        for (id, spelling) in spellings.enumerated() where vocabulary[spelling] == Int32(id) {
            if isAdded.contains(Int32(id)) { continue }
            var merged: [Int32] = []
            let ids = String(decoding: spelling, as: UTF8.self).unicodeScalars
                .map { vocabulary[Array(String($0).utf8)] ?? -1 }
            guard !ids.contains(-1) else { continue }
            merger.merge(ids, by: pairs, into: &merged)
            let isWhole = merged == [Int32(id)] || description.ignoresMerges == true
            if isWhole { words.insert(spelling, id: Int32(id)) }
        }
        self.words = words
        characters = vocabulary

        let added = Dictionary(
            description.effectiveAddedTokens.map { (Int($0.id), $0) }, uniquingKeysWith: { $1 })
        let spaces = NormalizationStep.replace("\u{2581}", with: " ")
        let pieces = description.tokens.enumerated().map { id, token -> [UInt8] in
            if description.type(of: id) == .byte, let byte = Self.byte(of: token) { return [byte] }
            // A token that is sought normalised reads as normalised.
            let before = added[id]?.isNormalized == true ? normalizers : []
            let steps = before.filter { !$0.isMetaspace } + [spaces]
            return Array(steps.normalize(token, isFirst: true).utf8)
        }
        bytes = pieces.flatMap { $0 }
        offsets = pieces.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    }

    /// The byte of `<0x0A>`.
    static func byte(of token: String) -> UInt8? {
        let spelling = Array(token.utf8)
        guard spelling.count == 6, token.hasPrefix("<0x"), token.hasSuffix(">") else { return nil }
        return UInt8(String(decoding: spelling[3..<5], as: UTF8.self), radix: 16)
    }

    private static func joinsSpaceBehind(_ merge: String) -> Bool {
        let joined = merge.unicodeScalars.filter { $0 != " " }
        return joined.drop { $0 == "\u{2581}" }.contains("\u{2581}")
    }

    private static func pairs(
        _ merges: TextList, in vocabulary: ByteStringTable
    ) throws(TokenizerError) -> PairTable {
        var pairs = PairTable(capacity: merges.count)
        for (rank, merge) in merges.enumerated() {
            let parts = merge.utf8.split(
                separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw .malformedMerge(merge, index: rank)
            }
            func id(_ token: [UInt8]) throws(TokenizerError) -> Int32 {
                guard let id = vocabulary[token] else {
                    throw .mergeOutsideVocabulary(
                        merge, index: rank, missing: String(decoding: token, as: UTF8.self))
                }
                return id
            }
            let (left, right) = (Array(parts[0]), Array(parts[1]))
            pairs.insert(
                left: try id(left), right: try id(right), rank: rank, merged: try id(left + right))
        }
        return pairs
    }

    package func encode(_ segments: [TextSegment]) throws(TokenizerError) -> [Int32] {
        var result: [Int32] = []
        var room = Room()
        try cutter.cut(segments, into: &result) { (text, result) throws(TokenizerError) in
            guard cutsAtSpaces else { return encodeWord(text, with: &room, into: &result) }
            var start = 0
            while start < text.count {
                let end = wordEnd(in: text, from: start)
                let word = UnsafeBufferPointer(rebasing: text[start..<end])
                encodeWord(word, with: &room, into: &result)
                start = end
            }
        }
        return result
    }

    /// What encoding works in.
    private struct Room {
        var merger = PairMerger()
        var ids: [Int32] = []
    }

    /// The end of the `▁`s from `start` and of what follows them up to the next.
    @inline(__always)
    private func wordEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var end = start
        while isSpace(text, end) { end += 3 }
        while end < text.count, !isSpace(text, end) { end += 1 }
        return end
    }

    @inline(__always)
    private func isSpace(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        position + 2 < text.count && text[position] == 0xE2 && text[position + 1] == 0x96
            && text[position + 2] == 0x81
    }

    private func encodeWord(
        _ word: UnsafeBufferPointer<UInt8>, with room: inout Room, into result: inout [Int32]
    ) {
        if let id = words[word] {
            result.append(id)
            return
        }
        room.ids.removeAll(keepingCapacity: true)
        var position = 0
        var followsUnknown = false
        while position < word.count {
            let length = scalarValue(in: word, at: position).length
            let character = UnsafeBufferPointer(rebasing: word[position..<position + length])
            position += length
            if let id = characters[character] {
                room.ids.append(id)
                followsUnknown = false
            } else if !byteIDs.isEmpty {
                room.ids.append(contentsOf: character.lazy.map { self.byteIDs[Int($0)] })
                followsUnknown = false
            } else if let unknownID {
                if !(followsUnknown && fusesUnknown) { room.ids.append(unknownID) }
                followsUnknown = true
            }
        }
        room.merger.merge(room.ids, by: pairs, into: &result)
    }

    package func appendBytes(of id: Int32, to bytes: inout [UInt8]) {
        guard id >= 0, Int(id) < offsets.count - 1 else { return }
        bytes += self.bytes[offsets[Int(id)]..<offsets[Int(id) + 1]]
    }

    package func isSpecial(_ id: Int32) -> Bool { cutter.isSpecial(id) }
}
