/// What every tokenizer of pairs does first: cuts added tokens out of a text, and normalises the
/// stretches between.
struct TextCutter: Sendable {
    private var raw = AddedTokens()
    /// Those sought in the normalised text.
    private var normalized = AddedTokens()
    private let normalizers: [NormalizationStep]
    /// What is done when all added tokens are cut out.
    private let lastSteps: [NormalizationStep]
    private let special: Set<Int32>

    init(_ description: TokenizerDescription, _ normalizers: [NormalizationStep]) {
        lastSteps = normalizers.filter(\.isMetaspace)
        let normalizers = normalizers.filter { !$0.isMetaspace }
        self.normalizers = normalizers
        let added = description.effectiveAddedTokens
        for token in added {
            let spelling = description.tokens[Int(token.id)]
            if token.isNormalized {
                let text = normalizers.normalize(spelling, isFirst: true)
                normalized.insert(Array(text.utf8), token)
            } else {
                raw.insert(Array(spelling.utf8), token)
            }
        }
        raw.sort()
        normalized.sort()
        special = Set(added.filter(\.isSpecial).map(\.id))
    }

    func isSpecial(_ id: Int32) -> Bool { special.contains(id) }

    /// Appends the ids of added tokens and hands the stretches between to `encode`, in order.
    func cut(
        _ segments: [TextSegment], into result: inout [Int32],
        encode: (UnsafeBufferPointer<UInt8>, inout [Int32]) throws(TokenizerError) -> Void
    ) throws(TokenizerError) {
        var text = ""
        var allowed: [Range<Int>] = []
        for segment in segments.mergingNeighbours() {
            let start = text.utf8.count
            text += segment.text
            if segment.allowSpecial { allowed.append(start..<text.utf8.count) }
        }
        result.reserveCapacity(text.utf8.count / 3 + 1)
        var ids = result
        let failure: TokenizerError? = text.withUTF8 { bytes in
            do throws(TokenizerError) {
                try raw.split(
                    bytes, allowed: allowed,
                    piece: { (range) throws(TokenizerError) in
                        try cutNormalized(
                            UnsafeBufferPointer(rebasing: bytes[range]),
                            isFirst: range.lowerBound == 0,
                            allowed: allowed.map {
                                $0.clamped(to: range).shifted(by: -range.lowerBound)
                            },
                            into: &ids, encode: encode)
                    },
                    token: { ids.append($0) })
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
        result = ids
    }

    private func cutNormalized(
        _ piece: UnsafeBufferPointer<UInt8>, isFirst: Bool, allowed: [Range<Int>],
        into ids: inout [Int32],
        encode: (UnsafeBufferPointer<UInt8>, inout [Int32]) throws(TokenizerError) -> Void
    ) throws(TokenizerError) {
        if normalizers.isEmpty {
            return try cutAgain(
                piece, isFirst: isFirst, allowed: allowed, into: &ids, encode: encode)
        }
        let original = String(decoding: piece, as: UTF8.self)
        var text = normalizers.normalize(original, isFirst: isFirst)
        // Where in the normalised text a permission ends is not known, so it holds for all of a
        // stretch or for none.
        let isAllowed = allowed.contains(0..<piece.count)
        var own = ids
        ids = []
        let failure: TokenizerError? = text.withUTF8 { bytes in
            do throws(TokenizerError) {
                try cutAgain(
                    bytes, isFirst: isFirst, allowed: isAllowed ? [0..<bytes.count] : [],
                    into: &own, encode: encode)
                return nil
            } catch {
                return error
            }
        }
        ids = own
        if let failure { throw failure }
    }

    private func cutAgain(
        _ bytes: UnsafeBufferPointer<UInt8>, isFirst: Bool, allowed: [Range<Int>],
        into ids: inout [Int32],
        encode: (UnsafeBufferPointer<UInt8>, inout [Int32]) throws(TokenizerError) -> Void
    ) throws(TokenizerError) {
        if normalized.isEmpty { return try finish(bytes, isFirst, &ids, encode) }
        var own = ids
        ids = []
        try normalized.split(
            bytes, allowed: allowed,
            piece: { (range) throws(TokenizerError) in
                try finish(
                    UnsafeBufferPointer(rebasing: bytes[range]), isFirst && range.lowerBound == 0,
                    &own, encode)
            },
            token: { own.append($0) })
        ids = own
    }

    private func finish(
        _ bytes: UnsafeBufferPointer<UInt8>, _ isFirst: Bool, _ ids: inout [Int32],
        _ encode: (UnsafeBufferPointer<UInt8>, inout [Int32]) throws(TokenizerError) -> Void
    ) throws(TokenizerError) {
        if lastSteps.isEmpty { return try encode(bytes, &ids) }
        let text = lastSteps.normalize(String(decoding: bytes, as: UTF8.self), isFirst: isFirst)
        let own = Array(text.utf8)
        var failure: TokenizerError?
        own.withUnsafeBufferPointer { bytes in
            do throws(TokenizerError) { try encode(bytes, &ids) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

extension Range<Int> {
    fileprivate func shifted(by offset: Int) -> Range<Int> {
        lowerBound + offset..<upperBound + offset
    }
}
