import GRPOObjectives
import GRPOTraining
import Testing

struct GRPOSettingsTests {
    @Test func defaultsAreTRLs() {
        let settings = GRPOSettings()
        #expect(settings.problems().isEmpty)
        #expect(settings.numGenerations == 8)
        #expect(settings.maxCompletionLength == 512)
        #expect((settings.temperature, settings.numIterations) == (1, 1))
        #expect((settings.refModelMixupAlpha, settings.refModelSyncSteps) == (0.6, 512))
        #expect(settings.optimizer.learningRate == 1e-6)
        #expect(settings.optimizer.maxGradNorm == 1)
        #expect(settings.objective.beta == 0)
        #expect(settings.maxCompletionLengthSchedule.isEmpty)
        #expect(settings.reflectionWords.count == 10)
    }

    @Test func everythingOutOfRangeIsNamedAtOnce() {
        var settings = GRPOSettings()
        settings.maxSteps = 0
        settings.promptsPerStep = 0
        settings.numGenerations = 1
        settings.maxCompletionLength = 0
        settings.temperature = 0
        settings.stepsPerGeneration = 0
        settings.numIterations = 0
        settings.refModelMixupAlpha = 1.5
        settings.evalSteps = 0
        settings.optimizer.learningRate = -1
        let keys = Set(settings.problems().map(\.key))
        #expect(
            keys.isSuperset(of: [
                "max_steps", "prompts_per_step", "num_generations", "max_completion_length",
                "temperature", "steps_per_generation", "num_iterations", "ref_model_mixup_alpha",
                "eval_steps", "learning_rate",
            ]))
        settings = GRPOSettings()
        settings.numGenerations = 1
        settings.objective.advantageBaseline = .none
        #expect(settings.problems().allSatisfy { $0.key != "num_generations" })
    }

    @Test(arguments: [
        ("wait a moment", false), ("", false), ("<think>", false), ("7", false), ("wait,", false),
        ("Wait", true), ("don't", true), ("überprüfe", true),
    ])
    func reflectionWordsAreSingleWords(word: String, isUsable: Bool) {
        var settings = GRPOSettings()
        settings.reflectionWords.append(word)
        #expect(settings.problems().map(\.key) == (isUsable ? [] : ["reflection_words"]))
    }

    @Test func theySurviveCoding() throws {
        var settings = GRPOSettings()
        settings.evalSteps = 5
        settings.gradientCheckpointing = true
        settings.reflectionWords = ["hmm"]
        settings.maxCompletionLengthSchedule = [.init(step: 3, maxCompletionLength: 9)]
        settings.objective.epsilonHigh = 0.28
        settings.optimizer.warmupRatio = 0.1
        let data = try JSONCoding.encode(settings)
        #expect(try JSONCoding.decode(GRPOSettings.self, data) == settings)
    }
}
