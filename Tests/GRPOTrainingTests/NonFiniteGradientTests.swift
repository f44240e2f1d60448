import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// A gradient that is not finite is skipped, counted and told; five in a row end the stage.
struct NonFiniteGradientTests {
    /// Runs with a NaN in the gradient of layer 0's attention output at the given steps.
    private func run(steps: Int, bad: Set<Int>) async throws -> StageSpy {
        let backend = BackendSpy(TestBackend.reference.make())
        var run = StageRun(steps: steps)
        run.backend = backend
        let spy = StageSpy()
        backend.after = { operation, results in
            guard operation == "linearBackwardWeight", results[0].shape == [8, 16],
                let step = spy.activities.last?.step, bad.contains(step)
            else { return }
            results[0].buffer(of: Double.self)[3] = .nan
        }
        return try await run.run(telling: spy).spy
    }

    @Test func aBadStepChangesNothing() async throws {
        let spy = try await run(steps: 4, bad: [2])
        #expect(spy.saved[1].weights == spy.saved[0].weights)
        #expect(spy.saved[1].firstMoment == spy.saved[0].firstMoment)
        #expect(spy.saved[1].secondMoment == spy.saved[0].secondMoment)
        #expect(spy.saved.map(\.skipped) == [0, 1, 0, 0])
        #expect(spy.saved.map(\.updates) == [1, 1, 2, 3])
        #expect(spy.saved[2].weights != spy.saved[1].weights)
        #expect(spy.values("skipped_update") == [nil, 1, nil, nil])
        #expect(spy.values("grad_norm").map { $0 == nil } == [false, true, false, false])
        #expect(spy.warnings.count == 1)
        #expect(spy.warnings[0].contains("step 2"))
        #expect(spy.warnings[0].contains("layers.0.attention.output"))
    }

    @Test func fiveInARowEndTheStage() async throws {
        let spy = try await run(steps: 12, bad: [2, 3, 4, 5, 7, 8, 9, 10])
        #expect(spy.saved.map(\.skipped) == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 0])
        await #expect {
            _ = try await run(steps: 12, bad: [4, 5, 6, 7, 8])
        } throws: { error in
            guard case TrainingError.notFinite(_, let step, let parameter) = error else {
                return false
            }
            return step == 8 && parameter == "layers.0.attention.output"
        }
    }
}
