/// A token that is cut out of a text before it is split into words, and how.
package struct AddedToken: Codable, Equatable, Sendable {
    package var id: Int32
    /// Whether it steers the model, and is recognised only where special tokens are allowed.
    package var isSpecial: Bool
    /// Whether it is sought in the normalised text, spelt as normalised, and not as it stands.
    package var isNormalized: Bool
    /// Whether it counts only where no letter, digit or underscore touches it.
    package var isSingleWord: Bool
    /// Whether the spaces before it belong to it.
    package var stripsLeft: Bool
    /// Whether the spaces behind it belong to it.
    package var stripsRight: Bool

    package init(
        id: Int32, isSpecial: Bool, isNormalized: Bool = false, isSingleWord: Bool = false,
        stripsLeft: Bool = false, stripsRight: Bool = false
    ) {
        self.id = id
        self.isSpecial = isSpecial
        self.isNormalized = isNormalized
        self.isSingleWord = isSingleWord
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
    }

    enum CodingKeys: String, CodingKey {
        case id
        case isSpecial = "special"
        case isNormalized = "normalized"
        case isSingleWord = "single_word"
        case stripsLeft = "lstrip"
        case stripsRight = "rstrip"
    }
}

extension TokenizerDescription {
    /// The added tokens: as given, or else those whose type says that they are.
    var effectiveAddedTokens: [AddedToken] {
        if let addedTokens { return addedTokens }
        return tokens.indices.compactMap { id in
            switch type(of: id) {
            case .control, .unknown: AddedToken(id: Int32(id), isSpecial: true)
            case .userDefined: AddedToken(id: Int32(id), isSpecial: false)
            case .normal, .unused, .byte: nil
            }
        }
    }
}
