import Foundation

extension RecipePath {
    /// `written` seen from the directory of the file at `place`; `~/` is the home directory.
    package static func absolute(_ written: String, writtenAt place: Place) -> String {
        if written == "~" || written.hasPrefix("~/") {
            return URL(fileURLWithPath: NSHomeDirectory() + written.dropFirst()).standardized.path
        }
        guard !written.hasPrefix("/"), case .file(let file, _, _) = place else {
            return URL(fileURLWithPath: written).standardized.path
        }
        // Foundation standardizes `a/../b` rightly only where the path is absolute as text.
        let working = FileManager.default.currentDirectoryPath
        let absolute = file.hasPrefix("/") ? file : working + "/" + file
        let directory = (absolute as NSString).deletingLastPathComponent
        return URL(fileURLWithPath: directory + "/" + written).standardized.path
    }
}

extension RecipePath {
    /// The last component without its extension.
    static func stem(of path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
    }

    /// The same as a plain name: what cannot be part of one becomes `-`.
    static func plainStem(of path: String) -> String {
        let plain = stem(of: path).map { character in
            RunDirectory.isPlainName("a\(character)") ? character : "-"
        }
        let name = String(String(plain).drop { $0 == "." || $0 == "-" }.prefix(100))
        return name.isEmpty ? "recipe" : name
    }
}
