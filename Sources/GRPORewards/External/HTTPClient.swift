import Foundation
import GRPOJSON
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends JSON to one server, with bounds on the time and on the size of what comes back. It follows
/// no redirection, which could carry a key to another host, and keeps no cookies.
final class HTTPClient: Sendable {
    /// A question as it is sent.
    struct Request: Sendable {
        var url: String
        /// JSON.
        var body: String
        /// Sent as `Authorization: Bearer`; never part of a reason.
        var key: String?
        /// Seconds for the whole answer.
        var timeout: Double
        /// The most bytes of an answer.
        var maxAnswerBytes: Int
        /// How often it is sent again where the server cannot be reached or says that it is busy
        /// or broken (429, 5xx).
        var retries: Int
    }

    /// Made with the first question: a reward that is only described opens nothing.
    private let session = Mutex<URLSession?>(nil)
    private let replies = HTTPReplies()

    deinit { session.withLock { $0?.invalidateAndCancel() } }

    private func opened() -> URLSession {
        session.withLock { session in
            if let session { return session }
            let configuration = URLSessionConfiguration.ephemeral
            configuration.urlCache = nil
            configuration.httpCookieStorage = nil
            configuration.httpMaximumConnectionsPerHost = 64
            let opened = URLSession(
                configuration: configuration, delegate: replies, delegateQueue: nil)
            session = opened
            return opened
        }
    }

    /// The bytes of an answer with status 200, or why there is none.
    func ask(_ request: Request) async -> ExternalOutcome {
        var outcome = ExternalOutcome.failure(.crash, reason: "nothing was sent")
        for attempt in 0...request.retries {
            if attempt > 0 {
                let pause = 0.2 * Double(1 << min(attempt - 1, 6))
                try? await Task.sleep(for: .seconds(pause))
            }
            let reply = await send(request)
            outcome = Self.outcome(of: reply, request)
            guard reply.isWorthRepeating else { break }
        }
        return outcome
    }

    private func send(_ request: Request) async -> HTTPReply {
        guard let url = URL(string: request.url) else { return .broken("no URL") }
        var message = URLRequest(url: url)
        message.httpMethod = "POST"
        message.httpBody = Data(request.body.utf8)
        message.timeoutInterval = request.timeout + 5
        message.setValue("application/json", forHTTPHeaderField: "Content-Type")
        message.setValue("application/json", forHTTPHeaderField: "Accept")
        if let key = request.key {
            message.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
        }
        let task = opened().dataTask(with: message)
        let identifier = task.taskIdentifier
        return await withCheckedContinuation { continuation in
            replies.expect(identifier, limit: request.maxAnswerBytes) {
                continuation.resume(returning: $0)
            }
            // URLSession's own timeouts begin anew with every byte.
            DispatchQueue.global().asyncAfter(deadline: .now() + request.timeout) {
                if self.replies.finish(identifier, .late) { task.cancel() }
            }
            task.resume()
        }
    }

    private static func outcome(of reply: HTTPReply, _ request: Request) -> ExternalOutcome {
        switch reply {
        case .answer(200, let body): .answer(body)
        case .answer(let status, let body):
            .failure(
                .crash,
                reason: "HTTP status \(status), expected 200; it says "
                    + printable(String(decoding: body.prefix(400), as: UTF8.self)))
        case .late: .failure(.timeout, reason: "no answer within \(request.timeout) s")
        case .tooLong:
            .failure(
                .malformed,
                reason: "an answer of more than \(request.maxAnswerBytes) bytes "
                    + "(max_answer_bytes)")
        case .broken(let reason): .failure(.crash, reason: reason)
        }
    }
}

/// How a request ended.
enum HTTPReply: Sendable {
    case answer(status: Int, [UInt8])
    case late
    case tooLong
    case broken(String)

    var isWorthRepeating: Bool {
        switch self {
        case .answer(let status, _): status == 429 || status >= 500
        case .broken: true
        case .late, .tooLong: false
        }
    }
}

/// Collects what servers answer, each reply given once.
private final class HTTPReplies: NSObject, URLSessionDataDelegate, Sendable {
    private struct Waiting {
        var status = 0
        var body: [UInt8] = []
        let limit: Int
        let give: @Sendable (HTTPReply) -> Void
    }

    private let waiting = Mutex<[Int: Waiting]>([:])

    func expect(_ task: Int, limit: Int, give: @escaping @Sendable (HTTPReply) -> Void) {
        waiting.withLock { $0[task] = Waiting(limit: limit, give: give) }
    }

    /// Gives the reply; false where another was given before.
    @discardableResult
    func finish(_ task: Int, _ reply: HTTPReply) -> Bool {
        guard let one = waiting.withLock({ $0.removeValue(forKey: task) }) else { return false }
        one.give(reply)
        return true
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        waiting.withLock { $0[dataTask.taskIdentifier]?.status = status }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let task = dataTask.taskIdentifier
        let isTooLong = waiting.withLock { waiting in
            guard let one = waiting[task] else { return false }
            guard one.body.count + data.count <= one.limit else { return true }
            waiting[task]?.body += data
            return false
        }
        if isTooLong, finish(task, .tooLong) { dataTask.cancel() }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        let identifier = task.taskIdentifier
        if let error {
            finish(identifier, .broken("no answer: \(error.localizedDescription)"))
            return
        }
        let status = (task.response as? HTTPURLResponse)?.statusCode
        let body = waiting.withLock { $0[identifier]?.body ?? [] }
        finish(identifier, .answer(status: status ?? 0, body))
    }
}
