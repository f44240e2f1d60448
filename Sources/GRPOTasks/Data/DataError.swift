/// What is wrong with a data file, where, and what to do.
package struct DataError: Error, Sendable, CustomStringConvertible {
    package let file: String
    /// Of the file, from 1; nil where the file as a whole is meant.
    package let line: Int?
    /// The column of the record that is meant, if one is.
    package let column: String?
    package let found: String
    package let expected: String
    package let remedy: String

    package init(
        file: String, line: Int? = nil, column: String? = nil, found: String, expected: String,
        remedy: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.found = found
        self.expected = expected
        self.remedy = remedy
    }

    /// `FILE:LINE: column 'NAME': found X, expected Y; REMEDY`
    package var description: String {
        file + (line.map { ":\($0)" } ?? "") + ": " + (column.map { "column '\($0)': " } ?? "")
            + "found \(found), expected \(expected); \(remedy)"
    }
}

/// The same of a record that does not know which file it came from.
package struct ColumnFault: Error {
    var column: String?
    var found: String
    var expected: String
    var remedy: String
    /// Whether many records may have it, so that their number says more than the first of them.
    var isCounted = false

    /// The remedy that most faults have.
    static let correct = "correct the file, or name another column with columns:"

    init(
        column: String? = nil, found: String, expected: String,
        remedy: String = ColumnFault.correct, isCounted: Bool = false
    ) {
        self.column = column
        self.found = found
        self.expected = expected
        self.remedy = remedy
        self.isCounted = isCounted
    }

    func at(_ line: Int, of file: String) -> DataError {
        DataError(
            file: file, line: line, column: column, found: found, expected: expected,
            remedy: remedy)
    }
}
