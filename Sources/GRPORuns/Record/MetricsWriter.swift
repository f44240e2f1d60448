import Foundation
import GRPOJSON

/// Appends to a file of JSON lines, each handed whole to the system before the call returns.
package final class MetricsWriter {
    private let file: FileDescriptor

    /// Opens the file, creating it. A last line that a crash left without its end is cut.
    package init(path: String) throws(RunError) {
        file = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_APPEND)
        let data = FileManager.default.contents(atPath: path) ?? Data()
        if let last = data.last, last != UInt8(ascii: "\n") {
            let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            try file.truncate(to: end)
        }
    }

    package func append(_ record: MetricsRecord) throws(RunError) {
        try append(line: record.line)
    }

    /// Any object as one line, such as a stage's timings.
    package func append(_ value: some Encodable) throws(RunError) {
        try append(line: JSONValue(encoding: value).text)
    }

    /// Makes all lines durable: a checkpoint must not outlive the metrics before it.
    package func synchronize() throws(RunError) { try file.synchronize() }

    /// A line that could not be written whole is taken back.
    private func append(line: String) throws(RunError) {
        let length = file.length
        do throws(RunError) {
            try file.write(Array((line + "\n").utf8))
        } catch {
            if let length { try? file.truncate(to: length) }
            throw error
        }
    }
}
