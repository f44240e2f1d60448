/// The merges of a SentencePiece vocabulary, which stores scores instead.
package enum SentencePieceMerges {
    /// Vocabularies in use have two merges for each token.
    private static func most(_ tokens: Int) -> Int { 4 * tokens + 1024 }
    /// In vocabularies in use, all merges have three times the bytes of all tokens.
    private static func mostBytes(_ bytes: Int) -> Int { 8 * bytes + 1 << 16 }

    /// Every way to join two tokens into a third, the best score of the third first; of equals the
    /// longer left part, then the longer right part, then the lower ids.
    ///
    /// This is the order in which Hugging Face's converter writes them, so that ids agree.
    /// - Throws: `TokenizerError.scoreCount`, or `tooManyMerges` where a small vocabulary is made
    ///   so that it has very many.
    package static func make(
        tokens: TextList, types: [TokenizerDescription.TokenType], scores: [Float]
    ) throws(TokenizerError) -> TextList {
        guard scores.count == tokens.count else {
            throw .scoreCount(scores: scores.count, tokens: tokens.count)
        }
        guard types.isEmpty || types.count == tokens.count else {
            throw .typeCount(types: types.count, tokens: tokens.count)
        }
        func isNormal(_ id: Int) -> Bool { types.isEmpty || types[id] == .normal }
        var vocabulary = ByteStringTable(capacity: tokens.count)
        for id in tokens.indices where isNormal(id) {
            vocabulary.insert(Array(tokens.bytes(at: id)), id: Int32(id))
        }
        /// How `whole` is made; `order` tells which was found first.
        struct Merge {
            let left: Int32
            let right: Int32
            let whole: Int32
            let order: Int32
        }
        var merges: [Merge] = []
        var byteCount = 0
        for id in tokens.indices where isNormal(id) {
            let spelling = Array(tokens.bytes(at: id))
            // A longer token than any that is trained would cost its length squared.
            guard spelling.count <= 1024 else { continue }
            for cut in spelling.indices.dropFirst() where spelling[cut] & 0xC0 != 0x80 {
                guard let right = vocabulary[Array(spelling[cut...])],
                    let left = vocabulary[Array(spelling[..<cut])]
                else { continue }
                byteCount += spelling.count + 1
                guard merges.count < most(tokens.count), byteCount <= mostBytes(tokens.byteCount)
                else { throw .tooManyMerges(merges.count, tokens: tokens.count) }
                merges.append(
                    Merge(
                        left: left, right: right, whole: Int32(id), order: Int32(merges.count)))
            }
        }
        func length(_ id: Int32) -> Int { tokens.bytes(at: Int(id)).count { $0 & 0xC0 != 0x80 } }
        merges.sort { one, other in
            let (a, b) = (scores[Int(one.whole)], scores[Int(other.whole)])
            if a != b { return a > b }
            let lengths = (length(one.left), length(one.right))
            let others = (length(other.left), length(other.right))
            if lengths != others { return lengths > others }
            return one.order < other.order
        }
        var result = TextList()
        result.reserve(texts: merges.count, bytes: byteCount)
        for merge in merges {
            result.append(tokens[Int(merge.left)] + " " + tokens[Int(merge.right)])
        }
        return result
    }
}
