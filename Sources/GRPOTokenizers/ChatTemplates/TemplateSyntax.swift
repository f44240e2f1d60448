/// An expression of a template, with the line that an error in it is reported at.
final class TemplateExpression: Sendable {
    enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case `in`
        case notIn = "not in"
    }

    enum Kind: Sendable {
        case none
        case boolean(Bool)
        case integer(Int)
        case float(Double)
        case string(TemplateText)
        case name(String)
        /// The text of the block that a filter is applied to.
        case block
        case list([TemplateExpression])
        case tuple([TemplateExpression])
        case dictionary([(key: TemplateExpression, value: TemplateExpression)])
        case attribute(TemplateExpression, String)
        case item(TemplateExpression, TemplateExpression)
        case slice(TemplateExpression?, TemplateExpression?, TemplateExpression?)
        case call(TemplateExpression, TemplateArguments)
        case filter(TemplateExpression, String, TemplateArguments)
        case test(TemplateExpression, String, TemplateArguments)
        case not(TemplateExpression)
        case negative(TemplateExpression)
        case positive(TemplateExpression)
        case and(TemplateExpression, TemplateExpression)
        case or(TemplateExpression, TemplateExpression)
        case binary(String, TemplateExpression, TemplateExpression)
        case concatenation([TemplateExpression])
        case comparison(TemplateExpression, [(Comparison, TemplateExpression)])
        case conditional(TemplateExpression, if: TemplateExpression, else: TemplateExpression?)
    }

    let kind: Kind
    let line: Int
    /// The expressions inside one another from here down.
    let depth: Int

    init(_ kind: Kind, line: Int, depth: Int) {
        self.kind = kind
        self.line = line
        self.depth = depth
    }
}

/// What is given to a function, filter or test.
struct TemplateArguments: Sendable {
    var positional: [TemplateExpression] = []
    var keyword: [(name: String, value: TemplateExpression)] = []
    /// After `*` and after `**`.
    var unpacked: TemplateExpression?
    var unpackedKeyword: TemplateExpression?

    var all: [TemplateExpression] {
        positional + keyword.map(\.value) + [unpacked, unpackedKeyword].compactMap { $0 }
    }
}

/// Where a value is put.
indirect enum TemplateTarget: Sendable {
    case name(String)
    case tuple([TemplateTarget])
    case namespace(String, attribute: String)
}

struct TemplateMacroDefinition: Sendable {
    let name: String
    let parameters: [(name: String, initial: TemplateExpression?)]
    let body: [TemplateStatement]
    /// The names in the body, by which Jinja sees whether `varargs`, `kwargs` and `caller` are
    /// wanted.
    let names: Set<String>
    let line: Int
}

struct TemplateStatement: Sendable {
    indirect enum Kind: Sendable {
        case text(TemplateText)
        case output(TemplateExpression)
        case conditional(
            [(condition: TemplateExpression, body: [TemplateStatement])],
            otherwise: [TemplateStatement])
        case loop(
            TemplateTarget, over: TemplateExpression, where: TemplateExpression?,
            body: [TemplateStatement], otherwise: [TemplateStatement])
        case set(TemplateTarget, TemplateExpression)
        case setBlock(TemplateTarget, TemplateExpression, body: [TemplateStatement])
        case macro(TemplateMacroDefinition)
        case call(TemplateMacroDefinition, TemplateExpression)
        case filterBlock(TemplateExpression, body: [TemplateStatement])
        case with([(TemplateTarget, TemplateExpression)], body: [TemplateStatement])
        case generation([TemplateStatement])
        case breakLoop
        case continueLoop
    }

    let kind: Kind
    let line: Int
}
