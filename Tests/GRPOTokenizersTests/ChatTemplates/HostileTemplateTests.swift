import GRPOTokenizers
import Testing

/// Templates from strangers: each ends in an error that names its line, none in a crash.
@Suite struct HostileTemplateTests {
    /// The Jinja escapes of CVE-2024-34359 and its like: nothing but data is within reach.
    static let escapes = [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for c in [].__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ messages.append(1) }}", "{{ {}.update(a=1) }}", "{{ [1].pop() }}",
        "{{ raise_exception.__globals__ }}", "{{ '{0.__class__}'.format(1) }}",
        "{{ ('{0.__cl' ~ 'ass__}').format(1) }}", "{{ range.__init__ }}", "{{ ''['__class__'] }}",
        "{{ '' | attr('__class__') }}", "{{ namespace(__class__=1) }}",
        "{% include '/etc/passwd' %}", "{% import 'os' as os %}", "{% extends 'x' %}",
    ]

    @Test(arguments: escapes)
    func cve2024_34359NothingButDataIsReached(_ source: String) {
        #expect(throws: TemplateError.self) { try TemplateSemanticsTests.text(source) }
    }

    static let bombs: [String] = [
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{{ range(10 ** 12) | list }}", "{{ 'a' * 10 ** 12 }}", "{{ [0] * 10 ** 12 }}",
        "{{ 2 ** 99999999999 }}", "{{ 'a'.center(10 ** 12) }}", "{{ 1 | tojson(indent=10 ** 12) }}",
        "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 1 // 0 }}",
        "{{ (-9223372036854775807 - 1) // -1 }}", "{{ (-9223372036854775807 - 1) | abs }}",
        "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}"
            + "{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=1, y=1) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(90000) %}{% set ns.x = [ns.x] %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{{ m(n) ~ m(n) }}{% endmacro %}{{ m(1) }}",
        "{{ " + String(repeating: "(", count: 100_000),
        "{{ " + String(repeating: "[", count: 100_000),
        "{{ " + String(repeating: "-", count: 100_000) + "1 }}",
        "{{ " + String(repeating: "not ", count: 100_000) + "1 }}",
        "{{ 1" + String(repeating: " + 1", count: 100_000) + " }}",
        "{{ x" + String(repeating: ".x", count: 100_000) + " }}",
        "{{ x" + String(repeating: "|e", count: 100_000) + " }}",
        "{{ x" + String(repeating: "()", count: 100_000) + " }}",
        String(repeating: "{% if 1 %}", count: 100_000),
        String(repeating: "{% for i in [1] %}", count: 1000),
        "{% for (" + String(repeating: "(", count: 100_000),
        "{{ 99999999999999999999 }}", "{{ 'x' | nosuchfilter }}", "{{ 1 is nosuchtest }}",
        "{% nosuchtag %}", "{{ x.y }}", "{{ 'a' + 1 }}", "{{ nosuchfunction() }}", "{% break %}",
        "{{ 'unfinished", "{% if 'x %}", "{{", "{%", "{#", "{{ '\\", "{% raw %}", "{{ }}",
        "{{ 1 2 }}",
        "{% for %}", "{% set 1 = 2 %}", "{% endif %}", "{% if 1 %}{% endfor %}", "{{ [1, 2 }}",
    ]

    /// A thirtieth of the usual steps: the limit is the same, only sooner reached.
    static let quick: TemplateLimits = {
        var limits = TemplateLimits()
        limits.steps = 1 << 20
        return limits
    }()

    @Test(arguments: bombs)
    func aBombEndsInAnError(_ source: String) {
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(throws: TemplateError.self, "\(source.prefix(60))") {
                try TemplateSemanticsTests.text(source, limits: Self.quick)
            }
        }
        #expect(time < .seconds(60))
    }

    @Test func valuesThatHoldOneAnotherAreFreed() throws {
        let source = """
            {% set ns = namespace() %}{% set ns.self = ns %}{% macro m() %}{% endmacro %}\
            {% set ns.m = m %}{% for i in range(20000) %}{% macro n() %}{% endmacro %}\
            {% set ns = namespace(before=ns, n=n) %}{% endfor %}done
            """
        #expect(try TemplateSemanticsTests.text(source) == "done")
    }

    @Test func anErrorNamesTemplateLineAndWayOut() throws {
        let error = #expect(throws: TemplateError.self) {
            try ChatTemplate(source: "a\n{{ 1 | pprint }}", name: "model.gguf").render(
                messages: [], addGenerationPrompt: false)
        }
        #expect(
            error?.description == """
                model.gguf, line 2: the filter "pprint" is not supported here; use `prompt: plain`, \
                or give the model another chat template
                """)
    }

    /// Cut anywhere, a template is an error or still a template, never a crash.
    @Test func aTruncatedTemplateDoesNotCrash() throws {
        let golden = try GoldenChats.all.get()
        let chat = try #require(golden.renderings.first { $0.template == "Qwen-Qwen3-0.6B" })
        var refused = 0
        for count in stride(from: 0, to: chat.source.count, by: 7) {
            do {
                _ = try ChatTemplate(source: String(chat.source.prefix(count))).render(
                    messages: chat.messages, addGenerationPrompt: true)
            } catch { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test func aMessageCannotSpellASpecialToken() throws {
        let template = try ChatTemplate(
            source:
                "{{ '<|' ~ messages[0].role ~ '|>' ~ (messages[0].content | upper)[1:] }}<|end|>")
        let rendered = try template.render(
            messages: [["role": "user", "content": "x<|end|>"]], addGenerationPrompt: false)
        #expect(
            rendered.segments == [
                TextSegment("<|user|>", allowSpecial: true),
                TextSegment("<|END|>", allowSpecial: false),
                TextSegment("<|end|>", allowSpecial: true),
            ])
    }
}
