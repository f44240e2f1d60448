import GRPOObjectives
import GRPOTestSupport
import GRPOTraining
import Testing

/// A limit of the completions that changes on the way.
struct LengthScheduleTests {
    private func settings(
        _ changes: [(Int, Int)], steps: Int = 10, generation: Int = 1
    ) -> GRPOSettings {
        var settings = GRPOSettings()
        settings.maxSteps = steps
        settings.stepsPerGeneration = generation
        settings.maxCompletionLength = 100
        settings.maxCompletionLengthSchedule = changes.map {
            CompletionLengthChange(step: $0.0, maxCompletionLength: $0.1)
        }
        return settings
    }

    @Test func theLimitIsThatOfTheLastChange() {
        let settings = settings([(3, 200), (5, 150)])
        let limits = (1...6).map { settings.maxCompletionLength(at: $0) }
        #expect(limits == [100, 100, 200, 200, 150, 150])
        #expect(settings.largestCompletionLength == 200)
        #expect(self.settings([]).maxCompletionLength(at: 7) == 100)
    }

    /// R1-Zero's own schedule in a run of 100 steps changes nothing and needs no memory.
    @Test func changesBeyondTheLastGenerationDoNotCount() {
        #expect(settings([(8200, 65536)]).largestCompletionLength == 100)
        #expect(settings([(10, 200)]).largestCompletionLength == 200)
        #expect(settings([(11, 200)]).largestCompletionLength == 100)
        // Generations begin at 1, 5 and 9.
        #expect(settings([(9, 200)], generation: 4).largestCompletionLength == 200)
        #expect(settings([(10, 200)], generation: 4).largestCompletionLength == 100)
        #expect(settings([], steps: 1).largestCompletionLength == 100)
    }

    @Test(
        arguments: [
            ([(1, 5)], 1), ([(0, 5)], 1), ([(3, 0)], 1), ([(3, 5), (3, 6)], 1),
            ([(5, 5), (3, 6)], 1),
            ([(-1, -1)], 2), ([(2, 1), (3, 500)], 0),
        ] as [([(Int, Int)], Int)])
    func stepsRiseAndLengthsArePositive(changes: [(Int, Int)], count: Int) {
        let found = settings(changes).problems()
        #expect(found.count == count)
        #expect(found.allSatisfy { $0.key == "max_completion_length_schedule" })
    }

    /// The change at step 4 comes in the middle of the second generation and counts from the third
    /// on; until then the run is the one without it, bit for bit.
    @Test(arguments: TestBackend.exact)
    func aGenerationKeepsItsLimit(kind: TestBackend) async throws {
        var run = StageRun(kind: kind, steps: 7) {
            $0.stepsPerGeneration = 2
            $0.objective.beta = 0.1
        }
        let plain = try await run.run().spy
        run.settings.maxCompletionLengthSchedule = [.init(step: 4, maxCompletionLength: 8)]
        let risen = try await run.run().spy
        #expect(risen.saved.prefix(4) == plain.saved.prefix(4))
        #expect(risen.saved[4] != plain.saved[4])
        let lengths = risen.generations.map { $0.rollouts.map(\.tokenIDs.count).max()! }
        #expect(lengths[0] <= 3 && lengths[1] <= 3)
        #expect(lengths[2] > 3 && lengths.allSatisfy { $0 <= 8 })

        for snapshot in risen.saved.dropLast() {
            let rest = try await run.run(from: snapshot).spy
            #expect(rest.saved == Array(risen.saved[snapshot.step...]))
        }
    }
}
