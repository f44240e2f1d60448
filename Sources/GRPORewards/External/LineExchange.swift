import Foundation

/// One line to a program, one line back, within a time and a length.
struct LineExchange {
    enum Outcome {
        case line([UInt8])
        case timeout
        /// The program closed its output.
        case ended
        /// The line is longer than the limit.
        case tooLong
        /// More came than one line: what would be read next belongs to no question.
        case unasked
    }

    let child: ChildProcess
    /// The most bytes of an answer.
    let limit: Int
    /// The last bytes that the program wrote to its standard error.
    private(set) var errors: [UInt8] = []

    private static let keptErrors = 4096

    init(_ child: ChildProcess, limit: Int) {
        self.child = child
        self.limit = limit
    }

    /// Writes a line and waits for one. It reads while it writes: neither side can wait for the
    /// other to empty a full pipe.
    mutating func ask(_ request: [UInt8], seconds: Double) -> Outcome {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(seconds))
        var unsent = request[...]
        var answer: [UInt8] = []
        readErrors()
        switch read(into: &answer) {
        case .open where answer.isEmpty: break
        case .open: return .unasked
        case .ended: return .ended
        }
        while true {
            let left = deadline - clock.now
            guard left > .zero else { return .timeout }
            var watched = [
                pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: unsent.isEmpty ? -1 : child.input, events: Int16(POLLOUT), revents: 0),
            ]
            let milliseconds = Int32(min(left / .milliseconds(1) + 1, 60_000))
            guard poll(&watched, nfds_t(watched.count), milliseconds) > 0 else { continue }
            if watched[1].revents != 0 { readErrors() }
            if watched[2].revents != 0, !send(&unsent) {
                // It reads no more; what it has to say may still come.
                child.closeInput()
                unsent = []
            }
            guard watched[0].revents != 0 else { continue }
            let state = read(into: &answer)
            if let end = answer.firstIndex(of: UInt8(ascii: "\n")) {
                guard end <= limit else { return .tooLong }
                guard end == answer.count - 1, unsent.isEmpty else { return .unasked }
                return .line(Array(answer[..<end]))
            }
            guard answer.count <= limit else { return .tooLong }
            if state == .ended {
                readErrors()
                return .ended
            }
        }
    }

    /// Takes what is left on standard error of a program that has ended.
    mutating func readErrors() {
        var bytes: [UInt8] = []
        let state = Self.read(child.errors, into: &bytes, atMost: 1 << 20)
        errors = Array((errors + bytes).suffix(Self.keptErrors))
        if state == .ended { child.closeErrors() }
    }

    // MARK: - Pipes

    private enum State { case open, ended }

    private func read(into answer: inout [UInt8]) -> State {
        Self.read(child.output, into: &answer, atMost: limit + 2)
    }

    /// Reads what is there, until there are `most` bytes.
    private static func read(
        _ descriptor: Int32, into bytes: inout [UInt8], atMost most: Int
    ) -> State {
        guard descriptor >= 0 else { return .open }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < most {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 {
                return .ended
            } else if errno != EINTR {
                return errno == EAGAIN ? .open : .ended
            }
        }
        return .open
    }

    /// Writes what fits; false where nobody reads.
    private func send(_ unsent: inout ArraySlice<UInt8>) -> Bool {
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBytes {
                Foundation.write(child.input, $0.baseAddress, $0.count)
            }
            if count > 0 {
                unsent = unsent.dropFirst(count)
            } else if errno != EINTR {
                return errno == EAGAIN
            }
        }
        return true
    }
}
