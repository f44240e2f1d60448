import GRPOTraining

// For people: a table and a ranking in words.
extension StudyTable {
    package static let header = [
        "arm", "pass@1", "95% interval", "difference", "95% interval", "p (Holm)", "detectable",
        "greedy", "format", "length", "hack gap", "training",
    ]

    /// The cells of ``header``.
    package func cells(_ row: Row) -> [String] {
        let isReference = row.name == reference.name
        return [
            row.control ? "control: \(row.name)" : row.name, ShortNumber.fixed(row.mean),
            EvaluationResult.bounds(row.interval),
            isReference ? "reference" : row.difference.map { Self.signed($0.mean) } ?? "-",
            Self.bounds(row.difference?.interval),
            row.holm.map(Self.probability) ?? "-",
            ShortNumber.fixed(row.detectable), ShortNumber.fixed(row.greedy),
            ShortNumber.fixed(row.format), ShortNumber.fixed(row.meanLength, decimals: 1),
            row.hackGap.map(Self.signed) ?? "-",
            row.seconds.map(ShortNumber.duration) ?? "-",
        ]
    }

    private static func bounds(_ interval: ClosedRange<Double>?) -> String {
        interval.map { "[\(signed($0.lowerBound)), \(signed($0.upperBound))]" } ?? "-"
    }

    static func signed(_ value: Double) -> String {
        (value >= 0 ? "+" : "") + ShortNumber.fixed(value)
    }

    private static func probability(_ value: Double) -> String {
        value < 0.001 ? "<0.001" : ShortNumber.fixed(value)
    }

    /// For a terminal.
    package var text: String {
        var table = TextTable(Self.header)
        for row in rows { table.add(cells(row)) }
        return ([table.text, ""] + ranking).joined(separator: "\n")
    }

    /// For a page in Markdown.
    package var markdown: String {
        let lines = [Self.header, Self.header.map { _ in "---" }] + rows.map(cells)
        return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
            + "\n\n" + ranking.joined(separator: "\n\n") + "\n"
    }

    // MARK: Ranking

    /// Against the reference, better arms first: what can be told apart from it, and what cannot.
    /// Arms of one line were not tested against each other.
    package var ranking: [String] {
        let arms = rows.dropFirst().filter { !$0.control }.sorted { $0.mean > $1.mean }
        func named(_ verdict: Row.Verdict) -> [Row] { arms.filter { $0.verdict == verdict } }
        var lines: [String] = []
        let (better, equal) = (named(.better), named(.noDifference))
        if !better.isEmpty {
            lines.append(
                "Better than \(reference.name): " + better.map(described).joined(separator: "; "))
        }
        if !equal.isEmpty {
            lines.append(
                "No difference from \(reference.name): "
                    + equal.map(described).joined(separator: "; ") + Self.reach(of: equal))
        }
        let worse = named(.worse)
        if !worse.isEmpty {
            lines.append(
                "Worse than \(reference.name): " + worse.map(described).joined(separator: "; "))
        }
        let unanimous = named(.unanimous)
        if !unanimous.isEmpty {
            lines.append(
                "Not tested against \(reference.name), for want of a deviation: "
                    + unanimous.map { "\($0.name), \(Self.words($0, .unanimous))" }
                    .joined(separator: "; "))
        }
        let untested = named(.untested)
        if !untested.isEmpty {
            lines.append(
                "Not tested, for want of seeds: "
                    + untested.map { "\($0.name) \(ShortNumber.fixed($0.mean))" }
                    .joined(separator: "; "))
        }
        return lines + controls
    }

    /// What rows without a difference can have missed.
    private static func reach(of rows: [Row]) -> String {
        let found = rows.compactMap { row in
            row.detectable.flatMap { size in row.remaining.map { (size: size, left: $0) } }
        }
        guard let largest = found.max(by: { $0.size < $1.size }) else { return "" }
        let size = ShortNumber.fixed(largest.size)
        let level =
            largest.left == 1
            ? "at the level 0.05"
            : "at the level 0.05 / \(largest.left) that Holm's correction leaves"
        return "; a true difference below \(size) can have been missed (at \(size) these seeds "
            + "find it 4 times in 5, \(level))"
    }

    /// A verdict, and of seeds that agree on what.
    private static func words(_ row: Row, _ verdict: Row.Verdict) -> String {
        guard verdict == .unanimous, let difference = row.difference else {
            return words(verdict)
        }
        return "all \(difference.values.count) seeds differ by exactly \(signed(difference.mean))"
    }

    private func described(_ row: Row) -> String {
        guard let difference = row.difference else { return row.name }
        return "\(row.name) \(Self.signed(difference.mean)) \(Self.bounds(difference.interval))"
    }

    /// Whether the reference is what its reward made of it.
    private var controls: [String] {
        let controls = rows.filter(\.control)
        guard !controls.isEmpty else { return [] }
        return [
            "Controls against \(reference.name): "
                + controls.map { row in
                    let verdict = row.verdict.map { Self.words(row, $0) } ?? "not compared"
                    return "\(row.name) \(ShortNumber.fixed(row.mean)), \(verdict)"
                }.joined(separator: "; ")
        ]
    }
}
