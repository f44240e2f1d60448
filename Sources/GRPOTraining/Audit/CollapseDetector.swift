/// Finds the step at which reward, KL, entropy or gradient norm break away from where they were.
///
/// A number is compared with the median m and the spread s (1.4826 times the median absolute
/// deviation, the standard deviation of a normal distribution) of the last 20 steps before it; those
/// that stand out do not enter. It stands out
///
///     reward     below m - max(8 s, 0.3 |m|, 0.05)
///     kl         above m + max(8 s, 9 |m|, 0.2)
///     entropy    above m + max(8 s, 2 |m|, 0.25), or below m / 10 and 0.02 while the reward falls
///     grad_norm  above m + max(8 s, 9 |m|, 1)
///
/// where with fewer than five steps before it the distances are twice as large, for the reward
/// 0.7 |m|; and it has broken away at the second step in a row; a number that is not finite, or an
/// update skipped for such a gradient, at once. A reward that appears or goes changes what the total
/// means: its history then begins anew. The factors leave alone 57 stages of the shipped recipes, 4384
/// steps in all: k3 has a heavy tail, and a policy that learns loses entropy.
package struct CollapseDetector: Sendable {
    /// What follows a collapse: the recipe key `collapse`.
    package enum Policy: String, Codable, Sendable, CaseIterable {
        case report, stop, off
    }

    package struct Finding: Sendable, Equatable {
        package var metric: String
        /// The step at which it broke away, counted from 1.
        package var step: Int
        package var value: Double
        /// The median of the steps before; nil where there is none to compare with.
        package var median: Double?
    }

    package static let metrics = ["reward", "kl", "entropy", "grad_norm"]
    /// Steps whose numbers are compared with.
    package static let window = 20
    /// Steps from which on they are trusted.
    private static let trusted = 5
    /// After a finding, nothing is found for so many steps: a collapse is told once.
    private static let rest = 20

    private var history: [String: [Double]] = [:]
    private var streak: [String: (since: Int, median: Double)] = [:]
    private var components: Set<String> = []
    private var restsUntil = 0

    package init() {}

    /// Takes the numbers of the next step.
    ///
    /// - Returns: what has broken away with it; empty as a rule.
    package mutating func step(
        _ step: Int, _ metrics: [(name: String, value: Double)]
    ) -> [Finding] {
        let values = Dictionary(metrics.map { ($0.name, $0.value) }) { first, _ in first }
        let components = Set(
            values.keys.filter { $0.hasPrefix("rewards/") && $0.hasSuffix("/mean") })
        if components != self.components {
            history["reward"] = []
            streak["reward"] = nil
        }
        self.components = components
        let rewards = history["reward"] ?? []
        let isFalling =
            !rewards.isEmpty
            && (values["reward"] ?? 0) < 0.9 * Self.median(rewards)
        var found: [Finding] = []
        for name in Self.metrics {
            guard let value = values[name] else { continue }
            guard value.isFinite else {
                found.append(Finding(metric: name, step: step, value: value, median: nil))
                continue
            }
            let before = history[name] ?? []
            guard !before.isEmpty,
                Self.standsOut(name, value, among: before, rewardIsFalling: isFalling)
            else {
                streak[name] = nil
                remember(value, name)
                continue
            }
            guard let (since, median) = streak[name] else {
                streak[name] = (step, Self.median(before))
                continue
            }
            found.append(Finding(metric: name, step: since, value: value, median: median))
            // What stays where it went is where it is from now on.
            remember(value, name)
        }
        if values["skipped_update"] != nil {
            found.append(Finding(metric: "grad_norm", step: step, value: .nan, median: nil))
        }
        guard !found.isEmpty, step >= restsUntil else { return [] }
        restsUntil = step + Self.rest
        return found
    }

    private mutating func remember(_ value: Double, _ name: String) {
        history[name] = Array(((history[name] ?? []) + [value]).suffix(Self.window))
    }

    private static func standsOut(
        _ name: String, _ value: Double, among before: [Double], rewardIsFalling: Bool
    ) -> Bool {
        let m = median(before)
        let s = 1.4826 * median(before.map { abs($0 - m) })
        let isEarly = before.count < trusted
        let factor = isEarly ? 2.0 : 1
        switch name {
        case "reward":
            return value < m - max(8 * s, (isEarly ? 0.7 : 0.3) * abs(m), 0.05 * factor)
        case "kl": return value > m + factor * max(8 * s, 9 * abs(m), 0.2)
        case "grad_norm": return value > m + factor * max(8 * s, 9 * abs(m), 1)
        default:
            return value > m + factor * max(8 * s, 2 * abs(m), 0.25)
                || value < min(m / 10, 0.02) && rewardIsFalling
        }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
