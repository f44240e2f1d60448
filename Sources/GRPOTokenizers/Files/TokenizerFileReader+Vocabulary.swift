import GRPOJSON

extension TokenizerFileReader {
    /// Where the file spells each id's token: an offset in it, or behind the highest bit the place
    /// among those added.
    private struct Places {
        static let none = UInt32.max
        static let addedBit: UInt32 = 1 << 31

        private(set) var values: [UInt32] = []

        mutating func reserve(_ count: Int) { values.reserveCapacity(count) }

        /// Makes room for the id, and says what stands there.
        mutating func claim(_ id: Int) -> UInt32 {
            while values.count <= id { values.append(Self.none) }
            return values[id]
        }

        mutating func set(_ id: Int, _ place: UInt32) { values[id] = place }
    }

    /// The tokens, their types and their merges, and the tokens that are added to them.
    mutating func readVocabulary() throws(TokenizerError) {
        // The oldest files have no type; merges tell byte pairs from the others.
        guard (model["type"]?.string ?? "BPE") == "BPE", let merges, merges.kind != .null else {
            throw Self.refuse("model.type", model["type"], "BPE with merges")
        }
        if let dropout = model["dropout"]?.number, dropout != 0 {
            throw Self.refuse(
                "model.dropout", model["dropout"], "none: dropped merges are for training")
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let value = model.present(key), value.string != "" {
                throw Self.refuse("model.\(key)", value, "none")
            }
        }
        var places = Places()
        let length = try readTokens(into: &places)
        description.merges = try texts(of: merges)
        var contents = TextList()
        try readAddedTokens(into: &places, &contents)
        try spell(places.values, contents, length: length)
    }

    /// - Returns: the bytes of all tokens.
    private mutating func readTokens(into places: inout Places) throws(TokenizerError) -> Int {
        guard let vocabulary, vocabulary.kind == .object else {
            throw .file(
                place: "model.vocab", found: vocabulary?.kind.rawValue ?? "nothing",
                expected: "an object of tokens and their ids")
        }
        places.reserve(vocabulary.count + (added?.count ?? 0))
        var length = 0
        var scanner = TokenizerFileScanner(bytes, at: vocabulary.range.lowerBound)
        try scanner.begin(.object)
        while let (token, offset) = try scanner.nextKey() {
            let id = try id(of: token, try scanner.value(most: 64), at: "model.vocab")
            let taken = places.claim(id)
            guard taken == Places.none else {
                throw Self.twice("model.vocab", token, id, try spelling(at: taken, TextList()))
            }
            places.set(id, UInt32(offset))
            length += token.utf8.count
        }
        return length
    }

    private mutating func readAddedTokens(
        into places: inout Places, _ contents: inout TextList
    ) throws(TokenizerError) {
        description.addedTokens = []
        description.tokenTypes = places.values.map { $0 == Places.none ? .unused : .normal }
        guard let added else { return }
        description.addedTokens?.reserveCapacity(added.count)
        var scanner = TokenizerFileScanner(bytes, at: added.range.lowerBound)
        var index = 0
        try scanner.begin(.array)
        while try scanner.nextElement() {
            let value = try scanner.value(most: Self.mostTokenValues)
            let place = "added_tokens[\(index)]"
            index += 1
            guard let content = value["content"]?.string else {
                throw Self.refuse("\(place).content", value["content"], "a string")
            }
            let isSpecial = value["special"]?.bool ?? false
            let id = try id(of: content, value["id"], at: place)
            let taken = places.claim(id)
            if taken == Places.none {
                places.set(id, Places.addedBit | UInt32(contents.count))
                contents.append(content)
            } else {
                let token = try spelling(at: taken, contents)
                guard token.utf8.elementsEqual(content.utf8) else {
                    throw Self.twice(place, content, id, token)
                }
            }
            while description.tokenTypes.count <= id { description.tokenTypes.append(.unused) }
            let unknown = model["unk_token"]?.string
            let isUnknown = unknown.map { $0.utf8.elementsEqual(content.utf8) } ?? false
            description.tokenTypes[id] =
                isUnknown && !content.isEmpty ? .unknown : isSpecial ? .control : .userDefined
            guard !content.isEmpty else { continue }
            description.addedTokens?.append(
                AddedToken(
                    id: Int32(id), isSpecial: isSpecial,
                    isNormalized: value["normalized"]?.bool ?? !isSpecial,
                    isSingleWord: value["single_word"]?.bool ?? false,
                    stripsLeft: value["lstrip"]?.bool ?? false,
                    stripsRight: value["rstrip"]?.bool ?? false))
        }
    }

    /// The tokens in the order of their ids; none of the vocabulary may stand there twice.
    private mutating func spell(
        _ places: [UInt32], _ contents: TextList, length: Int
    ) throws(TokenizerError) {
        var tokens = TextList()
        tokens.reserve(texts: places.count, bytes: length + contents.byteCount)
        for place in places { tokens.append(try spelling(at: place, contents)) }
        if let id = tokens.firstRepetition(where: { places[$0] < Places.addedBit }) {
            throw .file(
                place: "byte \(places[id])",
                found: "the key \(printable(tokens[id])) a second time", expected: "each key once")
        }
        description.tokens = tokens
    }

    private func spelling(
        at place: UInt32, _ contents: TextList
    ) throws(TokenizerError) -> String {
        if place == Places.none { return "" }
        if place >= Places.addedBit { return contents[Int(place ^ Places.addedBit)] }
        var scanner = TokenizerFileScanner(bytes, at: Int(place))
        return try scanner.string()
    }

    private func id(
        of token: String, _ value: JSONValue?, at place: String
    ) throws(TokenizerError) -> Int {
        guard let id = value?.integer, (0..<idLimit).contains(id) else {
            throw Self.refuse(
                "\(place)[\"\(token.prefix(60))\"]", value,
                "an id from 0 to \(idLimit - 1), by the number of tokens")
        }
        return id
    }

    private static func twice(
        _ place: String, _ token: String, _ id: Int, _ taken: String
    ) -> TokenizerError {
        .file(
            place: "\(place)[\"\(token.prefix(60))\"]",
            found: "the id \(id), which \"\(taken.prefix(60))\" has too",
            expected: "one token for each id")
    }

    /// Merges as texts of two tokens, or as pairs of them.
    private func texts(of list: TokenizerFileList) throws(TokenizerError) -> TextList {
        guard list.kind == .array else {
            throw .file(place: "model.merges", found: list.kind.rawValue, expected: "an array")
        }
        var merges = TextList()
        // A merge has two quotes and a comma at least that are none of its text.
        merges.reserve(texts: list.count, bytes: max(0, list.range.count - 3 * list.count))
        var scanner = TokenizerFileScanner(bytes, at: list.range.lowerBound)
        try scanner.begin(.array)
        while try scanner.nextElement() {
            if try scanner.kind() == .string {
                merges.append(try scanner.string())
                continue
            }
            let value = try scanner.value(most: Self.mostTokenValues)
            guard let pair = value.elements, pair.count == 2, let left = pair[0].string,
                let right = pair[1].string
            else { throw Self.refuse("model.merges[\(merges.count)]", value, "two tokens") }
            merges.append(left + " " + right)
        }
        return merges
    }
}
