/// Where a setting was written: the first words of every message about it.
package enum Place: Sendable, Hashable {
    /// A file as the user named it; line and column count from 1, columns in Unicode scalars.
    case file(String, line: Int, column: Int)
    /// An argument as it was given: `--set seed=1`.
    case argument(String)
    /// A fragment that the recipe names, such as a paper's preset.
    case fragment(String)
    /// The program's own defaults.
    case defaults
}

extension Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let name, let line, let column): "\(name):\(line):\(column)"
        case .argument(let text): text
        case .fragment(let name): name
        case .defaults: "defaults"
        }
    }
}

extension Place {
    /// Files in name order, then lines and columns; arguments after all files.
    static func precedes(_ left: Place, _ right: Place) -> Bool {
        switch (left, right) {
        case (.file(let a, let aLine, let aColumn), .file(let b, let bLine, let bColumn)):
            (a, aLine, aColumn) < (b, bLine, bColumn)
        case (.file, _): true
        default: false
        }
    }
}
