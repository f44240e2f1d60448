package import GRPORollouts
import GRPOTasks
package import GRPOTensors
package import GRPOTraining

/// A whole experiment: a policy, a task and the stages the policy goes through.
package struct Recipe: RecipeSettings {
    /// Null: the file's name.
    package var name: String?
    package var seed = 0
    /// Null: one per core.
    package var threads: Int?
    package var precision = Precision.auto
    package var model = ModelSpecification.shape(ModelShape())
    package var task = TaskSetting(Sums())
    package var prompt = PromptStyle.plain
    package var evaluation = EvaluationSpecification()
    package var stages: [StageSpecification] = []

    package static var defaults: Recipe { Recipe() }

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case name, seed, threads, precision, model, task, prompt, evaluation, stages
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(seed, forKey: .seed)
        try values.encode(threads, forKey: .threads)
        try values.encode(precision, forKey: .precision)
        try values.encode(model, forKey: .model)
        try values.encode(task, forKey: .task)
        try values.encode(prompt, forKey: .prompt)
        try values.encode(evaluation, forKey: .evaluation)
        try values.encode(stages, forKey: .stages)
    }

    package func settingProblems() -> [SettingProblem] {
        var found: [SettingProblem] = []
        if seed < 0 { found.append(SettingProblem("seed", "must be at least 0, found \(seed)")) }
        if let threads, !(1...1024).contains(threads) {
            found.append(
                SettingProblem("threads", "must be between 1 and 1024, found \(threads)"))
        }
        if stages.isEmpty {
            found.append(SettingProblem("stages", "expected at least one stage"))
        }
        var earlier: [String] = []
        for (index, stage) in stages.enumerated() {
            func report(_ key: String, _ message: String) {
                found.append(SettingProblem("stages.\(index).\(stage.kind).\(key)", message))
            }
            if !RunDirectory.isPlainName(stage.name) {
                report("name", "'\(stage.name)' must be made of letters, digits, _ and -")
            }
            if earlier.contains(stage.name) {
                report("name", "two stages are called '\(stage.name)'; give one a name:")
            }
            if let from = stage.placement.from, !earlier.contains(from) {
                report("from", "no earlier stage is called '\(from)'")
            }
            if let seed = stage.placement.seed, seed < 0 {
                report("seed", "must be at least 0, found \(seed)")
            }
            if case .pretrain(let pretrain) = stage, pretrain.data.source.problems().isEmpty,
                task.source.problems().isEmpty
            {
                for conflict in pretrain.data.source.conflicts(with: task.source) {
                    report("data", "\(conflict.key): \(conflict.message)")
                }
            }
            earlier.append(stage.name)
        }
        return found
    }

    /// The file of a recipe with `--set` arguments, checked as a whole.
    ///
    /// - Throws: `RecipeError` with everything that is wrong.
    package static func load(
        file: String, overrides: [String] = [], components: Components
    ) throws(RecipeError) -> (recipe: Recipe, departures: [Departure]) {
        let document = try RecipeDocument.load(file: file, overrides: overrides)
        var (recipe, departures) = try document.decode(
            Recipe.self, userInfo: [Components.userInfoKey: components],
            checks: [Components.check])
        if recipe.name == nil { recipe.name = RecipePath.stem(of: file) }
        return (recipe, departures)
    }

    /// The longest completion any stage samples, for evaluations that name no length.
    package var maxCompletionLength: Int {
        stages.compactMap { stage in
            if case .grpo(let grpo) = stage { return grpo.settings.maxCompletionLength }
            return nil
        }.max() ?? 512
    }
}

/// How policies are judged; run after each stage that made one.
package struct EvaluationSpecification: RecipeSettings {
    /// Null: the recipe's task.
    package var task: TaskSetting?
    package var settings = EvaluationSettings()

    package static var defaults: EvaluationSpecification { EvaluationSpecification() }

    package init() {}

    package func settingProblems() -> [SettingProblem] {
        settings.rangeProblems().map { SettingProblem($0.key, $0.message) }
    }

    private enum CodingKeys: String, CodingKey { case task }

    package init(from decoder: any Decoder) throws {
        task = try decoder.container(keyedBy: CodingKeys.self)
            .decodeIfPresent(TaskSetting.self, forKey: .task)
        settings = try EvaluationSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(task, forKey: .task)
        try settings.encode(to: encoder)
    }
}

extension RecipePath {
    /// The last component without its extension.
    static func stem(of path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
    }
}
