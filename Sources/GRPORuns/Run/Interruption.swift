import Synchronization

/// A flag that a signal handler sets and a run reads.
package final class Interruption: Sendable {
    private let flag = Atomic(false)

    package init() {}

    package func raise() { flag.store(true, ordering: .relaxed) }

    package var isRaised: Bool { flag.load(ordering: .relaxed) }
}
