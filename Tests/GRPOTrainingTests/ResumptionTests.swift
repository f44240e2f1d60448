import GRPOModels
import GRPOObjectives
import GRPORollouts
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// A stage that stops and goes on is the stage that did not stop.
struct ResumptionTests {
    /// Generations of four updates, a moving reference: every kind of state is in play.
    private func run(_ kind: TestBackend, steps: Int = 7) -> StageRun {
        StageRun(kind: kind, steps: steps) {
            $0.stepsPerGeneration = 2
            $0.numIterations = 2
            $0.objective.beta = 0.1
            $0.syncRefModel = true
            $0.refModelSyncSteps = 3
            $0.optimizer.lrSchedulerType = .cosine
        }
    }

    /// From every step on, also in the middle of a generation, bit for bit.
    @Test(arguments: TestBackend.available)
    func resumedEqualsUninterrupted(kind: TestBackend) async throws {
        let run = run(kind)
        let whole = try await run.run().spy
        #expect(whole.saved.map(\.step) == Array(1...7))
        #expect(
            whole.saved.map { $0.rollouts.isEmpty } == [
                false, false, false, true, false, false, false,
            ])
        for snapshot in whole.saved.dropLast() {
            let rest = try await run.run(from: snapshot).spy
            #expect(rest.saved == Array(whole.saved[snapshot.step...]))
            #expect(rest.metrics == Array(whole.metrics[snapshot.step...]))
        }
    }

    @Test func aFinishedStageHasNothingToDo() async throws {
        let run = run(.reference, steps: 2)
        let whole = try await run.run().spy
        let (spy, outcome, policy) = try await run.run(from: whole.saved.last)
        #expect(outcome == .finished)
        #expect(spy.records.isEmpty && spy.saved.isEmpty)
        #expect(policy.decoder.store.values.doubles == whole.saved.last!.weights)
    }

    /// Interrupted while sampling, the step that was begun is forgotten.
    @Test func interruptionDuringSampling() async throws {
        let run = run(.reference)
        let whole = try await run.run().spy
        let spy = StageSpy()
        spy.interrupts = { $0?.phase == "sampling" && $0?.step == 5 }
        let (_, outcome, _) = try await run.run(telling: spy)
        #expect(outcome == .interrupted(step: 4))
        #expect(spy.saved.last == whole.saved[3])
        #expect(spy.generations.count == 1)
        let rest = try await run.run(from: spy.saved.last).spy
        #expect(rest.saved.last == whole.saved.last)
    }

    /// Interrupted before the first token of the first step, there is still a state to save.
    @Test func interruptionAtTheVeryBeginning() async throws {
        let run = run(.reference)
        let spy = StageSpy()
        spy.interrupts = { _ in true }
        let (_, outcome, policy) = try await run.run(telling: spy)
        #expect(outcome == .interrupted(step: 0))
        #expect(spy.saved.count == 1)
        #expect(spy.saved[0].step == 0)
        #expect(spy.saved[0].weights == policy.decoder.store.values.doubles)
    }

    /// Interrupted while updating, the step is finished, saved and told, whatever save_steps says.
    @Test func interruptionDuringAnUpdate() async throws {
        var run = run(.reference)
        let whole = try await run.run().spy
        run.settings.saveSteps = 1000
        let spy = StageSpy()
        spy.interrupts = { $0?.phase == "updating" && $0?.step == 3 }
        let (_, outcome, _) = try await run.run(telling: spy)
        #expect(outcome == .interrupted(step: 3))
        #expect(spy.records.map(\.step) == [1, 2, 3])
        #expect(spy.saved == [whole.saved[2]])
        #expect(try await run.run(from: spy.saved[0]).spy.saved == [whole.saved[6]])
    }

    /// Interrupted while the reference scores, the generation is forgotten: kept, it would be
    /// resumed without its reference.
    @Test func interruptionDuringTheReferencePass() async throws {
        let run = run(.reference)
        let whole = try await run.run().spy
        let spy = StageSpy()
        spy.interrupts = { $0?.phase == "reference" && $0?.step == 5 }
        let (_, outcome, _) = try await run.run(telling: spy)
        #expect(outcome == .interrupted(step: 4))
        #expect(spy.activities.count { $0.phase == "reference" && $0.step == 5 } == 1)
        #expect(spy.saved.last == whole.saved[3])
        let rest = try await run.run(from: spy.saved.last).spy
        #expect(rest.saved.last == whole.saved.last)
    }

    /// Interrupted while evaluating, the stage ends soon, and the step is done again: no line of
    /// metrics lacks its evaluation.
    @Test func interruptionDuringAnEvaluation() async throws {
        var run = run(.reference)
        run.settings.evalSteps = 3
        run.evaluator = Evaluator(
            task: LetterTask(), prompt: .plain,
            settings: EvaluationSettings(problems: 6, samples: 4), maxCompletionLength: 3, seed: 1)
        let whole = try await run.run().spy
        #expect(
            whole.records.filter { $0.metrics.contains { $0.name == "evaluation/pass@1" } }
                .map(\.step) == [3, 6])
        run.settings.saveSteps = 1000
        let spy = StageSpy()
        spy.interrupts = { $0?.phase == "evaluating" }
        let (_, outcome, _) = try await run.run(telling: spy)
        #expect(outcome == .interrupted(step: 2))
        #expect(spy.activities.count { $0.phase == "evaluating" } == 1)
        #expect(spy.records.map(\.step) == [1, 2])
        #expect(spy.saved == [whole.saved[1]])
        let rest = try await run.run(from: spy.saved.last).spy
        #expect(spy.metrics + rest.metrics == whole.metrics)
        #expect(rest.saved.last == whole.saved.last)
    }

    @Test func savesAreEverySoManyStepsAndAtTheEnd() async throws {
        var run = run(.reference)
        run.settings.saveSteps = 3
        #expect(try await run.run().spy.saved.map(\.step) == [3, 6, 7])
    }
}
