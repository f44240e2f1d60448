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
