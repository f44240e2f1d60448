import Foundation
import Synchronization

/// An HTTP server on the loopback, for one test.
final class LocalServer: Sendable {
    struct Request: Sendable {
        var head: String
        var body: String
    }

    enum Reply: Sendable {
        case answer(Int, String)
        /// These bytes as they are, then the end of the connection.
        case raw(String)
        /// Piece after piece, with pauses.
        case slowly(String, pause: Double)
        /// Nothing, for so many seconds.
        case silence(Double)
    }

    let port: Int
    private let socketDescriptor: Int32
    private let seen = Mutex<[Request]>([])

    /// What was asked so far.
    var requests: [Request] { seen.withLock { $0 } }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// - Parameter reply: to the request with this number, from 0.
    init(_ reply: @escaping @Sendable (Request, Int) -> Reply) throws {
        #if canImport(Darwin)
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        port = Int(UInt16(bigEndian: address.sin_port))
        socketDescriptor = descriptor
        signal(SIGPIPE, SIG_IGN)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                guard let self else {
                    close(connection)
                    return
                }
                Thread.detachNewThread { [weak self] in
                    defer { close(connection) }
                    guard let request = Self.read(connection), let self else { return }
                    let number = self.seen.withLock { seen in
                        seen.append(request)
                        return seen.count - 1
                    }
                    Self.send(reply(request, number), to: connection)
                }
            }
        }
    }

    deinit {
        shutdown(socketDescriptor, Int32(SHUT_RDWR))
        close(socketDescriptor)
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = String(text[..<end.lowerBound])
                let length = head.lowercased().components(separatedBy: "content-length: ")
                    .dropFirst().first?.prefix { $0.isNumber }
                let body = text[end.upperBound...]
                if body.utf8.count >= Int(length ?? "0") ?? 0 {
                    return Request(head: head, body: String(body))
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private static func send(_ reply: Reply, to connection: Int32) {
        func write(_ text: String) -> Bool {
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes {
                    Foundation.write(connection, $0.baseAddress, $0.count)
                }
                guard count > 0 else { return false }
                bytes = bytes.dropFirst(count)
            }
            return true
        }
        switch reply {
        case .answer(let status, let body):
            _ = write(
                "HTTP/1.1 \(status) Said\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        case .raw(let text): _ = write(text)
        case .slowly(let piece, let pause):
            guard write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n") else { return }
            for _ in 0..<1000 {
                guard write(piece) else { return }
                Thread.sleep(forTimeInterval: pause)
            }
        case .silence(let seconds): Thread.sleep(forTimeInterval: seconds)
        }
    }
}
