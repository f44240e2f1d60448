import GRPOSandbox
import Testing

@Suite struct ProgramJudgeTests {
    private static let limits = SandboxLimits(cpuSeconds: 1, wallSeconds: 3)

    private func judge(_ sources: String..., by tests: ProgramTests) throws -> ProgramJudge.Result {
        try ProgramJudge(sandbox: Sandbox(), limits: Self.limits).judge(sources, by: tests)
    }

    private func report(_ source: String, by tests: ProgramTests) throws -> JudgeReport? {
        guard case .judged(let report) = try judge(source, by: tests) else { return nil }
        return report
    }

    private static let squares = ProgramTests(
        prompt: "def offset():\n    return 1\n\ndef f(x):\n    \"\"\"The square of x.\"\"\"\n",
        test: """
            METADATA = {}
            def check(candidate):
                assert candidate(3) == 9
                assert candidate(-4) == 16, "negative"
                for x in range(5):
                    assert candidate(x) == x * x
                assert candidate(offset()) == f(1)
                assert True
            """, entryPoint: "f")

    @Test func aRightProgramIsRight() throws {
        let found = try report("def f(x):\n    return x * x\n", by: Self.squares)
        #expect(found == JudgeReport(passed: 8, total: 8, outcome: .finished))
    }

    @Test func assertionsAreCountedOneByOne() throws {
        let found = try report("def f(x):\n    return abs(x) * 3\n", by: Self.squares)
        // Of 9, 16, 0, 1, 4, 9, 16 and f(1) = f(1): 9, 0, 9 and the last hold.
        #expect(found == JudgeReport(passed: 4, total: 8, outcome: .finished))
    }

    @Test func theFirstSourceThatCompilesCounts() throws {
        let found = try judge("def f(x)", "def f(x): return x * x", "f = None", by: Self.squares)
        #expect(found == .judged(JudgeReport(passed: 8, total: 8, outcome: .finished)))
    }

    @Test func plainDataPassesBothWays() throws {
        let values = """
            [None, True, 0, -255, 10 ** 4000, 0.1, -0.0, float("inf"), 1e-310, 2 + 3j, "", "é\\ud800\\n",
            b"\\x00\\xff", bytearray(b"x"), [], [1, [2]], (), (1,), {1, 2}, frozenset({3}), {},
            {1: "a", (2, 3): [4]}, range(2, 9, 3)]
            """
        let tests = ProgramTests(
            prompt: "",
            test: """
                import math
                def check(candidate):
                    for value in \(values):
                        found = candidate(value)
                        assert found == value and type(found) is type(value)
                        assert candidate([value])[0] == value
                    assert math.isnan(candidate(float("nan")))
                    assert math.copysign(1, candidate(-0.0)) == -1
                    assert list(candidate((x for x in [1, 2]))) == [1, 2]
                """, entryPoint: "same")
        let found = try report("def same(x):\n    return x\n", by: tests)
        #expect(found?.isRight == true, "\(String(describing: found))")
    }

    /// As in MBPP, whose programs bring classes of their own. Objects of a program equal nothing.
    @Test func objectsOfTheProgramGoBackToIt() throws {
        let program = """
            class Pair:
                def __init__(self, a, b):
                    self.a, self.b = a, b
                def __eq__(self, other):
                    return True
            def longest(pairs, n):
                return max(pair.b - pair.a for pair in pairs[:n])
            """
        let tests = ProgramTests(
            prompt: "",
            test: """
                assert longest([Pair(5, 24), Pair(15, 25)], 2) == 19
                assert longest([Pair(5, 24), Pair(15, 60)], 2) == 45
                assert not Pair(1, 2) == 3
                assert not Pair(1, 2) == Pair(1, 2)
                """, entryPoint: nil)
        #expect(
            try report(program, by: tests)
                == JudgeReport(passed: 4, total: 4, outcome: .finished))
    }

    @Test func aTestMayNameItsFunctionsItself() throws {
        let tests = ProgramTests(
            prompt: "Write functions to add and to double.",
            test: "assert add(1, y=2) == 3\nassert double(4) == 8\nassert add(1, double(1)) == 3",
            entryPoint: nil)
        let source = "def add(x, y): return x + y\ndef double(x): return 2 * x"
        #expect(try report(source, by: tests)?.isRight == true)
        #expect(try report("def add(x, y): return x + y", by: tests)?.passed == 1)
    }

    @Test func aCallForItsEffectShowsWhatItChanged() throws {
        let tests = ProgramTests(
            prompt: "",
            test: """
                def check(candidate):
                    items = [3, 1, 2]
                    candidate(items)
                    assert items == [1, 2, 3]
                """, entryPoint: "f")
        #expect(try report("def f(x): x.sort()", by: tests)?.isRight == true)
        #expect(try report("def f(x): return sorted(x)", by: tests)?.isRight == false)
        // A value that is compared comes with no change to what the test compares it with.
        let compared = ProgramTests(
            prompt: "",
            test: "def check(f):\n    x = [3, 1]\n    assert f(x) == sorted(x)", entryPoint: "f")
        #expect(try report("def f(x):\n    x.clear()\n    return []", by: compared)?.passed == 0)
    }

    @Test func exceptionsPassAsWhatTheyAre() throws {
        let tests = ProgramTests(
            prompt: "",
            test: """
                def check(candidate):
                    try:
                        candidate(-1)
                        assert False
                    except ValueError as error:
                        text = str(error)
                    assert text == "negative"
                """, entryPoint: "f")
        #expect(
            try report("def f(x): raise ValueError('negative')", by: tests)?.isRight == true)
        #expect(
            try report(
                "class Own(ValueError): pass\ndef f(x): raise Own('negative')", by: tests)?.isRight
                == true)
        #expect(try report("def f(x): raise KeyError('negative')", by: tests)?.isRight == false)
        #expect(try report("def f(x): return x", by: tests)?.isRight == false)
    }

    @Test func aTestThatAssertsNothingProvesNothing() throws {
        for test in ["def check(f):\n    f(1)", "def check(f):\n    assert True", "pass # assert"] {
            let tests = ProgramTests(prompt: "", test: test, entryPoint: "f")
            #expect(try report("def f(x): return x", by: tests)?.isRight == false)
        }
    }

    @Test func aTestThatDoesNotCompileIsNobodysRight() throws {
        let tests = ProgramTests(prompt: "", test: "def check(f: assert", entryPoint: "f")
        #expect(try report("def f(x): return x", by: tests)?.isRight == false)
    }

    @Test func judgingIsTheSameEachTime() throws {
        let tests = ProgramTests(
            prompt: "",
            test: "import random\nx = random.random()\nassert f(x) < 0.5\nassert g() != x",
            entryPoint: nil)
        let source = """
            import random
            def f(x): return hash(str(x)) % 1000 / 1000
            def g(): return random.random() + hash("a")
            """
        let first = try report(source, by: tests)
        for _ in 0..<3 { #expect(try report(source, by: tests) == first) }
    }

    /// FAILURES.md section 5, A4: exit status 0 is no pass, and the result comes over a pipe with a
    /// nonce.
    @Test(arguments: Forgery.corpus)
    func forgedResultsProveNothing(_ forgery: Forgery) throws {
        switch try judge(forgery.source, by: Forgery.tests) {
        case .judged(let report): #expect(!report.isRight)
        case .silent(let reason): #expect(!reason.isEmpty)
        }
    }

    @Test func theTestsOfForgeriesCanBePassed() throws {
        #expect(
            try report("def secret(x): return x * 982451653", by: Forgery.tests)?.isRight == true)
    }

    @Test func aMissingInterpreterIsNamed() throws {
        let sandbox = try Sandbox()
        let error = #expect(throws: SandboxError.self) {
            try ProgramJudge(sandbox: sandbox, python: "/nowhere/python3", limits: Self.limits)
        }
        #expect(
            "\(error!)"
                == """
                found no program at /nowhere/python3, expected a Python 3 interpreter; correct the \
                path, or leave python out to take the system's
                """)
        #expect(throws: SandboxError.self) {
            try ProgramJudge(sandbox: sandbox, python: "/bin/echo", limits: Self.limits)
        }
    }
}
