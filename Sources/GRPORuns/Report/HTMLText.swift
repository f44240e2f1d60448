/// Text on its way into a page.
enum HTMLText {
    /// Safe as element content and inside quotes; what could hide or turn text is visible.
    static func escaped(_ text: some StringProtocol, keepingNewlines: Bool = true) -> String {
        var result = ""
        let visible = TerminalText.sanitized(text, keepingNewlines: keepingNewlines)
        for scalar in visible.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
