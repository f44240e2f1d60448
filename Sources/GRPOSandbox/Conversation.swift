import CGRPOSandbox
import Foundation

/// Sends a program its input while reading its output, until the output ends, is too long, or time
/// is up. Neither side can block the other.
struct Conversation {
    /// How it ended.
    enum End: Sendable, Hashable {
        /// All writers have closed the output.
        case closed
        /// `stop` said so.
        case stopped
        case tooLong
        case timedOut
    }

    private(set) var output: [UInt8] = []
    private(set) var end = End.closed

    /// - Parameters:
    ///   - outputBytes: the most that is read.
    ///   - seconds: the time it may take.
    ///   - stop: sees the output after every read. It may set another number of seconds, from then
    ///     on, and stop.
    init(
        input: [UInt8], to writer: Descriptor?, from reader: Descriptor, outputBytes: Int,
        seconds: Double,
        stop: (_ output: [UInt8], _ seconds: inout Double?) -> Bool = { _, _ in
            false
        }
    ) {
        let clock = ContinuousClock()
        var deadline = clock.now + .seconds(seconds)
        var rest = input[...]
        if rest.isEmpty { writer?.close() }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let left = clock.now.duration(to: deadline)
            guard left > .zero else {
                end = .timedOut
                return
            }
            // A descriptor below 0 is passed over.
            var polled = [
                pollfd(fd: reader.number, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: rest.isEmpty ? -1 : writer?.number ?? -1, events: Int16(POLLOUT),
                    revents: 0),
            ]
            let milliseconds = Int32(min(1000, left / .milliseconds(1) + 1))
            guard poll(&polled, 2, milliseconds) > 0 else { continue }
            if polled[1].revents != 0, let writer {
                rest = Self.send(rest, writer)
                if rest.isEmpty { writer.close() }
            }
            guard polled[0].revents != 0 else { continue }
            let count = read(reader.number, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            output += buffer[..<min(count, outputBytes - output.count)]
            guard output.count < outputBytes else {
                end = .tooLong
                return
            }
            var more: Double?
            if stop(output, &more) {
                end = .stopped
                return
            }
            if let more { deadline = clock.now + .seconds(more) }
        }
    }

    /// What is left to send; nothing where nobody reads it any more.
    private static func send(
        _ bytes: ArraySlice<UInt8>, _ writer: Descriptor
    ) -> ArraySlice<UInt8> {
        let taken = bytes.withUnsafeBytes {
            grpo_sandbox_send(writer.number, $0.baseAddress, $0.count)
        }
        if taken >= 0 { return bytes.dropFirst(taken) }
        return taken == -Int(EAGAIN) || taken == -Int(EINTR) ? bytes : []
    }
}
