extension AnswerExtraction {
    /// The contents of all complete `<answer>…</answer>` blocks, in the thinking or after it,
    /// without the white space around them. In `<answer><answer>5</answer>` it is the inner one.
    package static func blocks(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        var start = 0
        var blocks: [String] = []
        for close in ByteSearch.all(ByteSearch.answerClose, in: bytes[...]) {
            let before = bytes[start..<close.lowerBound]
            if let open = ByteSearch.last(ByteSearch.answerOpen, in: before) {
                let content = ByteSearch.trimmed(bytes[open.upperBound..<close.lowerBound])
                blocks.append(String(decoding: content, as: UTF8.self))
            }
            start = close.upperBound
        }
        return blocks
    }
}
