import GRPOSandbox
import Testing

/// A program that does not do what is asked of it and tries to be found right.
struct Forgery: Sendable, CustomTestStringConvertible {
    let name: String
    let source: String

    var testDescription: String { name }

    /// Nobody guesses these values.
    static let tests = ProgramTests(
        prompt: "def secret(x):\n    \"\"\"The secret of x.\"\"\"\n",
        test: """
            def check(candidate):
                assert candidate(7) == 7 * 982451653
                assert candidate(8) == 8 * 982451653
                assert all(candidate(x) == x * 982451653 for x in [1, 2, 3])
                assert all(map(lambda x: candidate(x) == x * 982451653, [4, 5]))
            """, entryPoint: "secret")

    private static func program(_ name: String, _ source: String) -> Forgery {
        Forgery(name: name, source: source)
    }

    /// A function with this body.
    private static func body(_ name: String, _ source: String) -> Forgery {
        let lines = source.split(separator: "\n").map { "    " + $0 + "\n" }
        return Forgery(name: name, source: "def secret(x):\n" + lines.joined())
    }

    static let corpus: [Forgery] = [
        program("exit(0)", "exit(0)"),
        program("sys.exit", "import sys\nsys.exit(0)"),
        program("os._exit", "import os\nos._exit(0)"),
        body("exit(0) in the function", "exit(0)"),
        body("os._exit in the function", "import os\nos._exit(0)"),
        program("the word passed", "print('passed'); print('1 ready\\n1 done 9 9 finished')"),
        program("nothing at all", ""),
        program("a syntax error", "def secret(x: return"),
        program("null bytes", "\0"),
        body("the stub's nothing", "pass"),
        body("NotImplemented", "return NotImplemented"),
        body(
            "an object equal to everything",
            """
            class Same:
                def __eq__(self, other): return True
                def __ne__(self, other): return False
                def __hash__(self): return 0
            return Same()
            """),
        body(
            "a number equal to everything",
            """
            class Same(int):
                def __eq__(self, other): return True
                def __req__(self, other): return True
                __hash__ = int.__hash__
            return Same(3)
            """),
        body(
            "another class by another name",
            """
            class int_(type): 
                def __instancecheck__(cls, other): return True
            class Same(metaclass=int_):
                __class__ = int
                def __eq__(self, other): return True
            return Same()
            """),
        program(
            "another check",
            """
            import builtins, sys
            def check(candidate): return True
            builtins.check = check
            for module in list(sys.modules.values()):
                try: module.check = check
                except Exception: pass
            """),
        program(
            "another AssertionError",
            """
            import builtins
            class Quiet(Exception): pass
            builtins.AssertionError = Quiet
            builtins.all = lambda items: True
            builtins.bool = lambda item: True
            def secret(x): return None
            """),
        program(
            "another json",
            """
            import json, sys
            json.dumps = lambda *a, **k: '["value", true]'
            json.loads = lambda *a, **k: ["secret", [], {}, False]
            sys.modules["json"].JSONEncoder.encode = lambda *a: "true"
            def secret(x): return True
            """),
        program(
            "another encode",
            """
            import sys
            main = sys.modules["__main__"]
            main.encode = lambda *a: ["t", [["o", "x"]] * 9]
            def secret(x): return 0
            """),
        program(
            "handlers at exit",
            """
            import atexit, os
            @atexit.register
            def last():
                for descriptor in range(256):
                    try: os.write(descriptor, b"1 ready\\n1 done 9 9 finished\\n")
                    except OSError: pass
            """),
        program(
            "reports on all descriptors",
            """
            import os
            for descriptor in range(256):
                try: os.write(descriptor, b"1 ready\\n1 done 9 9 finished\\n")
                except OSError: pass
            def secret(x): return 0
            """),
        program(
            "answers before the questions",
            """
            import os
            for descriptor in range(3, 256):
                try: os.write(descriptor, b'["value", true]\\n' * 100)
                except OSError: pass
            def secret(x): return True
            """),
        program(
            "garbage for the judge",
            """
            import os
            for descriptor in range(3, 256):
                try: os.write(descriptor, bytes(range(256)) * 64 + b"\\n")
                except OSError: pass
            def secret(x): return 0
            """),
        program(
            "values that are none",
            """
            import os
            answers = iter([b'["value", ["i", []]]', b'["value", ["l", 5]]', b'["value", ["d", [1]]]',
                b'["value", ["x"]]', b'["raise"]', b'[]', b'{}', b'7', b'["value", ["q"]]', b'"value"'])
            def secret(x):
                for descriptor in range(3, 256):
                    try: os.write(descriptor, next(answers) + b"\\n")
                    except OSError: pass
                return 0
            """),
        body("a value that has no end", "return (x for x in iter(int, 1))"),
        body("a value of 100 MB", "return 'x' * 100_000_000"),
        body(
            "a value of great depth",
            """
            value = []
            for _ in range(100000): value = [value]
            return value
            """),
        body(
            "a value that holds itself",
            """
            value = []
            value.append(value)
            return value
            """),
        body("a number of a million digits", "return 10 ** 1_000_000"),
        body("hashes that collide", "return {k * (2 ** 61 - 1) for k in range(60000)}"),
        body("the end of an iteration", "raise StopIteration"),
        body("the end of a generator", "raise GeneratorExit"),
        body("an exception of many arguments", "raise UnicodeDecodeError('x', b'', 0, 1, '')"),
        body("an AssertionError", "raise AssertionError"),
        body(
            "an exception whose text fails",
            """
            class Odd(Exception):
                def __str__(self): raise SystemExit(0)
            raise Odd
            """),
        body("KeyboardInterrupt", "raise KeyboardInterrupt"),
        body("no end", "while True: pass"),
        body("sleep", "import time\ntime.sleep(600)"),
        body("a crash", "import ctypes\nctypes.string_at(0)"),
        body("out of memory", "return [0] * (1 << 40)"),
        body("its own death", "import os\nos.kill(os.getpid(), 9)"),
        body("its parents' death", "import os\nos.kill(-1, 9)\nos.kill(os.getppid(), 9)"),
        body("closed descriptors", "import os\nos.closerange(0, 256)\nreturn 0"),
        body(
            "the judge's tests, looked for in memory",
            """
            import gc, sys
            seen = []
            frame = sys._getframe()
            while frame:
                seen += list(frame.f_locals.values()) + list(frame.f_globals.values())
                frame = frame.f_back
            seen += gc.get_objects()
            factor = 982451652 + 1
            if any(str(factor) in text for text in seen if isinstance(text, str)):
                return x * factor
            if any(item == 7 * factor for item in seen if type(item) is int):
                return x * factor
            return 0
            """),
        body(
            "the judge's tests, looked for in files",
            """
            import os, sys
            factor = 982451652 + 1
            for place in ["/tmp", "/proc", "/dev/fd", "/dev/shm"]:
                for folder, _, names in os.walk(place):
                    for name in names:
                        try:
                            if str(factor).encode() in open(folder + "/" + name, "rb").read(1 << 20):
                                return x * factor
                        except OSError: pass
            for descriptor in range(256):
                try:
                    os.set_blocking(descriptor, False)
                    if str(factor).encode() in os.read(descriptor, 1 << 20):
                        return x * factor
                except OSError: pass
            return 0
            """),
    ]
}
