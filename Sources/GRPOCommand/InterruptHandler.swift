import Foundation
import GRPORuns

/// Ctrl-C, or SIGTERM as a scheduler sends it: the first time the run saves and ends, the second
/// time, of either, the process ends at once.
final class InterruptHandler {
    private static let signals = [SIGINT, SIGTERM]
    private let sources: [any DispatchSourceSignal]

    init(_ interruption: Interruption) {
        // One queue, so that two signals are never handled at once.
        let queue = DispatchQueue(label: "interruption")
        let registered = DispatchGroup()
        sources = Self.signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if interruption.isRaised { _exit(Failure.interrupted) }
                interruption.raise()
                Console.error("\nsaving; press Ctrl-C again to stop without saving")
            }
            registered.enter()
            source.setRegistrationHandler { registered.leave() }
            source.resume()
            return source
        }
        // Until then a signal would be ignored and lost.
        registered.wait()
    }

    deinit {
        for source in sources { source.cancel() }
        for number in Self.signals { signal(number, SIG_DFL) }
    }
}
