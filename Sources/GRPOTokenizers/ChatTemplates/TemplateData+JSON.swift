import GRPOJSON

extension TemplateData {
    /// What a JSON text says, dictionaries in the text's order.
    /// - Throws: `TemplateError` with the line of the text that is not JSON.
    package init(json text: String, name: String = "JSON") throws(TemplateError) {
        let bytes = Array(text.utf8)
        do throws(JSONFault) {
            self.init(try JSONValue(reading: bytes))
        } catch let fault {
            let line = 1 + bytes[..<min(fault.offset, bytes.count)].count { $0 == 10 }
            throw TemplateError(
                template: name, line: line,
                problem: .value("not JSON, found \(fault.found), expected \(fault.expected)"))
        }
    }

    private init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .boolean(value)
        case .int(let value): self = .integer(value)
        case .unsigned(let value): self = .number(Double(value))
        case .double(let value): self = .number(value)
        case .float(let value): self = .number(Double(value))
        case .string(let text): self = .string(text)
        case .array(let elements): self = .list(elements.map { TemplateData($0) })
        case .object(let members):
            self = .dictionary(members.map { Entry($0.key, TemplateData($0.value)) })
        }
    }
}
