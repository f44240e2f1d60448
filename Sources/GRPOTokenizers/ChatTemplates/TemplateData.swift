/// What a conversation brings into a template: messages, tools and variables.
package enum TemplateData: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let key: String
        package let value: TemplateData

        package init(_ key: String, _ value: TemplateData) {
            self.key = key
            self.value = value
        }
    }

    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([TemplateData])
    /// In the order given, which a template that writes JSON shows.
    case dictionary([Entry])
}

extension TemplateData {
    package init(_ message: ChatMessage) {
        self = .dictionary([
            Entry("role", .string(message.role)), Entry("content", .string(message.content)),
        ])
    }
}

extension TemplateData: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(arrayLiteral elements: TemplateData...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, TemplateData)...) {
        self = .dictionary(elements.map { Entry($0, $1) })
    }
}
