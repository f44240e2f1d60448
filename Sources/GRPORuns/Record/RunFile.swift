import GRPOCheckpoints

/// Whole files of a run, written so that a reader sees the old one or the new one and never a part.
package enum RunFile {
    /// Writes text as `AtomicFile` does, with an error that speaks of the run.
    package static func write(_ text: String, to path: String) throws(RunError) {
        do {
            try AtomicFile.write(text, to: path)
        } catch .system(_, let action, let cause) {
            throw RunError(
                .failure, path: path, "cannot \(action) it: \(cause)",
                remedy: "\(cause.remedy), then use --resume")
        } catch {
            throw RunError(
                .failure, path: path, "could not be written: \(error)",
                remedy: "choose another --output")
        }
    }
}
