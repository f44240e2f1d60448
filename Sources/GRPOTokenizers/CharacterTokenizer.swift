/// One token per Unicode scalar, and an ending: the vocabulary of a model trained from nothing.
package struct CharacterTokenizer: Tokenizer {
    /// How the ending token is spelt.
    package static let end = "<|end|>"

    package let description: TokenizerDescription
    private let ids: [Unicode.Scalar: Int32]
    private let specials: [(spelling: [Unicode.Scalar], id: Int32)]

    /// The tokenizer of the scalars of `alphabet`, in ascending order, with the ending token last;
    /// repeated scalars count once.
    package init(alphabet: String, name: String = "characters") {
        let scalars = Set(alphabet.unicodeScalars).sorted()
        let end = Int32(scalars.count)
        let description = TokenizerDescription(
            kind: .characters, name: name,
            tokens: scalars.map { String($0) } + [Self.end],
            tokenTypes: scalars.map { _ in .normal } + [.control],
            endOfTextIDs: [end])
        self.description = description
        ids = Dictionary(uniqueKeysWithValues: zip(scalars, 0..<end))
        specials = [(Array(Self.end.unicodeScalars), end)]
    }

    /// - Throws: `TokenizerError` if a normal token is not one scalar or appears twice.
    package init(_ description: TokenizerDescription) throws(TokenizerError) {
        try description.validate()
        var ids: [Unicode.Scalar: Int32] = [:]
        var specials: [(spelling: [Unicode.Scalar], id: Int32)] = []
        for (id, token) in description.tokens.enumerated() {
            let scalars = Array(token.unicodeScalars)
            if description.type(of: id) == .control, !scalars.isEmpty {
                specials.append((scalars, Int32(id)))
                continue
            }
            guard scalars.count == 1 else { throw .notACharacter(token: token, id: id) }
            guard ids.updateValue(Int32(id), forKey: scalars[0]) == nil else {
                throw .duplicateCharacter(scalars[0], id: id)
            }
        }
        self.description = description
        self.ids = ids
        self.specials = specials.sorted { $0.spelling.count > $1.spelling.count }
    }

    package func encode(_ segments: [TextSegment]) throws(TokenizerError) -> [Int32] {
        var result: [Int32] = []
        var position = 0
        for segment in segments.mergingNeighbours() {
            let scalars = Array(segment.text.unicodeScalars)
            result.reserveCapacity(result.count + scalars.count)
            var next = 0
            while next < scalars.count {
                if segment.allowSpecial,
                    let special = specials.first(where: {
                        scalars[next...].starts(with: $0.spelling)
                    })
                {
                    result.append(special.id)
                    next += special.spelling.count
                } else if let id = ids[scalars[next]] {
                    result.append(id)
                    next += 1
                } else {
                    throw .unknownCharacter(
                        scalars[next], position: position + next, alphabet: ids.count)
                }
            }
            position += scalars.count
        }
        return result
    }

    package func appendBytes(of id: Int32, to bytes: inout [UInt8]) {
        guard description.tokens.indices.contains(Int(id)) else { return }
        bytes += description.tokens[Int(id)].utf8
    }

    package func isSpecial(_ id: Int32) -> Bool {
        description.tokens.indices.contains(Int(id)) && description.type(of: Int(id)) == .control
    }
}
