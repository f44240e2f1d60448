package import GRPOJSON

/// One line of metrics: a stage, a step of it (from 1), and flat keys in the order they were set.
package struct MetricsRecord: Sendable, Equatable {
    package var stage: String
    package var step: Int
    package private(set) var values: [JSONValue.Member] = []

    package init(stage: String, step: Int) {
        self.stage = stage
        self.step = step
    }

    /// A number, a text or a flag; setting a key again keeps its place.
    package subscript(key: String) -> JSONValue? {
        get { values.first { $0.key == key }?.value }
        set {
            let index = values.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): values[index].value = value
            case (let index?, nil): values.remove(at: index)
            case (nil, let value?): values.append(JSONValue.Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    package mutating func set(_ key: String, _ value: Double) { self[key] = .double(value) }
    package mutating func set(_ key: String, _ value: Int) { self[key] = .int(value) }
    package mutating func set(_ key: String, _ value: String) { self[key] = .string(value) }

    /// The number at a key; nil where it is absent, null or no number.
    package func number(_ key: String) -> Double? { self[key]?.number }

    /// The line as written, without its end.
    package var line: String {
        JSONValue.object(
            [
                JSONValue.Member(key: "stage", value: .string(stage)),
                JSONValue.Member(key: "step", value: .int(step)),
            ] + values
        ).text
    }
}

/// Is told of every step of a run, once its line is written.
package typealias MetricsObserver = @Sendable (MetricsRecord) -> Void
