/// Where a text thinks: the one reading of `<think>` and `</think>`, for answers, rewards, filters
/// and evaluations.
///
/// A thought begins behind the first `<think>` and ends with the last `</think>`; without a tag
/// before that end it begins with the text. One that is opened and not closed goes to the end of
/// the text, and nothing stands behind it.
///
/// Where a prompt itself ends in `<think>`, as the chat templates of models that think have it,
/// what is judged of a completion is `opening` and the completion together, in training as in
/// evaluation: nobody needs to be told how the prompt ended.
package struct Thought: Sendable, Hashable {
    /// The thought without its tags; nil where there is none.
    package let content: Range<Int>?
    /// What stands behind it, all of the text where there is no thought; nil where the thought is
    /// not closed.
    package let rest: Range<Int>?

    /// - Parameters:
    ///   - bytes: of the text.
    ///   - isOpened: whether a text that opens no thought stands in one from its beginning.
    package init(in bytes: [UInt8], isOpened: Bool = false) {
        let close = ByteSearch.last(ByteSearch.thinkClose, in: bytes[...])
        let open = ByteSearch.all(
            ByteSearch.thinkOpen, in: bytes[..<(close?.lowerBound ?? bytes.count)]
        ).first
        let tail = (close?.upperBound ?? 0)..<bytes.count
        let isUnclosed =
            ByteSearch.last(ByteSearch.thinkOpen, in: bytes[tail]) != nil
            || close == nil && isOpened
        let start = open?.upperBound ?? 0
        if isUnclosed {
            content = start..<bytes.count
            rest = nil
        } else {
            content = close.map { start..<$0.lowerBound }
            rest = tail
        }
    }

    /// What a prompt that opens the thought ends with.
    package static let opening = "<think>\n"

    /// The opened thought that a prompt ends with, or nothing.
    package static func opening(ofPrompt text: String) -> String {
        let bytes = ByteSearch.trimmed(Array(text.utf8)[...])
        return bytes.suffix(ByteSearch.thinkOpen.count).elementsEqual(ByteSearch.thinkOpen)
            ? opening : ""
    }
}

extension Completion {
    /// As it is judged behind a prompt that ends in this opening.
    package func behind(_ opening: String) -> Completion {
        guard !opening.isEmpty else { return self }
        return Completion(
            text: opening + text, tokenCount: tokenCount, finishReason: finishReason)
    }
}
