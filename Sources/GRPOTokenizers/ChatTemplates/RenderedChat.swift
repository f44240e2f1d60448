/// A conversation as a chat template wrote it.
package struct RenderedChat: Equatable, Sendable {
    /// The text for `Tokenizer.encode`: special tokens count where the template writes them, never
    /// where a message does.
    package let segments: [TextSegment]
    /// What stands in `{% generation %}`, the assistant's words, in Unicode scalars of the text.
    package let generations: [Range<Int>]

    package var text: String { segments.map(\.text).joined() }

    init(_ text: TemplateText, generations: [Range<Int>]) {
        self.generations = generations
        var segments: [TextSegment] = []
        var start = 0
        for index in text.units.indices {
            let isLast = index + 1 == text.count
            let isMarked = text.units[index] >= TemplateText.mark
            guard isLast || (text.units[index + 1] >= TemplateText.mark) != isMarked else {
                continue
            }
            segments.append(
                TextSegment(
                    TemplateText.string(text.units[start...index]), allowSpecial: !isMarked))
            start = index + 1
        }
        self.segments = segments
    }
}
