import BigInt
import Foundation
import GRPOTasks
import Testing

@Suite struct CountdownGeneratorTests {
    /// Whether the numbers reach the target by any legal expression: exhaustive search over
    /// exact fractions, independent of the generator.
    private func isSolvable(_ numbers: [Rational], _ target: Rational) -> Bool {
        if numbers.count == 1 { return numbers[0] == target }
        for i in numbers.indices {
            for j in numbers.indices where j != i {
                let rest = numbers.indices.filter { $0 != i && $0 != j }.map { numbers[$0] }
                let (a, b) = (numbers[i], numbers[j])
                var results = [a - b]
                if i < j { results += [a + b, a * b] }
                if let quotient = a.divided(by: b) { results.append(quotient) }
                for result in results where isSolvable(rest + [result], target) { return true }
            }
        }
        return false
    }

    @Test func everyProblemHasASolution() {
        var random: any RandomNumberGenerator = SplitMix64(seed: 7)
        let task = Countdown()
        for index in 0..<60 {
            let split: Split = index % 4 == 0 ? .test : .train
            let problem = task.problem(index, split: split, using: &random)
            let numbers = problem.columns["numbers"]!.split(separator: " ").map { Int($0)! }
            #expect((3...4).contains(numbers.count))
            #expect(numbers.allSatisfy { (1...99).contains($0) })
            #expect((10...99).contains(Int(problem.answer)!))
            #expect(
                isSolvable(
                    numbers.map { Rational(.init($0)) }, Rational(.init(Int(problem.answer)!))))
        }
    }

    @Test func splitsAreDisjointAndTestProblemsDistinct() {
        let task = Countdown()
        let held = task.testProblems(limit: 500, seed: 0)
        #expect(held.count == 500)
        let ids = Set(held.map(\.id))
        #expect(ids.count == 500)
        #expect(Array(held.prefix(50)) == task.testProblems(limit: 50, seed: 0))
        #expect(held != task.testProblems(limit: 500, seed: 1))
        var random: any RandomNumberGenerator = SplitMix64(seed: 3)
        for index in 0..<5_000 {
            let problem = task.problem(index, split: .train, using: &random)
            #expect(StableHash.fraction(problem.id) >= 0.1)
            #expect(!ids.contains(problem.id))
        }
    }

    /// A small space is exhausted, not repeated and not searched forever.
    @Test func aSmallTestSplitComesBackShort() {
        var task = Countdown()
        (task.minNumbers, task.maxNumbers, task.maxValue) = (2, 2, 6)
        (task.minTarget, task.maxTarget, task.heldOut) = (5, 12, 0.3)
        #expect(task.problems().isEmpty)
        let held = task.testProblems(limit: 1_000, seed: 0)
        #expect((1..<100).contains(held.count))
        #expect(Set(held.map(\.id)).count == held.count)
    }

    @Test func promptStatesTheRules() {
        var random: any RandomNumberGenerator = SplitMix64(seed: 3)
        let problem = Countdown().problem(0, split: .train, using: &random)
        for part in ["exactly once", "+ - * /", "<answer>(1 + 2) / 3</answer>", problem.answer] {
            #expect(problem.prompt.contains(part))
        }
    }

    @Test func allBadOptionsAreListed() {
        var task = Countdown()
        (task.minNumbers, task.maxNumbers) = (9, 1)
        (task.minValue, task.operators, task.heldOut) = (0, "+^", 1)
        #expect(
            task.problems().map(\.key) == [
                "min_numbers", "max_numbers", "min_value", "min_numbers", "operators", "held_out",
            ])
        var impossible = Countdown()
        (impossible.operators, impossible.minValue, impossible.maxTarget) = ("+", 50, 60)
        #expect(impossible.problems().map(\.key) == ["max_target", "max_target"])
    }

    @Test func optionsRoundTripAndMergeOntoDefaults() throws {
        var task = Countdown()
        (task.maxNumbers, task.use) = (3, .atMostOnce)
        let data = try JSONEncoder().encode(task)
        #expect(try JSONDecoder().decode(Countdown.self, from: data) == task)
        let partial = Data(#"{"max_numbers": 3, "use": "at_most_once"}"#.utf8)
        #expect(try JSONDecoder().decode(Countdown.self, from: partial) == task)
    }
}
