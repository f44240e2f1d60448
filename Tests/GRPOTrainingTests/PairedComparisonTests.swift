import GRPOTasks
import GRPOTraining
import Testing

@Suite struct PairedComparisonTests {
    /// One problem for each list of verdicts.
    private func samples(
        _ stage: String, _ verdicts: [[Bool]], measure: [[Double?]]? = nil
    ) -> EvaluationSamples {
        EvaluationSamples(
            stage: stage, task: "digit",
            sampling: .init(temperature: 1, topP: 1, maxCompletionLength: 3),
            problems: verdicts.enumerated().map { index, right in
                EvaluatedProblem(
                    problem: Problem(id: "\(index)", prompt: "?", answer: "\(index)"), asked: "?",
                    completions: right.map { _ in
                        Completion(text: "x", tokenCount: 1, finishReason: .stop)
                    },
                    answers: right.map { _ in nil }, isRight: right,
                    measures: measure.map {
                        [EvaluatedProblem.Measure(name: "taste", values: $0[index])]
                    } ?? [])
            })
    }

    @Test func differencesByHand() throws {
        let one = samples("new", [[true, true], [true, false], [false, false], [true, true]])
        let other = samples(
            "old", [[false, true], [true, false], [false, true], [false, false]])
        let found = try PairedComparison(one, against: other)
        // Differences 0.5, 0, -0.5, 1: mean 0.25, sample variance 5/12.
        #expect(abs(found.difference - 0.25) < 1e-15)
        let spread = 1.959963984540054 * (5.0 / 12 / 4).squareRoot()
        #expect(abs(found.interval.lowerBound - (0.25 - spread)) < 1e-15)
        #expect(abs(found.interval.upperBound - (0.25 + spread)) < 1e-15)
        #expect((found.wins, found.losses, found.ties) == (2, 1, 1))
        // Three coins: 2 or more of a kind always.
        #expect(abs(found.signTest - 1) < 1e-12)
        #expect((found.stage, found.against, found.problems) == ("new", "old", 4))
        // The other way round everything is negated.
        let back = try PairedComparison(other, against: one)
        #expect(back.difference == -found.difference)
        #expect((back.wins, back.losses) == (found.losses, found.wins))
    }

    @Test func theSameSamplesDoNotDiffer() throws {
        let one = samples("a", [[true], [false], [true]])
        let found = try PairedComparison(one, against: one)
        #expect(found.difference == 0)
        #expect((found.wins, found.losses, found.ties) == (0, 0, 3))
        #expect(found.signTest == 1)
        #expect(found.interval.contains(0))
    }

    /// The order of the problems does not matter; other problems do.
    @Test func problemsAreMatchedByName() throws {
        let one = samples("a", [[true], [false], [true]])
        var other = samples("b", [[false], [false], [true]])
        other.problems.reverse()
        #expect(try PairedComparison(one, against: other).wins == 1)
        other.problems.removeLast()
        #expect {
            try PairedComparison(one, against: other)
        } throws: { error in
            guard case TrainingError.otherProblems("a", 3, "b", 2, 2) = error else { return false }
            return "\(error)".contains("a was asked 3 problems and b 2, of which 2 are the same")
        }
    }

    /// Ties are half a win, over all pairs of completions of a problem; what does not apply is
    /// left out.
    @Test func winRates() throws {
        let verdicts = [[true, true], [true, true], [true, true]]
        let one = samples("a", verdicts, measure: [[1, 0], [0.5, nil], [nil, nil]])
        let other = samples("b", verdicts, measure: [[0, 0], [0.5, 1], [1, 1]])
        let rate = try #require(PairedComparison(one, against: other).winRates.first)
        // Problem 1: 1 beats two, 0 ties with two: (2 + 1) / 4. Problem 2: a tie and a loss, 1/4.
        #expect(rate.measure == "taste")
        #expect(rate.problems == 2)
        #expect(abs(rate.rate - 0.5) < 1e-15)
        #expect(rate.interval == Interval.mean(of: [0.75, 0.25]))
    }
}
