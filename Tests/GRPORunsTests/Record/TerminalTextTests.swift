import GRPORuns
import Testing

@Suite("Model text on a terminal")
struct TerminalTextTests {
    @Test(
        "OWASP LLM05, OSC 52: what could act on a terminal is shown as its number",
        arguments: [
            ("\u{1B}[31mred", "\\u{1B}[31mred"),
            ("\u{1B}]52;c;ZXZpbA==\u{07}", "\\u{1B}]52;c;ZXZpbA==\\u{7}"),
            ("a\rb", "a\\u{D}b"), ("\u{9B}2J", "\\u{9B}2J"),
            ("\u{9D}0;t\u{9C}", "\\u{9D}0;t\\u{9C}"),
            ("x\u{202E}y\u{202C}", "x\\u{202E}y\\u{202C}"),
            ("\u{2066}a\u{2069}", "\\u{2066}a\\u{2069}"),
            ("\u{8}\u{0}\u{7F}", "\\u{8}\\u{0}\\u{7F}"),
            ("a\u{200B}b\u{FEFF}", "a\\u{200B}b\\u{FEFF}"),
            ("\u{E0041}", "\\u{E0041}"), ("\u{2028}", "\\u{2028}"),
            ("tab\tline\nend", "tab\tline\nend"), ("ünï 日本 👍🏽 x²", "ünï 日本 👍🏽 x²"),
        ])
    func corpus(text: String, expected: String) {
        #expect(TerminalText.sanitized(text) == expected)
    }

    @Test("no control, C1 or direction character passes, alone or among 500 mixed strings")
    func exhaustive() {
        let bad =
            Array(0...0x1F) + Array(0x7F...0x9F) + Array(0x202A...0x202E)
            + Array(0x2066...0x2069)
        let forbidden = Set(bad.filter { $0 != 0x09 && $0 != 0x0A }.compactMap(Unicode.Scalar.init))
        #expect(forbidden.count == 72)
        for index in 0..<500 {
            var text = "a"
            for offset in 0..<5 {
                text.unicodeScalars.append(
                    Unicode.Scalar(bad[(index * 7 + offset * 13) % bad.count])!)
                text += "é"
            }
            let clean = TerminalText.sanitized(text)
            #expect(!clean.unicodeScalars.contains { forbidden.contains($0) })
        }
    }

    @Test("one line where one is wanted")
    func oneLine() {
        #expect(TerminalText.sanitized("a\nb\tc", keepingNewlines: false) == "a\\u{A}b\\u{9}c")
    }

    @Test("progress redraws a line on a terminal and is sparse elsewhere")
    func progress() {
        var written = "", time = 0.0
        let live = ProgressPrinter(
            isTerminal: true, interval: 1, now: { time }, write: { written += $0 })
        live.update("step 1")
        live.update("step 2")
        time = 2
        live.update("step 3 \u{1B}[2J")
        live.say("done")
        #expect(written == "\r\u{1B}[Kstep 1\r\u{1B}[Kstep 3 \\u{1B}[2J\r\u{1B}[Kdone\n")

        written = ""
        let log = ProgressPrinter(
            isTerminal: false, interval: 10, now: { time }, write: { written += $0 })
        for step in 1...25 {
            time += 1
            log.update("step \(step)")
        }
        log.say("half")
        for step in 26...36 {
            time += 1
            log.update("step \(step)")
        }
        log.finish()
        #expect(written == "step 10\nstep 20\nhalf\nstep 35\n")
    }

    @Test("a table with numbers to the right")
    func table() {
        var table = TextTable(["stage", "pass@1", "interval"])
        table.add(["base", "0.31", "[0.29, 0.33]"])
        table.add(["grpo\u{1B}", "0.9", "[0.88, 0.92]"])
        #expect(
            table.text == """
                stage       pass@1      interval
                ----------  ------  ------------
                base          0.31  [0.29, 0.33]
                grpo\\u{1B}     0.9  [0.88, 0.92]
                """)
    }
}
