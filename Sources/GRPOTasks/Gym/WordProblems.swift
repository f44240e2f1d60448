/// Word problems in the manner of GSM8K, built step by step: somebody has things, and what happens
/// to them is told in sentences, each a step of arithmetic. Sentences with numbers that do not
/// matter (distractors) make it harder to see what is asked.
package struct WordProblems: GeneratedTask, Hashable {
    package static let name = "gsm_templates"
    package static let summary =
        "Word problems of several steps, with numbers that do not matter among the others."

    /// Fewest steps of arithmetic.
    package var minSteps = 1
    /// Most steps.
    package var maxSteps = 4
    /// Largest number in a sentence.
    package var maxValue = 20
    /// Fewest sentences whose numbers do not matter.
    package var minDistractors = 0
    /// Most such sentences.
    package var maxDistractors = 1
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case minSteps = "min_steps"
        case maxSteps = "max_steps"
        case maxValue = "max_value"
        case minDistractors = "min_distractors"
        case maxDistractors = "max_distractors"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("steps", minSteps, maxSteps, within: 1...20)
        checks.value("max_value", maxValue, within: 5...1000)
        checks.span("distractors", minDistractors, maxDistractors, within: 0...10)
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let steps = random.drawInteger(in: minSteps...maxSteps)
        let distractors = random.drawInteger(in: minDistractors...maxDistractors)
        var story = WordStory(
            random.drawInteger(below: 2) == 0 ? .things : .money, maxValue: maxValue,
            using: &random)
        for _ in 0..<steps { story.addStep(using: &random) }
        for _ in 0..<distractors { story.addDistractor(using: &random) }
        return problem(id: story.text, prompt: story.text, answer: "\(story.amount)")
    }
}
