import GRPORewards
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

@Suite("FAILURES, complaint 4: a collapse is found, and noise is not")
struct CollapseDetectorTests {
    /// A quiet stage of so many steps, with a heavy-tailed KL.
    private func quiet(_ steps: Int, seed: UInt64 = 1) -> [[(name: String, value: Double)]] {
        var generator = RandomStream(seed: seed, name: "quiet").generator(step: 0, slot: 0)
        return (1...steps).map { step in
            let progress = Double(step) / Double(steps)
            let spike = generator.uniform() < 0.05 ? 10.0 : 1
            return [
                ("reward", 0.4 + 0.7 * progress + 0.1 * (generator.uniform() - 0.5)),
                ("rewards/accuracy/mean", 0.4), ("kl", 0.01 * spike * generator.uniform()),
                ("entropy", 0.5 * (1 - progress) + 0.01 * generator.uniform()),
                ("grad_norm", 0.2 + 0.4 * generator.uniform()),
            ]
        }
    }

    private func findings(
        _ steps: [[(name: String, value: Double)]]
    ) -> [CollapseDetector.Finding] {
        var detector = CollapseDetector()
        return steps.enumerated().flatMap { detector.step($0 + 1, $1) }
    }

    @Test("noise, a reward that rises, an entropy that falls as it does: nothing is found")
    func noise() {
        for seed in 1...50 {
            #expect(findings(quiet(150, seed: UInt64(seed))) == [], "seed \(seed)")
        }
    }

    @Test(
        "what breaks away is found at its second step, and named by its first",
        arguments: [("reward", 0.05), ("kl", 3.0), ("entropy", 4.0), ("grad_norm", 50.0)])
    func breaks(metric: String, value: Double) {
        var steps = quiet(60)
        for step in 39..<60 {
            let place = steps[step].firstIndex { $0.name == metric }!
            steps[step][place].value = value
        }
        let found = findings(steps)
        #expect(found.map(\.metric) == [metric])
        #expect(found.first?.step == 40)
        #expect(found.first?.value == value)
        #expect(found.first?.median != nil)
    }

    @Test("one step that stands out is no collapse")
    func single() {
        var steps = quiet(60)
        for (metric, value) in [("reward", -1.0), ("kl", 9.0), ("grad_norm", 99.0)] {
            let place = steps[40].firstIndex { $0.name == metric }!
            steps[40][place].value = value
        }
        #expect(findings(steps) == [])
    }

    @Test("entropy that vanishes while the reward falls is a collapse, while it rises is learning")
    func vanishing() {
        var falling = quiet(60)
        var rising = falling
        for step in 30..<60 {
            rising[step][3].value = 0.001
            falling[step][3].value = 0.001
            falling[step][0].value = 0.5
            rising[step][0].value = 1
        }
        #expect(findings(falling).contains { $0.metric == "entropy" })
        #expect(findings(rising) == [])
    }

    @Test("a number that is not finite is found at once, and so is a skipped update")
    func notFinite() {
        var steps = quiet(30)
        steps[20][2].value = .nan
        #expect(findings(steps).map(\.metric) == ["kl"])
        #expect(findings(steps).first?.step == 21)
        steps = quiet(30)
        steps[20] = steps[20].filter { $0.name != "grad_norm" } + [("skipped_update", 1)]
        #expect(findings(steps).map(\.metric) == ["grad_norm"])
    }

    @Test("a collapse in the first steps is found against the first one")
    func early() {
        let steps = (1...6).map { step -> [(name: String, value: Double)] in
            [("reward", step == 1 ? 0.5 : 0.02), ("entropy", step == 1 ? 0.1 : 3)]
        }
        #expect(findings(steps).map(\.metric) == ["reward", "entropy"])
        #expect(findings(steps).map(\.step) == [2, 2])
    }

    @Test("a reward that begins to count begins a new history")
    func newReward() {
        var steps = quiet(60)
        for step in 30..<60 {
            steps[step][0].value -= 1
            steps[step].append(("rewards/reward_model/mean", -1))
        }
        #expect(findings(steps) == [])
    }

    @Test("a collapse is told once, not at every step that follows")
    func once() {
        var steps = quiet(60)
        for step in 30..<60 {
            steps[step][0].value = 0
            steps[step][4].value = Double(step) * 100
        }
        #expect(findings(steps).count <= 3)
    }

    @Test("the marks are the tokens that stand out, each with its place")
    func marks() {
        let rollouts = DrawnRollouts.make()
        let lengths = rollouts.map(\.tokenIDs.count)
        var start = 0
        let ranges = lengths.map { length -> Range<Int> in
            defer { start += length }
            return start..<start + length
        }
        var current = rollouts.flatMap(\.logProbabilities)
        current[ranges[4].lowerBound] -= 7
        let numbers = TokenLogProbabilities(
            logProbabilities: current, entropies: current.indices.map { Double($0) * 0.01 },
            logSumExps: current.map { _ in 0 })
        var marks = TokenMarks()
        marks.add(rollouts[...], numbers, ranges)
        let first = marks[.difference][0]
        #expect((first.group, first.sample, first.position) == (1, 1, 0))
        #expect(abs(first.value - 7) < 1e-12)
        #expect(marks[.difference].count == 1)  // The others are equal.
        #expect(marks[.entropy].count == TokenMarks.kept)
        #expect(marks[.entropy][0].position == lengths.last! - 1)
        let pulls = zip(rollouts, ranges).flatMap { rollout, range in
            range.map { abs(rollout.advantage) * (1 - Scalar.exp(current[$0])) }
        }.sorted(by: >)
        #expect(marks[.pull].map(\.value) == Array(pulls.prefix(TokenMarks.kept)))
        #expect(marks[.kl].map(\.value) == marks[.kl].map(\.value).sorted(by: >))
    }
}
