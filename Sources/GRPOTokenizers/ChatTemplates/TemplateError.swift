/// Why a chat template could not be read or run, and where.
package struct TemplateError: Error, Equatable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        /// The source is not Jinja.
        case syntax(String)
        /// Jinja that is not served here.
        case unsupported(String)
        /// Something that is not defined was used as if it were.
        case undefined(String)
        /// A value of the wrong type, or outside its range.
        case value(String)
        /// The template reaches for something that is not data.
        case unsafe(String)
        /// The template refused the conversation by `raise_exception`.
        case raised(String)
        /// More steps, text or nesting than a template may use.
        case limit(String)
    }

    /// The name that the template was given.
    package let template: String
    /// Counted from 1.
    package let line: Int
    package let problem: Problem

    package init(template: String, line: Int, problem: Problem) {
        self.template = template
        self.line = line
        self.problem = problem
    }

    package var description: String {
        "\(template), line \(line): \(finding)"
    }

    private var finding: String {
        let wayOut = "use `prompt: plain`, or give the model another chat template"
        return switch problem {
        case .syntax(let found): "\(found); expected a Jinja template, \(wayOut)"
        case .unsupported(let found): "\(found) is not supported here; \(wayOut)"
        case .undefined(let found):
            "\(found); give it with the messages or as a variable, or \(wayOut)"
        case .value(let found): "\(found); the conversation may not be of its form, or \(wayOut)"
        case .unsafe(let found): "\(found); a template may use data alone, \(wayOut)"
        case .raised(let message):
            "the template refuses the conversation: \(message) (change the messages, or \(wayOut))"
        case .limit(let found): "\(found); \(wayOut)"
        }
    }
}
