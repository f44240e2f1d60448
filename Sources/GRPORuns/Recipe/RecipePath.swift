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
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent()
        return directory.appendingPathComponent(written).standardized.path
    }
}
