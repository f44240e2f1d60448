/// Finds the program in a completion.
package enum ProgramText {
    /// The texts of which the first that compiles is the completion's program, after HumanEval's
    /// prompt; nil where the completion has none.
    ///
    /// A program is the content of the last `<answer>` block or else what stands after the
    /// thinking, and of that the last fenced block of code where there is one. Text without a fence
    /// continues the prompt, to the first line that is no part of its function, unless it defines
    /// the function itself.
    package static func sources(
        in completion: String, prompt: String, entryPoint: String?
    ) -> [String]? {
        let answer = AnswerExtraction.tagged(in: completion)
        guard let text = answer ?? AnswerExtraction.afterThinking(completion) else { return nil }
        guard let block = lastBlock(of: text) else {
            let isWhole = answer != nil || entryPoint.map { defines($0, text) } ?? true
            let code = isWhole ? text : continuation(text)
            guard !ByteSearch.trimmed(Array(code.utf8)[...]).isEmpty else { return nil }
            // A body continues the prompt where it stops; a function of its own begins a line.
            return isWhole ? [prompt + "\n" + code, code] : [prompt + code]
        }
        guard !ByteSearch.trimmed(Array(block.utf8)[...]).isEmpty else { return nil }
        guard let entryPoint, !defines(entryPoint, block) else {
            return [prompt + "\n" + block, block]
        }
        return [prompt + block, prompt + "\n" + block]
    }

    /// The content of the last fenced block. An opening fence that nothing closes reaches to the
    /// end: completions are cut off.
    static func lastBlock(of text: String) -> String? {
        let lines = rows(of: text)
        var last: Range<Int>?
        var open: (fence: Int, start: Int)?
        for (index, line) in lines.enumerated() {
            let content = line.drop { $0 == 0x20 || $0 == 0x09 }
            let fence = content.prefix { $0 == UInt8(ascii: "`") }.count
            if let block = open {
                let rest = content.dropFirst(fence)
                if fence >= block.fence, rest.allSatisfy(ByteSearch.isSpace) {
                    last = block.start..<index
                    open = nil
                }
            } else if fence >= 3 {
                open = (fence, index + 1)
            }
        }
        return (open.map { $0.start..<lines.count } ?? last).map { joined(lines[$0]) }
    }

    /// A program as a fenced block, in which it keeps its indentation; the fence is longer than any
    /// within.
    static func block(of program: String) -> String {
        let longest =
            rows(of: program).map { line in
                line.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 == UInt8(ascii: "`") }.count
            }.max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return "\(fence)python\n\(program)\n\(fence)"
    }

    /// Whether a line defines the function, at the left margin.
    static func defines(_ name: String, _ text: String) -> Bool {
        rows(of: text).contains { line in
            ["def ", "async def "].contains { line.starts(with: ($0 + name + "(").utf8) }
        }
    }

    /// The beginning of a text, to before the first line at the left margin after the first.
    static func continuation(_ text: String) -> String {
        let lines = rows(of: text)
        let end = lines.dropFirst().firstIndex { $0.first.map { !ByteSearch.isSpace($0) } ?? false }
        return joined(lines[..<(end ?? lines.count)])
    }

    /// Lines with their ends.
    private static func joined(_ lines: ArraySlice<ArraySlice<UInt8>>) -> String {
        String(decoding: Array(lines.joined(separator: [0x0A])), as: UTF8.self) + "\n"
    }

    private static func rows(of text: String) -> [ArraySlice<UInt8>] {
        Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false)
    }
}
