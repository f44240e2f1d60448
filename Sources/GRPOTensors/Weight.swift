/// A matrix that products multiply by: its master values, and the copies backends derive from them.
///
/// A backend may keep packed or narrowed copies. They are keyed by `version`, so that a copy made
/// before an update cannot be used after it.
package final class Weight {
    /// `[outputs, inputs]`, the backend's parameter type.
    package let values: Tensor
    /// Counts the changes of `values`.
    package private(set) var version: UInt64 = 1
    /// What a backend derived from the values; it carries the version it was made from.
    package var copies: (any WeightCopies)?

    package init(_ values: Tensor) {
        self.values = values
    }

    package var outputs: Int { values.rows }
    package var inputs: Int { values.columns }

    /// To be called after every change of `values`.
    package func didChange() {
        version += 1
    }
}

/// Copies of a weight in a backend's own layouts.
package protocol WeightCopies: AnyObject {}
