import Foundation

/// The names of a checkpoint's two files: `step-000100.h5` and `step-000100.json`.
enum CheckpointFiles {
    static func path(step: Int, in directory: String) -> String {
        (directory as NSString).appendingPathComponent(StepName.text(step) + ".h5")
    }

    /// The step that a path's last component names, or nil when it is no such name.
    static func step(of path: String) -> Int? {
        let file = (path as NSString).lastPathComponent as NSString
        guard file.pathExtension == "h5" || file.pathExtension == "json" else { return nil }
        let stem = file.deletingPathExtension
        return stem.contains(".") ? nil : StepName.step(of: stem)
    }
}
