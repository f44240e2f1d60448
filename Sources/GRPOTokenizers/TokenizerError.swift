/// What can be wrong with a tokenizer's description, or with a text given to it.
package enum TokenizerError: Error, Equatable, CustomStringConvertible {
    /// `position` counts Unicode scalars from 0.
    case unknownCharacter(Unicode.Scalar, position: Int, alphabet: Int)
    case notACharacter(token: String, id: Int)
    case duplicateCharacter(Unicode.Scalar, id: Int)
    case vocabularySize(Int)
    case typeCount(types: Int, tokens: Int)
    case idOutsideVocabulary(role: String, id: Int32, size: Int)
    case missingBOS
    case unknownPreTokenizer(String?, known: [String])
    case malformedMerge(String, index: Int)
    case mergeOutsideVocabulary(String, index: Int, missing: String)
    /// `offset` counts bytes of the pattern from 0.
    case malformedPattern(String, offset: Int, reason: String)
    case patternTooCostly(String)
    case scoreCount(scores: Int, tokens: Int)
    case tooManyMerges(Int, tokens: Int)
    /// `place` is a byte offset or a path of keys in a tokenizer's JSON file.
    case file(place: String, found: String, expected: String)
    case noChatTemplate
    /// The model's chat template cannot be served, or refuses the conversation.
    case chatTemplate(TemplateError)

    package var description: String {
        switch self {
        case .unknownCharacter(let scalar, let position, let alphabet):
            """
            the text has \(name(scalar)) at character \(position), which is not among the \
            tokenizer's \(alphabet) characters; leave it out of the text, or make the model anew \
            with it in its alphabet
            """
        case .notACharacter(let token, let id):
            """
            token \(id) of a character vocabulary is "\(token)"; expected exactly one character, \
            or a special token of type control
            """
        case .duplicateCharacter(let scalar, let id):
            "token \(id) repeats the character \(name(scalar)); expected each character once"
        case .vocabularySize(let count):
            "the tokenizer has \(count) tokens; expected between 1 and \(Int32.max)"
        case .typeCount(let types, let tokens):
            """
            the tokenizer has \(types) token types for \(tokens) tokens; expected one for each \
            (the file may be cut off: fetch it again)
            """
        case .idOutsideVocabulary(let role, let id, let size):
            "the \(role) token is \(id); expected an id of the vocabulary, 0 to \(size - 1)"
        case .missingBOS:
            "the tokenizer is to add a BOS token but names none; expected its id, or not to add it"
        case .unknownPreTokenizer(let found, let known):
            """
            the tokenizer splits words by \(found.map { "\"\($0)\"" } ?? "an unnamed rule"), \
            which is not known here; expected one of \(known.joined(separator: ", "))
            """
        case .malformedMerge(let merge, let index):
            "merge \(index) is \"\(merge)\"; expected two tokens with one space between them"
        case .mergeOutsideVocabulary(let merge, let index, let missing):
            """
            merge \(index), "\(merge)", needs the token "\(missing)"; expected it in the vocabulary \
            (tokens and merges must come from the same tokenizer)
            """
        case .malformedPattern(let pattern, let offset, let reason):
            """
            the tokenizer splits words by the regular expression "\(pattern)", which is wrong at \
            byte \(offset): \(reason); expected an expression that PCRE2 takes
            """
        case .patternTooCostly(let pattern):
            """
            the tokenizer's regular expression "\(pattern)" takes more than 10 million steps on \
            this text; expected an expression that does not backtrack without end. Leave the text \
            out, or use a model with another tokenizer
            """
        case .scoreCount(let scores, let tokens):
            """
            the tokenizer has \(scores) scores for \(tokens) tokens; expected one for each (the \
            file may be cut off: fetch it again)
            """
        case .tooManyMerges(let merges, let tokens):
            """
            the scores of the tokenizer's \(tokens) tokens give more than \(merges) merges; expected \
            about two for each token, as in vocabularies that were trained
            """
        case .file(let place, let found, let expected):
            "the tokenizer's JSON has at \(place) \(found); expected \(expected)"
        case .noChatTemplate:
            """
            the model's tokenizer has no chat template; use `prompt: plain`, or bring a model \
            that was trained to chat
            """
        case .chatTemplate(let error): "\(error)"
        }
    }
}

/// A scalar as an error shows it: quoted where it can be seen, always with its number.
private func name(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    let number = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    switch scalar.properties.generalCategory {
    case .control, .format, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator,
        .spaceSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
        return number
    default:
        return "\"\(scalar)\" (\(number))"
    }
}
