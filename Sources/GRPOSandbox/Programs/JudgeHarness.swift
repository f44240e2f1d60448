/// What runs in the judge's sandbox: the tests, with functions that ask the program in its own
/// sandbox for values. The two share nothing but two pipes, so all that a program can do to its
/// judge is to return other values, none at all, or none in time.
///
/// The job comes on descriptor 0 as fields of `LENGTH\nBYTES`: the nonce, the seconds, the entry
/// point, the prompt, the test, and the program's sources, of which the first that compiles counts.
/// The report goes to descriptor 1; 3 asks the program and 4 hears it.
enum JudgeHarness {
    static let source =
        PythonWire.source + #"""

            import ast, builtins

            class Gone(Exception):
                pass

            class Program:
                def __init__(self, requests, answers, deadline):
                    self.requests, self.answers, self.deadline = requests, answers, deadline
                    self.heard = b""
                    self.gone = False
                    self.shows_arguments = False
                    os.set_blocking(requests, False)

                def left(self):
                    left = self.deadline - time.monotonic()
                    if left <= 0:
                        raise Gone()
                    return left

                def send(self, message):
                    data = json.dumps(message).encode() + b"\n"
                    while data:
                        select.select([], [self.requests], [], self.left())
                        self.left()
                        try:
                            data = data[os.write(self.requests, data):]
                        except BlockingIOError:
                            # Ready for less than a whole write.
                            time.sleep(0.001)

                def hear(self):
                    parts = [self.heard]
                    size = len(self.heard)
                    while b"\n" not in parts[-1]:
                        if size > LONGEST:
                            raise Gone()
                        ready, _, _ = select.select([self.answers], [], [], self.left())
                        data = os.read(self.answers, 1 << 16) if ready else b""
                        if ready and not data:
                            raise Gone()
                        parts.append(data)
                        size += len(data)
                    line, _, self.heard = b"".join(parts).partition(b"\n")
                    message = json.loads(line)
                    if type(message) is not list or not message:
                        raise Gone()
                    return message

                def ask(self, message):
                    if self.gone:
                        raise Gone()
                    try:
                        self.send(message)
                        return self.hear()
                    except Exception:
                        self.gone = True
                        raise Gone()

                def call(self, name, positional, named):
                    shows_arguments, self.shows_arguments = self.shows_arguments, False
                    answer = self.ask([
                        name, [encode(item) for item in positional],
                        {key: encode(item) for key, item in named.items()}, shows_arguments])
                    try:
                        if answer[0] == "value":
                            value = decode(answer[1])
                            if shows_arguments:
                                for mine, theirs in zip(positional, answer[2]):
                                    update(mine, decode(theirs))
                            return value
                        kind = getattr(builtins, str(answer[1]), None)
                        text = str(answer[2])
                    except Exception:
                        raise Gone()
                    # The end of an iteration would cut short what a test goes through.
                    ends = (StopIteration, StopAsyncIteration)
                    if not isinstance(kind, type) or not issubclass(kind, Exception) or (
                            issubclass(kind, ends)):
                        kind = RuntimeError
                    try:
                        error = kind(text)
                    except Exception:
                        error = RuntimeError(text)
                    raise error

                def function(self, name):
                    def call(*positional, **named):
                        return self.call(name, positional, named)
                    call.__name__ = name
                    call.asks = True
                    return call

            def update(mine, theirs):
                if type(mine) is not type(theirs):
                    return
                if type(mine) is list:
                    mine[:] = theirs
                elif type(mine) in (dict, set):
                    mine.clear()
                    mine.update(theirs)

            class Tally:
                def __init__(self):
                    self.passed = self.failed = self.known = 0

                def record(self, holds):
                    if holds:
                        self.passed += 1
                    else:
                        self.failed += 1

            class Counting(ast.NodeTransformer):
                """Makes each assertion one of many, so that a failing one does not hide the rest.
                Those whose failure the test itself may catch, and constants, stay as they are."""

                def __init__(self, tally):
                    self.tally = tally

                def visit_Try(self, node):
                    return node

                visit_TryStar = visit_Try

                def visit_Assert(self, node):
                    if isinstance(node.test, ast.Constant):
                        return node
                    self.tally.known += 1
                    def recording(test):
                        name = ast.Name("__record", ast.Load())
                        return [ast.Expr(ast.Call(name, [test], []))]
                    handler = ast.ExceptHandler(
                        ast.Name("Exception", ast.Load()), None, recording(ast.Constant(False)))
                    return ast.copy_location(
                        ast.Try(recording(node.test), [handler], [], []), node)

                def visit_Expr(self, node):
                    # A call for its effect: what it does to its arguments is what is tested.
                    if isinstance(node.value, ast.Call):
                        name = ast.Name("__showing", ast.Load())
                        call = node.value
                        call.func = ast.Call(name, [call.func], [])
                    return node

            def names(tree):
                bound, used = set(), []
                for node in ast.walk(tree):
                    if isinstance(node, ast.Name):
                        if isinstance(node.ctx, ast.Load):
                            used.append(node.id)
                        else:
                            bound.add(node.id)
                    elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                        bound.add(node.name)
                    elif isinstance(node, ast.arg):
                        bound.add(node.arg)
                    elif isinstance(node, ast.alias):
                        bound.add((node.asname or node.name).split(".")[0])
                    elif isinstance(node, ast.ExceptHandler) and node.name:
                        bound.add(node.name)
                return [name for name in used if name not in bound]

            def helpers(prompt):
                for source in (prompt, prompt.rstrip() + "\n    pass\n"):
                    space = {"__name__": "tests"}
                    try:
                        exec(compile(source, "<prompt>", "exec"), space)
                        return space
                    except Exception:
                        continue
                return {"__name__": "tests"}

            def judge(program, entry, prompt, test, tally):
                tree = ast.parse(test)
                space = helpers(prompt)
                for name in names(tree):
                    if name not in space and not hasattr(builtins, name):
                        space[name] = program.function(name)
                if entry:
                    space[entry] = program.function(entry)
                tree = ast.fix_missing_locations(Counting(tally).visit(tree))
                def showing(function):
                    if not getattr(function, "asks", False):
                        return function
                    def call(*positional, **named):
                        program.shows_arguments = True
                        return function(*positional, **named)
                    return call
                space["__record"], space["__showing"] = tally.record, showing
                exec(compile(tree, "<test>", "exec"), space)
                check = space.get("check")
                if entry and isinstance(check, types.FunctionType) and not (
                        tally.passed or tally.failed):
                    check(space[entry])

            def main():
                job, report, requests, answers = keep(0), keep(1), keep(3), keep(4)
                silence(0, 1, 2, 3, 4)
                with open(job, "rb") as file:
                    fields = []
                    while True:
                        length = file.readline()
                        if not length:
                            break
                        fields.append(file.read(int(length)).decode("utf-8", "surrogatepass"))
                nonce, seconds, entry, prompt, test = fields[:5]
                tally = Tally()
                program = Program(requests, answers, time.monotonic() + 30)
                try:
                    program.hear()
                except Exception:
                    return
                os.write(report, (nonce + " ready\n").encode())
                program.deadline = time.monotonic() + float(seconds)
                outcome = "finished"
                try:
                    import random
                    random.seed(0)
                    answer = program.ask(fields[5:])
                    if answer[0] != "value":
                        raise Gone()
                    judge(program, entry, prompt, test, tally)
                except BaseException:
                    outcome = "aborted"
                if outcome == "aborted":
                    try:
                        tree = ast.parse(test)
                        if not tally.known:
                            Counting(tally).visit(tree)
                    except Exception:
                        pass
                total = max(tally.passed + tally.failed, tally.known)
                if outcome == "finished" and not tally.failed:
                    # An assertion in a branch not taken has nothing to hold.
                    total = tally.passed
                done = "%s done %d %d %s\n" % (nonce, tally.passed, total, outcome)
                os.write(report, done.encode())

            main()
            """#
}
