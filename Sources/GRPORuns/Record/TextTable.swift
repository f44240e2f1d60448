/// A table in plain text: a header, a rule, rows; numbers to the right.
package struct TextTable: Sendable {
    package var header: [String]
    package private(set) var rows: [[String]] = []

    package init(_ header: [String]) {
        self.header = header
    }

    /// Programmer error: a row of another width.
    package mutating func add(_ row: [String]) {
        precondition(
            row.count == header.count,
            "a row of \(row.count) cells in a table of \(header.count) columns")
        rows.append(row)
    }

    /// Lines without their last end. Cells are made safe for a terminal.
    package var text: String {
        let cells = ([header] + rows).map { row in
            row.map { TerminalText.sanitized($0, keepingNewlines: false) }
        }
        let widths = header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let toRight = header.indices.map { column in
            !rows.isEmpty && rows.allSatisfy { Self.isNumeric($0[column]) }
        }
        var lines = cells.map { row in
            let padded = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return toRight[column] ? space + row[column] : row[column] + space
            }
            return Self.trimmed(padded.joined(separator: "  "))
        }
        lines.insert(
            widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "), at: 1)
        return lines.joined(separator: "\n")
    }

    private static func isNumeric(_ cell: String) -> Bool {
        cell.isEmpty || cell == "-" || cell.first.map { "+-.0123456789[".contains($0) } == true
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
