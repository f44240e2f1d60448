import GRPOTasks
import Testing

@Suite struct ProgramTextTests {
    private func sources(
        _ completion: String, prompt: String = "P\n", entryPoint: String? = "f"
    ) -> [String]? {
        ProgramText.sources(in: completion, prompt: prompt, entryPoint: entryPoint)
    }

    @Test func aBaseModelContinuesThePrompt() {
        #expect(
            sources("    return 1\n\n    # more\n\ndef g():\n    pass\nprint(f(1))")
                == ["P\n    return 1\n\n    # more\n\n"])
        #expect(sources("    return 1") == ["P\n    return 1\n"])
        #expect(sources("\n    return 1\nf(2)") == ["P\n\n    return 1\n"])
    }

    @Test func aFunctionOfItsOwnIsWhole() {
        let code = "import math\n\ndef f(x):\n    return 1\n\ndef g(): pass\n"
        #expect(sources(code) == ["P\n\n" + code, code])
        // Another function whose name begins like it is not it.
        #expect(sources("    return ff(x)\ndef ff(x): pass") == ["P\n    return ff(x)\n"])
    }

    @Test func theLastBlockCounts() {
        let text = """
            First:
            ```python
            def f(x): return 1
            ```
            Better:
            ```py
            def f(x): return 2
            ```
            It returns 2.
            """
        let code = "def f(x): return 2\n"
        #expect(sources(text) == ["P\n\n" + code, code])
    }

    @Test func aBlockMayBeTheBodyAlone() {
        #expect(
            sources("```\n    return 1\n```") == ["P\n    return 1\n", "P\n\n    return 1\n"])
    }

    @Test func aBlockThatIsCutOffCounts() {
        #expect(sources("```python\ndef f(x):\n    return 1")?.last == "def f(x):\n    return 1\n")
    }

    @Test func longerFencesHoldShorterOnes() {
        let text = "````\ndef f(x):\n    \"\"\"\n    ```\n    \"\"\"\n````"
        #expect(sources(text)?.last == "def f(x):\n    \"\"\"\n    ```\n    \"\"\"\n")
    }

    @Test func theAnswerStandsAfterTheThinking() {
        let thought = "<think>```python\ndef f(x): return 1\n```</think>"
        #expect(
            sources(thought + "<answer>```python\ndef f(x): return 2\n```</answer>")?.last
                == "def f(x): return 2\n")
        #expect(
            sources(thought + "<answer>def f(x): return 3</answer>")?.last == "def f(x): return 3")
        #expect(
            sources(thought + "\n```python\ndef f(x): return 4\n```")?.last
                == "def f(x): return 4\n")
        #expect(sources("<think>```python\ndef f(x): return 1\n```") == nil)
    }

    @Test(arguments: ["", "  \n\t", "```\n```", "```python\n\n```", "<answer> </answer>"])
    func nothingIsNoProgram(_ text: String) {
        #expect(sources(text) == nil)
    }

    @Test func withoutAnEntryPointTextIsWhole() {
        #expect(
            sources("x = 1\ny = 2", entryPoint: nil) == ["P\n\nx = 1\ny = 2", "x = 1\ny = 2"])
    }

    /// Whatever a policy writes, finding the program ends, and soon.
    @Test func hostileTextIsReadInTime() {
        let pieces = [
            "```", "``", "`", "\n", "def f(", "def ", "<answer>", "</answer>", "<think>",
            "</think>", "    ", "\u{0}", "é", "\r\n", "python", String(repeating: "`", count: 999),
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let count = Int.random(in: 0...60, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined()
            for source in sources(text) ?? [] { #expect(source.utf8.count <= text.utf8.count + 8) }
        }
        let start = ContinuousClock.now
        _ = sources(String(repeating: "```\n", count: 250_000))
        _ = sources(String(repeating: "```python\ndef f(", count: 100_000))
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
