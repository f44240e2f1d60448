extension AnswerExtraction {
    /// The answer to a mathematical problem wherever a completion gives it: in the last answer
    /// block, behind "final answer is" or in the last box, whichever comes later, else behind the
    /// last "answer", else in the last formula or number.
    ///
    /// Boxes and formulas that only a comma, "and" or "or" parts are one answer of several items,
    /// so that naming several answers is not the same as naming the right one. Linear in time.
    package static func mathematical(in text: String) -> String? {
        guard let tail = afterThinking(text) else { return nil }
        if let block = tagged(in: text) { return AnswerSpans(block).boxes ?? block }
        let spans = AnswerSpans(tail)
        return spans.stated ?? spans.boxes ?? spans.announced ?? spans.last
    }
}
