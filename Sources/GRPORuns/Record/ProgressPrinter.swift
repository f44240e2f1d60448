import Foundation

/// Shows how far a run is, on standard error: on a terminal one line that is redrawn, elsewhere a
/// line where nothing else was said for a while.
package final class ProgressPrinter {
    private let isTerminal: Bool
    private let interval: Double
    private let now: () -> Double
    private let write: (String) -> Void
    private var lastShown: Double
    private var pending: String?
    private var lineIsOpen = false

    /// Prints to standard error; colours and cursor movement only where that is a terminal.
    package convenience init() {
        let dumb = ProcessInfo.processInfo.environment["TERM"] == "dumb"
        let isTerminal = isatty(STDERR_FILENO) != 0 && !dumb
        self.init(
            isTerminal: isTerminal, interval: isTerminal ? 0.1 : 30,
            now: { ProcessInfo.processInfo.systemUptime },
            // Where standard error is gone, the work goes on.
            write: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })
    }

    /// - Parameters:
    ///   - interval: the least time between two updates, in seconds.
    ///   - now: a clock that never runs backwards, in seconds.
    package init(
        isTerminal: Bool, interval: Double, now: @escaping () -> Double,
        write: @escaping (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.interval = interval
        self.now = now
        self.write = write
        lastShown = isTerminal ? -.infinity : now()
    }

    /// The current state of the work, one line. It is shown now or with a later update.
    package func update(_ text: String) {
        let time = now()
        pending = TerminalText.sanitized(text, keepingNewlines: false)
        guard time - lastShown >= interval else { return }
        lastShown = time
        show()
    }

    /// A line that stays, such as a stage's result.
    package func say(_ text: String) {
        if lineIsOpen { write("\r\u{1B}[K") }
        lineIsOpen = false
        pending = nil
        if !isTerminal { lastShown = now() }
        write(TerminalText.sanitized(text) + "\n")
    }

    /// Ends the work: what was in progress is gone from the screen, what was said stays.
    package func finish() {
        if lineIsOpen { write("\r\u{1B}[K") }
        lineIsOpen = false
        pending = nil
    }

    private func show() {
        guard let text = pending else { return }
        pending = nil
        if isTerminal {
            // Longer than the terminal is wide, the line could not be redrawn.
            write("\r\u{1B}[K" + text.prefix(Self.columns - 1))
            lineIsOpen = true
        } else {
            write(text + "\n")
        }
    }

    private static var columns: Int {
        var size = winsize()
        let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
        return known ? Int(size.ws_col) : 80
    }
}
