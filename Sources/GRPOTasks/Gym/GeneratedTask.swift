/// A task whose problems are drawn by a rule, with settings of their difficulty under the names
/// that reasoning-gym gives them.
///
/// What is its own a generator says in a few lines: its options, how a problem is drawn, and
/// nothing of splits. A problem is held out where the hash of its task's name and its id, read as
/// a number in `0 ..< 1`, is below `held_out`: the splits are disjoint whatever is drawn, and for
/// the same share a problem keeps its side when the difficulty changes, so that a curriculum never
/// trains on what is evaluated. Problems that differ in the order of equal parts alone have one id.
///
/// The answer is looked for between `<answer>` and `</answer>`; the templates of a recipe's
/// `prompt:` ask for the tags, the questions do not.
package protocol GeneratedTask: ProblemSource {
    /// Share of the problems that is held out.
    var heldOut: Double { get }

    /// What is wrong with the options of its own, in the form of `problems()`.
    func optionProblems() -> [(key: String, message: String)]

    /// A problem of either split. May be called where `optionProblems()` finds nothing.
    func draw(using random: inout any RandomNumberGenerator) -> Problem
}

extension GeneratedTask {
    /// How the answers are compared.
    package var verifier: GymVerifier { GymVerifier(dataset: Self.name) }

    /// A problem in the shape of a reasoning-gym row.
    func problem(
        id: String, prompt: String, answer: String, columns: [String: String] = [:]
    ) -> Problem {
        var columns = columns
        columns[GymVerifier.datasetColumn] = Self.name
        return Problem(id: id, prompt: prompt, answer: answer, columns: columns)
    }

    /// Whether the problem of an id belongs to the test split.
    func isHeldOut(_ id: String) -> Bool {
        StableHash.fraction(Self.name + ":" + id) < heldOut
    }

    /// The first problem of a split among so many, or nil.
    private func draw(
        _ split: Split, attempts: Int, using random: inout any RandomNumberGenerator
    ) -> Problem? {
        for _ in 0..<attempts {
            let problem = draw(using: &random)
            if isHeldOut(problem.id) == (split == .test) { return problem }
        }
        return nil
    }

    package func problems() -> [(key: String, message: String)] {
        var found = optionProblems()
        // A smaller share could not be found by drawing.
        if !(0.001...0.9).contains(heldOut) {
            found.append(("held_out", "must be a share from 0.001 to 0.9, found \(heldOut)"))
        }
        guard found.isEmpty else { return found }
        for split in Split.allCases {
            var random: any RandomNumberGenerator = SplitMix64(seed: 0)
            // The smallest share is missed by 20,000 draws with probability exp(-20).
            guard draw(split, attempts: 20_000, using: &random) == nil else { continue }
            found.append(
                (
                    "held_out",
                    "20000 draws gave no problem of the \(split) split; widen the other options, "
                        + "of which there are too few problems to divide, or change held_out"
                ))
        }
        return found
    }

    package func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        guard let problem = draw(split, attempts: 10_000_000, using: &random) else {
            preconditionFailure(
                "\(Self.name) without problems in split '\(split)': \(problems())")
        }
        return problem
    }

    package func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        var random: any RandomNumberGenerator = SplitMix64(seed: seed)
        var seen: Set<String> = []
        var problems: [Problem] = []
        var repeats = 0
        while problems.count < limit, repeats < 10 * (problems.count + 100) {
            let next = problem(problems.count, split: .test, using: &random)
            if seen.insert(next.id).inserted {
                problems.append(next)
            } else {
                repeats += 1
            }
        }
        return problems
    }

    /// By the hash alone: a problem outside the difficulty of this source counts as drawable where
    /// its side is right.
    package func contains(_ problem: Problem, in split: Split) -> Bool? {
        guard let dataset = problem.columns[GymVerifier.datasetColumn] else { return nil }
        return dataset == Self.name && isHeldOut(problem.id) == (split == .test)
    }

    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        verifier.verdict(on: AnswerExtraction.tagged(in: completion), problem)
    }

    package func answer(in completion: String, to problem: Problem) -> String? {
        AnswerExtraction.tagged(in: completion).flatMap { verifier.form(of: $0, to: problem) }
    }
}
