/// The merges of a SentencePiece vocabulary, which stores scores instead.
package enum SentencePieceMerges {
    /// Every way to join two tokens into a third, the best score of the third first; of equals the
    /// longer left part, then the longer right part, then the lower ids.
    ///
    /// This is the order in which Hugging Face's converter writes them, so that ids agree.
    /// - Throws: `TokenizerError.scoreCount`.
    package static func make(
        tokens: [String], types: [TokenizerDescription.TokenType], scores: [Float]
    ) throws(TokenizerError) -> [String] {
        guard scores.count == tokens.count else {
            throw .scoreCount(scores: scores.count, tokens: tokens.count)
        }
        guard types.isEmpty || types.count == tokens.count else {
            throw .typeCount(types: types.count, tokens: tokens.count)
        }
        let spellings = tokens.map { Array($0.utf8) }
        let isNormal = tokens.indices.map { types.isEmpty || types[$0] == .normal }
        var vocabulary = ByteStringTable(capacity: tokens.count)
        for id in tokens.indices where isNormal[id] {
            vocabulary.insert(spellings[id], id: Int32(id))
        }
        struct Merge {
            let left: Int32
            let right: Int32
            let score: Float
            let lengths: (Int, Int)
        }
        var merges: [Merge] = []
        for id in tokens.indices where isNormal[id] {
            let spelling = spellings[id]
            // A longer token than any that is trained would cost its length squared.
            guard spelling.count <= 1024 else { continue }
            let count = spelling.count { $0 & 0xC0 != 0x80 }
            var before = 1
            for cut in spelling.indices.dropFirst() where spelling[cut] & 0xC0 != 0x80 {
                let right = vocabulary[Array(spelling[cut...])]
                if let right, let left = vocabulary[Array(spelling[..<cut])] {
                    merges.append(
                        Merge(
                            left: left, right: right, score: scores[id],
                            lengths: (before, count - before)))
                }
                before += 1
            }
        }
        let sorted = merges.enumerated().sorted { one, other in
            let (a, b) = (one.element, other.element)
            if a.score != b.score { return a.score > b.score }
            if a.lengths != b.lengths { return a.lengths > b.lengths }
            return one.offset < other.offset
        }
        return sorted.map { tokens[Int($0.element.left)] + " " + tokens[Int($0.element.right)] }
    }
}
