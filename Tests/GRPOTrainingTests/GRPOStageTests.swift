import GRPOModels
import GRPOObjectives
import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

struct GRPOStageTests {
    /// The loop learns: from chance to nearly always, in seconds.
    @Test func aPolicyLearnsToRepeatALetter() async throws {
        var run = StageRun(kind: TestBackend.cpu[0], steps: 120) {
            $0.promptsPerStep = 8
            $0.numGenerations = 16
            $0.saveSteps = 1000
            $0.maxNumSeqs = 256
            $0.microBatchTokens = 4096
            $0.optimizer.learningRate = 0.01
            $0.optimizer.weightDecay = 0
        }
        run.rewards = RewardSet([RewardTerm(AccuracyReward())])
        let (spy, outcome, _) = try await run.run()
        #expect(outcome == .finished)
        let rewards = spy.values("reward").map { $0! }
        let before = rewards.prefix(5).reduce(0, +) / 5
        let after = rewards.suffix(5).reduce(0, +) / 5
        #expect(before < 0.3)
        #expect(after > 0.85)
    }

    @Test func equalSeedsGiveEqualRuns() async throws {
        let run = StageRun { $0.objective.beta = 0.1 }
        let first = try await run.run().spy
        let second = try await run.run().spy
        #expect(first.metrics == second.metrics)
        #expect(first.saved == second.saved)
        var other = run
        other.seed = 2
        #expect(try await other.run().spy.metrics != first.metrics)
    }

    @Test(arguments: TestBackend.cpu)
    func threadsDoNotMatter(kind: TestBackend) async throws {
        var run = StageRun(kind: kind) { $0.objective.beta = 0.1 }
        let one = try await run.run().spy
        run.threads = 3
        let three = try await run.run().spy
        #expect(one.metrics == three.metrics)
        #expect(one.saved == three.saved)
    }

    @Test(arguments: TestBackend.exact)
    func concurrencyOfSamplingDoesNotMatter(kind: TestBackend) async throws {
        var run = StageRun(kind: kind)
        let few = try await run.run().spy
        run.settings.maxNumSeqs = 64
        #expect(try await run.run().spy.saved == few.saved)
    }

    @Test(arguments: TestBackend.cpu)
    func checkpointingDoesNotMatter(kind: TestBackend) async throws {
        var run = StageRun(kind: kind, steps: 2)
        let kept = try await run.run().spy
        run.settings.gradientCheckpointing = true
        let again = try await run.run().spy
        #expect(again.metrics == kept.metrics)
        #expect(again.saved == kept.saved)
    }

    /// No KL, no reference: neither a copy nor a pass.
    @Test func withoutBetaThereIsNoReference() async throws {
        let run = StageRun()
        #expect(try run.stage().initialState(run.policy()).reference == nil)
        let (spy, _, _) = try await run.run()
        #expect(spy.activities.allSatisfy { $0.phase != "reference" })
        #expect(
            spy.generations.allSatisfy {
                $0.rollouts.allSatisfy { $0.referenceLogProbabilities == nil }
            })
        #expect(spy.values("kl").allSatisfy { $0 == nil })
    }

    /// FAILURES 28: the reference stays as it came, and its numbers are those of the start.
    @Test func theReferenceIsFrozen() async throws {
        let run = StageRun { $0.objective.beta = 0.1 }
        let (spy, _, _) = try await run.run()
        let start = run.policy()
        let initial = start.decoder.store.values.doubles
        #expect(spy.saved.allSatisfy { $0.reference == initial })
        #expect(spy.saved.allSatisfy { $0.weights != initial })
        for generation in spy.generations {
            let scores = start.decoder.score(PackedTokens(generation.rollouts), temperature: 1)
            let recorded = generation.rollouts.flatMap { $0.referenceLogProbabilities! }
            #expect(Distance.largest(recorded, scores.logProbabilities) < 1e-12)
        }
        #expect(abs(spy.values("kl")[0]!) < 1e-12)
        #expect(spy.values("kl")[3]! > 1e-6)
    }

    @Test(arguments: [0.6, 1.0])
    func theReferenceFollowsTheFormula(alpha: Double) async throws {
        let run = StageRun(steps: 5) {
            $0.objective.beta = 0.1
            $0.syncRefModel = true
            $0.refModelMixupAlpha = alpha
            $0.refModelSyncSteps = 2
        }
        let (spy, _, _) = try await run.run()
        var expected = run.policy().decoder.store.values.doubles
        for saved in spy.saved {
            if saved.step % 2 == 0 {
                expected = zip(saved.weights, expected).map { alpha * $0 + (1 - alpha) * $1 }
            }
            #expect(Distance.largest(saved.reference!, expected) < 1e-15)
        }
    }

    /// Groups without variance: advantages of exactly 0, and nothing moves.
    @Test func equalRewardsTeachNothing() async throws {
        var run = StageRun {
            $0.optimizer.weightDecay = 0
            $0.maxCompletionLength = 2
        }
        run.rewards = RewardSet([RewardTerm(FormatReward())])  // Never earned here.
        let (spy, _, _) = try await run.run()
        #expect(spy.values("frac_reward_zero_std").allSatisfy { $0 == 1 })
        #expect(spy.values("grad_norm").allSatisfy { $0 == 0 })
        let initial = run.policy().decoder.store.values.doubles
        #expect(spy.saved.allSatisfy { $0.weights == initial })
        #expect(spy.generations[0].rollouts.allSatisfy { $0.advantage == 0 && !$0.hasSignal })
    }

    @Test func advantagesAreThoseOfTheGroups() async throws {
        var run = StageRun { $0.numGenerations = 8 }
        run.rewards = RewardSet([RewardTerm(AccuracyReward())])
        let (spy, _, _) = try await run.run()
        for generation in spy.generations {
            let rollouts = generation.rollouts
            let groups = stride(from: 0, to: rollouts.count, by: 8).map {
                Array(rollouts[$0..<$0 + 8])
            }
            for group in groups {
                let rewards = group.map { $0.reward! }
                let mean = rewards.reduce(0, +) / 8
                let variance = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
                for rollout in group {
                    #expect(rollout.problem == group[0].problem)
                    #expect((rollout.text == rollout.problem.answer) == (rollout.reward == 1))
                    let expected =
                        variance == 0
                        ? 0 : (rollout.reward! - mean) / (variance.squareRoot() + 1e-4)
                    #expect(abs(rollout.advantage - expected) < 1e-12)
                }
            }
        }
        #expect(spy.generations.contains { $0.rollouts.contains { $0.advantage > 0 } })
    }

    /// KL in the reward: β Σ k1 comes off before the advantages, and not off the logged reward.
    @Test func theKLCanEnterTheReward() async throws {
        var run = StageRun {
            $0.objective.beta = 0.5
            $0.objective.klIn = .reward
            $0.objective.klEstimator = .k1
            $0.objective.scaleRewards = .none
        }
        run.rewards = RewardSet([RewardTerm(AccuracyReward())])
        let (spy, _, _) = try await run.run()
        let rollouts = spy.generations[3].rollouts
        for start in stride(from: 0, to: rollouts.count, by: 4) {
            let group = rollouts[start..<start + 4]
            let rewards = group.map { rollout in
                rollout.reward!
                    - 0.5
                    * zip(rollout.logProbabilities, rollout.referenceLogProbabilities!)
                    .reduce(0) { $0 + $1.0 - $1.1 }
            }
            let mean = rewards.reduce(0, +) / 4
            for (rollout, reward) in zip(group, rewards) {
                #expect(abs(rollout.advantage - (reward - mean)) < 1e-12)
                #expect(rollout.reward == (rollout.text == rollout.problem.answer ? 1 : 0))
            }
        }
    }

    /// The step's numbers, recomputed from its rollouts.
    @Test func metricsAreThoseOfTheRollouts() async throws {
        let (spy, _, _) = try await StageRun().run()
        var tokens = 0.0
        for (step, (generation, metrics)) in zip(spy.generations, spy.metrics).enumerated() {
            let rollouts = generation.rollouts
            let lengths = rollouts.map { Double($0.tokenIDs.count) }
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
            func expect(_ name: String, _ value: Double) {
                #expect(abs(metrics[name]! - value) < 1e-12, "\(name)")
            }
            expect("reward", mean(rollouts.map { $0.reward! }))
            expect("rewards/accuracy/mean", mean(rollouts.map { $0.rewards["accuracy"]!! }))
            expect("rewards/random/mean", mean(rollouts.map { $0.rewards["random"]!! }))
            for rollout in rollouts {
                #expect(
                    rollout.reward
                        == rollout.rewards["accuracy"]!! + 0.5 * rollout.rewards["random"]!!)
            }
            expect("completions/mean_length", mean(lengths))
            expect("completions/min_length", lengths.min()!)
            expect("completions/max_length", lengths.max()!)
            let cut = rollouts.count { $0.tokenIDs.last != LetterPolicy.end }
            expect("completions/clipped_ratio", Double(cut) / 12)
            tokens += rollouts.reduce(0) {
                $0 + Double($1.promptIDs.count + $1.tokenIDs.count)
            }
            expect("num_tokens", tokens)
            expect("learning_rate", 0.02)
            #expect(spy.records[step].step == step + 1)
            #expect(spy.records[step].timings.contains { $0.name == "step_time" })
        }
    }

    /// FAILURES 32: an evaluation on the way neither changes training nor is changed by it.
    @Test func evaluationsLeaveTrainingAlone() async throws {
        var run = StageRun(steps: 5)
        let plain = try await run.run().spy
        run.evaluator = Evaluator(
            task: LetterTask(), prompt: .plain,
            settings: EvaluationSettings(problems: 6, samples: 4), maxCompletionLength: 3,
            seed: 1)
        run.settings.evalSteps = 2
        let spy = try await run.run().spy
        #expect(spy.saved == plain.saved)
        #expect(
            spy.values("evaluation/pass@1").map { $0 != nil } == [
                false, true, false, true, false,
            ])
        let policy = run.policy()
        policy.decoder.store.values.fill(from: spy.saved[1].weights)
        policy.decoder.store.didChange()
        let result = try run.evaluator!.run(policy, stage: "grpo")
        #expect(spy.values("evaluation/pass@1")[1] == result.passAt1)
    }

    @Test func nothingGradableEndsTheStage() async throws {
        var run = StageRun()
        run.task = LetterTask(isBroken: true)
        await #expect {
            _ = try await run.run()
        } throws: { error in
            guard case TrainingError.nothingGradable(let step, let reason) = error else {
                return false
            }
            return step == 1 && reason.contains("no answer key")
        }
    }
}
