import GRPOTasks
import GRPOTraining

/// One level of a stage's `curriculum`: what is asked, and when the next level begins.
///
/// ```yaml
/// curriculum:
///   - {task: {chain_sum: {max_terms: 2}}, solve_rate: 0.8}
///   - {task: {chain_sum: {max_terms: 4}}, solve_rate: 0.8, until: 200}
///   - {task: {chain_sum: {max_terms: 6}}}
/// ```
package struct CurriculumSetting: RecipeSettings {
    /// Null: the stage's.
    package var task: TaskSetting?
    /// The last step of the level; null: no step ends it.
    package var until: Int?
    /// The share of right completions over the last `window` generations that ends the level; null:
    /// no success ends it.
    package var solveRate: Double?
    /// Generations.
    package var window = 4

    package static var defaults: CurriculumSetting { CurriculumSetting() }

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case task, until, window
        case solveRate = "solve_rate"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(task, forKey: .task)
        try values.encode(until, forKey: .until)
        try values.encode(solveRate, forKey: .solveRate)
        try values.encode(window, forKey: .window)
    }

    package func settingProblems() -> [SettingProblem] {
        var found: [SettingProblem] = []
        if let solveRate, !(solveRate > 0 && solveRate <= 1) {
            found.append(
                SettingProblem("solve_rate", "must be above 0 and at most 1, found \(solveRate)"))
        }
        if !(1...1000).contains(window) {
            found.append(SettingProblem("window", "must be 1 to 1000, found \(window)"))
        }
        return found
    }

    /// What is wrong with the levels together.
    static func problems(of levels: [CurriculumSetting], maxSteps: Int) -> [SettingProblem] {
        var found: [SettingProblem] = []
        var last = 0
        for (index, level) in levels.enumerated() {
            let place = "curriculum.\(index)"
            let isLast = index == levels.count - 1
            if isLast != (level.until == nil && level.solveRate == nil) {
                found.append(
                    SettingProblem(
                        place,
                        isLast
                            ? "the last level lasts to the end of the stage; leave out until and "
                                + "solve_rate"
                            : "nothing ends this level; set until, solve_rate or both"))
            }
            guard let until = level.until else { continue }
            if until <= last || until >= maxSteps {
                found.append(
                    SettingProblem(
                        "\(place).until",
                        "must rise from level to level and be below max_steps (\(maxSteps)), found "
                            + "\(until) after \(last)"))
            }
            last = until
        }
        return found
    }

    /// The level, with the task that it asks.
    func level(of task: any ProblemSource) -> CurriculumLevel {
        CurriculumLevel(
            task: self.task?.source ?? task, until: until, solveRate: solveRate, window: window)
    }
}
