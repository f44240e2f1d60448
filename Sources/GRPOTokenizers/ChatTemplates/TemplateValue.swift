/// A value while a template runs, of the kinds that Python has where they can be told apart.
enum TemplateValue {
    /// What was looked for in vain, and the message if it is used.
    case undefined(TemplateError.Problem)
    case none
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case string(TemplateText)
    case list(TemplateList)
    case tuple(TemplateList)
    case dictionary(TemplateDictionary)
    case range(TemplateRange)
    /// `dict_keys` and its like: counted and iterated, not indexed.
    case view(String, TemplateList)
    /// What filters such as `map` give: iterated once, without a length.
    case iterator(TemplateIterator)
    case namespace(TemplateNamespace)
    case loop(TemplateLoop)
    case macro(TemplateMacro)
    case method(TemplateMethod)
    case function(TemplateFunction)

    static func text(_ string: String) -> TemplateValue { .string(TemplateText(string)) }

    /// Lists and dictionaries inside one another.
    var nesting: Int {
        switch self {
        case .list(let list), .tuple(let list), .view(_, let list): list.nesting
        case .dictionary(let dictionary): dictionary.nesting
        case .iterator(let iterator): iterator.items.nesting
        case .loop(let loop): loop.items.nesting + 1
        case .method(let method): method.receiver.nesting + 1
        default: 0
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    /// Python's name of the type.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .boolean: "bool"
        case .integer: "int"
        case .float: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .range: "range"
        case .view(let kind, _): kind
        case .iterator: "generator"
        case .namespace: "Namespace"
        case .loop: "LoopContext"
        case .macro: "Macro"
        case .method: "method"
        case .function: "function"
        }
    }
}

/// The functions that every template has.
enum TemplateFunction: String, CaseIterable {
    case range
    case dict
    case namespace
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}

final class TemplateList {
    let items: [TemplateValue]
    let nesting: Int

    init(_ items: [TemplateValue]) {
        self.items = items
        nesting = 1 + items.reduce(0) { max($0, $1.nesting) }
    }
}

/// A dictionary that keeps the order of its keys.
final class TemplateDictionary {
    /// Keys are equal as in Python: `1`, `1.0` and `True` are one.
    enum Key: Hashable {
        case none
        case number(Double)
        case integer(Int)
        case string(TemplateText)

        /// nil for what cannot be a key.
        init?(_ value: TemplateValue) {
            switch value {
            case .none: self = .none
            case .boolean(let value): self = .integer(value ? 1 : 0)
            case .integer(let value): self = .integer(value)
            case .float(let value):
                self = Int(exactly: value).map { .integer($0) } ?? .number(value)
            case .string(let text): self = .string(text)
            default: return nil
            }
        }
    }

    let keys: [TemplateValue]
    let values: [TemplateValue]
    let nesting: Int
    private let indices: [Key: Int]

    /// A later value takes the place of an earlier one of the same key; keys that cannot be keys
    /// are left out, so check them first.
    init(_ pairs: some Sequence<(TemplateValue, TemplateValue)>) {
        var keys: [TemplateValue] = []
        var values: [TemplateValue] = []
        var indices: [Key: Int] = [:]
        for (key, value) in pairs {
            guard let hashed = Key(key) else { continue }
            if let index = indices[hashed] {
                values[index] = value
            } else {
                indices[hashed] = keys.count
                keys.append(key)
                values.append(value)
            }
        }
        self.keys = keys
        self.values = values
        self.indices = indices
        nesting =
            1
            + max(
                values.reduce(0) { max($0, $1.nesting) }, keys.reduce(0) { max($0, $1.nesting) })
    }

    var count: Int { keys.count }

    subscript(key: TemplateValue) -> TemplateValue? {
        Key(key).flatMap { indices[$0] }.map { values[$0] }
    }

    var pairs: [(TemplateValue, TemplateValue)] { Array(zip(keys, values)) }
}

/// Python's `range`, at most `TemplateLimits.rangeLength` long.
struct TemplateRange {
    let start: Int
    let step: Int
    let count: Int

    subscript(index: Int) -> TemplateValue { .integer(start + index * step) }

    var items: [TemplateValue] { (0..<count).map { self[$0] } }
}

/// Items that are handed out once.
final class TemplateIterator {
    let items: TemplateList
    let name: String
    private var position = 0

    init(_ items: TemplateList, name: String) {
        self.items = items
        self.name = name
    }

    func takeAll() -> [TemplateValue] {
        defer { position = items.items.count }
        return Array(items.items[position...])
    }

    func takeFirst() -> TemplateValue? {
        guard position < items.items.count else { return nil }
        position += 1
        return items.items[position - 1]
    }
}

/// The one thing that a template may change.
final class TemplateNamespace {
    var attributes: [String: TemplateValue] = [:]
}

/// What `loop` tells inside a loop.
final class TemplateLoop {
    let items: TemplateList
    /// How many loops this one stands in.
    let depth: Int
    var index = 0
    var lastChanged: [TemplateValue]?

    init(_ items: TemplateList, depth: Int) {
        self.items = items
        self.depth = depth
    }
}

final class TemplateMacro {
    let definition: TemplateMacroDefinition
    /// Where it was written, whose names it sees.
    let scope: TemplateScope

    init(_ definition: TemplateMacroDefinition, scope: TemplateScope) {
        self.definition = definition
        self.scope = scope
    }
}

final class TemplateMethod {
    let receiver: TemplateValue
    let name: String

    init(_ receiver: TemplateValue, _ name: String) {
        self.receiver = receiver
        self.name = name
    }
}

/// Names and what they stand for; a name not found is looked for in the scope around.
final class TemplateScope {
    var values: [String: TemplateValue] = [:]
    private(set) var parent: TemplateScope?

    init(parent: TemplateScope?) {
        self.parent = parent
    }

    subscript(name: String) -> TemplateValue? {
        var scope: TemplateScope? = self
        while let here = scope {
            if let value = here.values[name] { return value }
            scope = here.parent
        }
        return nil
    }

    /// Lets go of everything, so that scopes and macros that hold each other are freed.
    func dissolve() {
        values = [:]
        parent = nil
    }
}
