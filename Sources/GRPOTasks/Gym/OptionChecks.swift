/// Gathers what is wrong with a generator's options, in the form of `problems()`.
struct OptionChecks {
    private(set) var found: [(key: String, message: String)] = []

    /// A pair of options `min_NOUN` and `max_NOUN`: each within `allowed`, in order.
    mutating func span<Value: Comparable>(
        _ noun: String, _ low: Value, _ high: Value, within allowed: ClosedRange<Value>
    ) {
        let before = found.count
        value("min_\(noun)", low, within: allowed)
        value("max_\(noun)", high, within: allowed)
        if found.count == before, low > high {
            found.append(
                ("min_\(noun)", "must not exceed max_\(noun): found \(low) and \(high)"))
        }
    }

    /// One option within `allowed`.
    mutating func value<Value: Comparable>(
        _ key: String, _ value: Value, within allowed: ClosedRange<Value>
    ) {
        guard !allowed.contains(value) else { return }
        found.append(
            (key, "must be \(allowed.lowerBound) to \(allowed.upperBound), found \(value)"))
    }

    /// A list of some of `allowed`, each once.
    mutating func some(_ key: String, _ values: [String], of allowed: [String]) {
        guard
            values.isEmpty || Set(values).count != values.count
                || !values.allSatisfy(allowed.contains)
        else { return }
        let names = allowed.joined(separator: ", ")
        found.append((key, "must be some of \(names), each once, found \(values)"))
    }

    mutating func add(_ key: String, _ message: String) { found.append((key, message)) }
}

extension RandomNumberGenerator {
    /// A number of so many decimal digits (at most 18); one digit may be 0. With a sign, any number
    /// of up to that many digits of either sign.
    mutating func drawNumber(digits: Int, signed: Bool) -> Int {
        let power = (1..<digits).reduce(1) { value, _ in value * 10 }
        let most = power * 10 - 1
        return drawInteger(in: (signed ? -most : digits == 1 ? 0 : power)...most)
    }

    /// Some of the elements, each once, in the order drawn (Fisher and Yates, stopped early).
    mutating func drawElements<Element>(_ count: Int, of elements: [Element]) -> [Element] {
        var left = elements
        for place in 0..<count {
            left.swapAt(place, place + drawInteger(below: left.count - place))
        }
        return Array(left.prefix(count))
    }
}
