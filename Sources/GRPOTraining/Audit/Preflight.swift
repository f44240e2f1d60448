import GRPORewards

/// What a run is told before its first update: whether its rewards can be earned, and whether the
/// policy's first samples hold anything to learn from.
///
/// It looks at the completions of the first generation, which training uses anyway, and at the true
/// answers of `GoldCheck.size` training problems: no random number of the training changes, and
/// nothing is sampled for its sake.
///
/// A run is hopeless, and refused, for reasons that more steps do not cure:
///
/// - true answers that the accuracy reward does not pay: some of those checked, or all of them while
///   the policy has no right completion either;
/// - half or more of the true answers ungradable;
/// - no group with variance and no right completion, where rewards for form cannot be earned by any
///   right answer, or only above `max_completion_length` tokens; where 95% of at least 64 completions
///   are truncated (nobody reached an answer); or where there are at least 256 completions (the
///   chance of a reward is below 1.2% with 95% confidence, by the rule of three).
///
/// A smaller sample without variance is a warning: a base model may find its first reward later.
package struct Preflight: Codable, Sendable, Equatable {
    package enum Verdict: String, Codable, Sendable {
        case ok, warn, hopeless
    }

    package struct Finding: Codable, Sendable, Equatable {
        package var measure: String
        /// A share, unless the measure says otherwise; nil where it could not be taken.
        package var value: Double?
        /// The value in words.
        package var found: String
        package var verdict: Verdict
        /// What to do about it; nil where all is well.
        package var remedy: String?
    }

    /// What becomes of a hopeless run: the recipe key `preflight`.
    package enum Policy: String, Codable, Sendable, CaseIterable {
        /// It ends before its first update.
        case refuse
        /// It is told and goes on.
        case warn
        /// Nothing is looked at.
        case off
    }

    package var stage: String
    package var findings: [Finding] = []

    /// The worst of the findings.
    package var verdict: Verdict {
        let verdicts = findings.map(\.verdict)
        return verdicts.contains(.hopeless) ? .hopeless : verdicts.contains(.warn) ? .warn : .ok
    }

    package var hopeless: [Finding] { findings.filter { $0.verdict == .hopeless } }

    static let truncatedShare = 0.95
    static let truncatedLeast = 64
    static let silentLeast = 256

    /// What is known before anything is sampled.
    ///
    /// - Parameter maxCompletionLength: of the first step.
    package init(stage: String, gold: GoldCheck, maxCompletionLength: Int) {
        self.stage = stage
        addGradable(gold)
        addForm(gold, maxCompletionLength, isSilent: false)
        // Where all fail, it may be the layout that is not known: the first samples will tell.
        if gold.unpaid.count < gold.checked - gold.ungradable.count { addPaid(gold, isPaid: false) }
    }

    /// What is known once the first generation has its rewards.
    package init(
        stage: String, gold: GoldCheck, maxCompletionLength: Int, sample: PreflightSample
    ) {
        self.stage = stage
        addGradable(gold)
        addPaid(gold, isPaid: sample.right > 0)
        addForm(gold, maxCompletionLength, isSilent: sample.isSilent)
        add(sample)
    }

    // MARK: - True answers

    private mutating func addGradable(_ gold: GoldCheck) {
        guard gold.checked > 0 else {
            findings.append(
                Finding(
                    measure: "gold answers", value: nil,
                    found: "the task knows no right answer to its problems", verdict: .ok))
            return
        }
        let share = Double(gold.ungradable.count) / Double(gold.checked)
        var found = Self.count(gold.ungradable.count, of: gold.checked)
        if let first = gold.ungradable.first {
            found += ", first \(first.problem): \(first.reason)"
        }
        findings.append(
            Finding(
                measure: "gold answers ungradable", value: share, found: found,
                verdict: share >= 0.5 ? .hopeless : share > 0 ? .warn : .ok,
                remedy: share == 0
                    ? nil
                    : "correct the answers, leave those problems out, or choose a verifier that "
                        + "reads them"))
    }

    private mutating func addPaid(_ gold: GoldCheck, isPaid: Bool) {
        let graded = gold.checked - gold.ungradable.count
        guard graded > 0 else { return }
        var found = Self.count(gold.unpaid.count, of: graded)
        if !gold.unpaid.isEmpty {
            found += ": " + gold.unpaid.prefix(3).joined(separator: ", ")
        }
        let isLayout = gold.unpaid.count == graded && isPaid
        findings.append(
            Finding(
                measure: "gold answers that accuracy does not pay",
                value: Double(gold.unpaid.count) / Double(graded), found: found,
                verdict: gold.unpaid.isEmpty ? .ok : isLayout ? .warn : .hopeless,
                remedy: gold.unpaid.isEmpty
                    ? nil
                    : isLayout
                        ? "the policy has right answers in another form: let the task's "
                            + "goldAnswers(to:) give it"
                        : "the verifier finds the data's own answers wrong: compare the problem's "
                            + "answer with the task's answer: and verifier: options"))
    }

    private mutating func addForm(_ gold: GoldCheck, _ limit: Int, isSilent: Bool) {
        guard !gold.forms.isEmpty else { return }
        let measure = "format reachable"
        let ifNot = isSilent ? Verdict.hopeless : .warn
        if let unreachable = gold.unreachable, gold.leastTokens == nil {
            findings.append(
                Finding(
                    measure: measure, value: 0, found: unreachable, verdict: ifNot,
                    remedy: "check prompt_opens_thought, the task's answer: and the alphabet of a "
                        + "character model"))
        } else if let least = gold.leastTokens {
            findings.append(
                Finding(
                    measure: measure, value: least <= limit ? 1 : 0,
                    found: "\(least) tokens at least, of \(limit)",
                    verdict: least <= limit ? .ok : ifNot,
                    remedy: least <= limit
                        ? nil : "raise max_completion_length well above \(least)"))
        }
    }

    // MARK: - The first generation

    private mutating func add(_ sample: PreflightSample) {
        let truncated = Double(sample.truncated) / Double(max(1, sample.completions))
        let uniform = Double(sample.uniformGroups) / Double(max(1, sample.groups))
        let ungradable = Double(sample.ungradable) / Double(max(1, sample.completions))
        let isCut =
            sample.isSilent && truncated >= Self.truncatedShare
            && sample.completions >= Self.truncatedLeast
        findings.append(
            Finding(
                measure: "completions truncated", value: truncated,
                found: Self.count(sample.truncated, of: sample.completions),
                verdict: isCut ? .hopeless : truncated >= 0.5 ? .warn : .ok,
                remedy: truncated >= 0.5
                    ? "raise max_completion_length, or ask for shorter answers" : nil))
        findings.append(
            Finding(
                measure: "completions ungradable", value: ungradable,
                found: Self.count(sample.ungradable, of: sample.completions)
                    + (sample.reason.map { ", first: \($0)" } ?? ""),
                verdict: ungradable > 0 ? .warn : .ok,
                remedy: ungradable > 0 ? "look at the rewards that give no number" : nil))
        addVariance(sample, uniform)
        addSolveRate(sample)
        for form in sample.forms {
            findings.append(
                Finding(
                    measure: "\(form.name) earned", value: form.share,
                    found: Self.percent(form.share) + " of the completions",
                    verdict: form.share == 0 ? .warn : .ok,
                    remedy: form.share == 0
                        ? "show the tags in the prompt, or begin with an sft stage that does" : nil)
            )
        }
    }

    private mutating func addVariance(_ sample: PreflightSample, _ uniform: Double) {
        let isSilent = sample.isSilent
        let remedy =
            isSilent
            ? "begin from a policy that is right now and then (an sft stage, easier problems), or "
                + "give a reward that comes in steps"
            : "raise num_generations, or choose problems that are neither too hard nor too easy"
        findings.append(
            Finding(
                measure: "groups without variance", value: uniform,
                found: Self.count(sample.uniformGroups, of: sample.groups),
                verdict: isSilent && sample.completions >= Self.silentLeast
                    ? .hopeless : uniform >= 0.5 ? .warn : .ok,
                remedy: uniform >= 0.5 ? remedy : nil))
    }

    private mutating func addSolveRate(_ sample: PreflightSample) {
        guard sample.judged > 0 else { return }
        let rate = Double(sample.right) / Double(sample.judged)
        let remedy =
            rate == 0
            ? "nothing is right yet; without another reward nothing can be learned until something is"
            : rate >= 0.95 ? "little is left to learn; choose harder problems" : nil
        findings.append(
            Finding(
                measure: "solve rate", value: rate,
                found: Self.count(sample.right, of: sample.judged) + " right",
                verdict: remedy == nil ? .ok : .warn, remedy: remedy))
    }

    private static func count(_ part: Int, of whole: Int) -> String { "\(part) of \(whole)" }

    private static func percent(_ share: Double) -> String {
        "\((share * 1000).rounded() / 10)%"
    }
}
