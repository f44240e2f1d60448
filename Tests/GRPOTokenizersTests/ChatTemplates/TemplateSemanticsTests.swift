import GRPOTokenizers
import Testing

/// Expressions and what Jinja prints of them.
@Suite struct TemplateSemanticsTests {
    static func text(
        _ source: String, limits: TemplateLimits = TemplateLimits()
    ) throws -> String {
        try ChatTemplate(source: source, limits: limits).render(
            messages: [], addGenerationPrompt: false, now: GoldenChats.now
        ).text
    }

    static let expressions: [(String, String)] = [
        ("1 + 2 * 3", "7"), ("7 // 2", "3"), ("-7 // 2", "-4"), ("-7 % 3", "2"), ("7 / 2", "3.5"),
        ("2 ** 10", "1024"), ("2 ** 3 ** 2", "64"), ("1.0", "1.0"), ("1e16", "1e+16"),
        ("1e15", "1000000000000000.0"), ("0.0001", "0.0001"), ("0.00001", "1e-05"),
        ("0.1 + 0.2", "0.30000000000000004"), ("1e22", "1e+22"), ("123456.789", "123456.789"),
        ("true", "True"), ("none", "None"),
        ("[1, 'a', none, true, 1.5]", "[1, 'a', None, True, 1.5]"),
        ("{'a': 1, 'b': [2]}", "{'a': 1, 'b': [2]}"), ("(1,)", "(1,)"), ("(1, 2)", "(1, 2)"),
        ("['it\\'s', \"q\\\"\", 'a\\n']", "[\"it's\", 'q\"', 'a\\n']"),
        ("'a' ~ 1 ~ none", "a1None"), ("'ab' * 3", "ababab"), ("[1] + [2]", "[1, 2]"),
        ("1 < 2 < 3", "True"), ("1 < 3 < 2", "False"), ("'b' in 'abc'", "True"),
        ("3 not in [1, 2]", "True"), ("not 1 == 2", "True"), ("1 == 1.0", "True"),
        ("true == 1", "True"), ("'a' if false else 'b'", "b"), ("'a' if false", ""),
        ("'abcdef'[1:4]", "bcd"), ("'abcdef'[::-1]", "fedcba"), ("'abcdef'[-2:]", "ef"),
        ("[1, 2, 3][::2]", "[1, 3]"), ("[1, 2, 3][-1]", "3"), ("[1][5]", ""),
        ("range(3) | list", "[0, 1, 2]"), ("range(5, 0, -2) | list", "[5, 3, 1]"),
        ("' a '.strip() ~ '|'", "a|"), ("'a,b,c'.split(',')", "['a', 'b', 'c']"),
        ("'a,b,c'.split(',', 1)", "['a', 'b,c']"), ("'a,b,c'.rsplit(',', 1)", "['a,b', 'c']"),
        ("' a  b '.split()", "['a', 'b']"), ("'xxaxx'.lstrip('x')", "axx"),
        ("'abc'.startswith(('x', 'a'))", "True"), ("'aXbX'.replace('X', '-', 1)", "a-bX"),
        ("'hello world'.title()", "Hello World"), ("'{} and {b}'.format(1, b=2)", "1 and 2"),
        ("'%s is %d' % ('a', 3)", "a is 3"), ("'abc'.find('c')", "2"), ("'a' 'b'", "ab"),
        ("{'a': {'b': 1}}.a.b", "1"), ("{'items': 1}['items']", "1"),
        ("{'a': 1}.items() | list", "[('a', 1)]"), ("{'a': 1}.get('b', 2)", "2"),
        ("{'b': 1, 'A': 2} | dictsort", "[('A', 2), ('b', 1)]"),
        ("missing is defined", "False"), ("missing", ""), ("missing | default('x')", "x"),
        ("'' | default('x', true)", "x"), ("[3, 1, 2] | sort", "[1, 2, 3]"),
        ("['b', 'A'] | sort", "['A', 'b']"), ("[1, 2, 3] | sum", "6"),
        ("[1, 2] | join('-')", "1-2"),
        ("[{'a': 1}, {'a': 2}] | map(attribute='a') | list", "[1, 2]"),
        ("['a', 'b'] | map('upper') | join", "AB"), ("[1, 2, 3] | select('odd') | list", "[1, 3]"),
        ("[{'a': 1}, {'b': 2}] | selectattr('a', 'defined') | list", "[{'a': 1}]"),
        ("[1, 1, 2] | unique | list", "[1, 2]"), ("[1, 2] | first", "1"), ("[1, 2] | last", "2"),
        ("'a\\nb' | indent(2)", "a\n  b"), ("'a' | indent(2, true)", "  a"), ("3.7 | int", "3"),
        ("'12' | int + 1", "13"), ("'x' | int", "0"), ("2.5 | round", "2.0"), ("-3 | abs", "3"),
        ("3 is odd", "True"), ("'a' is string", "True"), ("{} is mapping", "True"),
        ("[] is iterable and [] is sequence", "True"), ("{'a': 1}.items() is sequence", "False"),
        ("1 is divisibleby 1", "True"), ("none is none", "True"), ("1 is number", "True"),
        ("{'a': '<é>', 'b': [1, 2.0, none]} | tojson", "{\"a\": \"<é>\", \"b\": [1, 2.0, null]}"),
        ("{'a': [1], 'b': {}} | tojson(indent=2)", "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}"),
        ("'é' | tojson(ensure_ascii=true)", "\"\\u00e9\""),
        ("{'b': 1, 'a': 2} | tojson(sort_keys=true)", "{\"a\": 2, \"b\": 1}"),
        ("'<a>' | e", "&lt;a&gt;"), ("'<' | safe + '<'", "<&lt;"),
        ("strftime_now('%d %b %Y %A %H:%M')", "04 Mar 2025 Tuesday 05:06"),
        ("dict(a=1)", "{'a': 1}"), ("'a.b'.partition('.')", "('a', '.', 'b')"),
        ("'x' is in ['x']", "True"), ("(none | selectattr('a') | list) | length", "0"),
    ]

    @Test(arguments: expressions)
    func anExpressionPrintsAsInJinja(_ expression: String, _ expected: String) throws {
        #expect(try Self.text("{{ \(expression) }}") == expected)
    }

    static let templates: [(String, String)] = [
        ("{% for i in range(4) if i % 2 %}{{ loop.index }}{{ i }}{% endfor %}", "1123"),
        ("{% for i in [] %}x{% else %}none{% endfor %}", "none"),
        (
            "{% for i in range(9) %}{% if i == 2 %}{% continue %}{% elif i == 4 %}{% break %}{% endif %}"
                + "{{ i }}{% endfor %}", "013"
        ),
        ("{% for a, b in {'x': 1}.items() %}{{ a }}={{ b }}{% endfor %}", "x=1"),
        (
            "{% for i in [1, 2, 3] %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }}"
                + "{{ ',' if not loop.last }}{% endfor %}", "<1>2,1<2>3,2<3>"
        ),
        (
            "{% set x = 1 %}{% for i in [1] %}{{ x }}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}",
            "121"
        ),
        (
            "{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}"
                + "{{ ns.n }}", "3"
        ),
        ("{% macro m(a, b='d', *, c) %}{% endmacro %}", "!"),
        (
            "{% macro m(a, b='d') %}{{ a }}{{ b }}{{ kwargs.c }}{% endmacro %}{{ m(1) }}{{ m(b=2, a=3, "
                + "c=4) }}", "1d324"
        ),
        (
            "{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
            "3210"
        ),
        ("{% macro q() %}[{{ caller() }}]{% endmacro %}{% call q() %}in{% endcall %}", "[in]"),
        ("{% set a, b = 1, 2 %}{{ b }}{{ a }}", "21"),
        ("{% set x %}a{{ 1 }}{% endset %}{{ x | upper }}", "A1"),
        ("{% filter upper %}a{{ 'b' }}{% endfilter %}", "AB"),
        ("{% with a = 1 %}{{ a }}{% endwith %}{{ a }}", "1"),
        ("a\n  {% if true %}  \n b\n  {% endif %}\nc\n", "a\n  \n b\nc"),
        ("a\n  {%- if true -%}  \n b\n  {%+ endif +%}\nc", "ab\n  \nc"),
        ("  {{- 1 -}}  \n x", "1x"), ("a {#- c -#} b", "ab"), ("a\r\nb", "a\nb"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ]

    @Test(arguments: templates)
    func aTemplateRunsAsInJinja(_ source: String, _ expected: String) throws {
        if expected == "!" {
            #expect(throws: TemplateError.self) { try Self.text(source) }
        } else {
            #expect(try Self.text(source) == expected)
        }
    }
}
