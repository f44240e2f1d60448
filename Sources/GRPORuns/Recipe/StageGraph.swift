import GRPORewards
import GRPOTasks
import GRPOTraining

/// Which stage takes what from which: whose policy it starts from, whose samples it is trained on,
/// whose reward model it asks.
struct StageGraph {
    /// Where a stage's policy comes from.
    enum Beginning: Equatable {
        /// The recipe's model: a file, or for the first stage a shape.
        case model
        /// A shape of the stage's own.
        case shape(ModelShape)
        /// The stage at this place, an earlier one.
        case stage(Int)
    }

    let stages: [StageSpecification]
    private let recipe: Recipe

    init(_ recipe: Recipe) {
        self.recipe = recipe
        stages = recipe.stages
    }

    /// The place of a stage.
    func index(of name: String) -> Int? { stages.firstIndex { $0.name == name } }

    func beginning(of index: Int) -> Beginning {
        let stage = stages[index]
        if case .pretrain(let pretrain) = stage, let shape = pretrain.model { return .shape(shape) }
        if let from = stage.placement.from {
            return earlier(from, before: index).map { .stage($0) } ?? .model
        }
        return stages[..<index].lastIndex { $0.makes == .policy }.map { .stage($0) } ?? .model
    }

    /// Whether a stage starts from weights that mean something.
    func startsFromWeights(_ index: Int) -> Bool {
        switch beginning(of: index) {
        case .stage: true
        case .shape: false
        case .model: recipe.model.isFile
        }
    }

    /// The shape that a stage's policy was drawn with, where it is another than the recipe's model.
    func ownShape(of index: Int) -> ModelShape? {
        switch beginning(of: index) {
        case .stage(let earlier): ownShape(of: earlier)
        case .shape(let shape): shape
        case .model: nil
        }
    }

    /// The shape that a stage's policy was drawn with; nil for a loaded model.
    private func shape(of index: Int) -> ModelShape? {
        if let own = ownShape(of: index) { return own }
        guard case .shape(let shape) = recipe.model else { return nil }
        return shape
    }

    /// The stage whose model a reward asks: the one that it names, or the last before the stage
    /// that was trained as the reward needs it.
    func rewardModel(for reward: any ModelReward, before index: Int) -> Int? {
        if let from = reward.from { return earlier(from, before: index) }
        return stages[..<index].lastIndex { stage in
            guard case .rewardModel(let model) = stage else { return false }
            return model.settings.loss == type(of: reward).loss
        }
    }

    /// The stages of which a stage uses what they made, beside the one it starts from.
    func inputs(of index: Int) -> [Int] {
        var found: [Int] = []
        if case .texts(let texts)? = stages[index].data {
            found += texts.stages.compactMap { earlier($0, before: index) }
        }
        if case .grpo(let grpo) = stages[index] {
            found += grpo.rewardModels.compactMap { rewardModel(for: $0.reward, before: index) }
        }
        return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The later stages that cannot begin without this one, for messages.
    func dependents(of index: Int) -> [Int] {
        var waiting: Set = [index]
        for later in stages.indices where later > index {
            var needs = inputs(of: later)
            if case .stage(let parent) = beginning(of: later) { needs.append(parent) }
            if !waiting.isDisjoint(with: needs) { waiting.insert(later) }
        }
        return waiting.subtracting([index]).sorted()
    }

    private func earlier(_ name: String, before index: Int) -> Int? {
        stages[..<index].firstIndex { $0.name == name }
    }

    // MARK: Problems

    /// Everything that is wrong with names and references, each at its place.
    func problems() -> [SettingProblem] {
        stages.indices.flatMap { index in
            nameProblems(index) + referenceProblems(index) + dataProblems(index)
        }
    }

    private func problem(_ index: Int, _ key: String, _ message: String) -> SettingProblem {
        SettingProblem("stages.\(index).\(stages[index].kind).\(key)", message)
    }

    private func nameProblems(_ index: Int) -> [SettingProblem] {
        let stage = stages[index]
        var found: [SettingProblem] = []
        if !RunDirectory.isPlainName(stage.name) {
            found.append(
                problem(index, "name", "'\(stage.name)' must be made of letters, digits, _ and -"))
        }
        if earlier(stage.name, before: index) != nil {
            found.append(
                problem(
                    index, "name", "two stages are called '\(stage.name)'; give one a name:"))
        }
        if case .path = recipe.model, stage.name == StagePlacement.loaded {
            found.append(
                problem(
                    index, "name",
                    "'\(StagePlacement.loaded)' is the loaded model's name, in from: and in "
                        + "evaluations; choose another"))
        }
        if let seed = stage.placement.seed, seed < 0 {
            found.append(problem(index, "seed", "must be at least 0, found \(seed)"))
        }
        return found
    }

    private func referenceProblems(_ index: Int) -> [SettingProblem] {
        var found: [SettingProblem] = []
        if let from = stages[index].placement.from, !isLoaded(from),
            let message = fault(from, before: index, making: .policy)
        {
            found.append(problem(index, "from", message))
        }
        if case .texts(let texts)? = stages[index].data {
            for (place, part) in texts.parts.enumerated() {
                guard case .stage(let name) = part.origin,
                    let message = fault(
                        name, before: index, making: .samples, or: texts.sourceNames)
                else { continue }
                found.append(problem(index, "data.\(place).\(name)", message))
            }
            for source in texts.sources {
                let name = type(of: source).name
                guard earlier(name, before: index).map({ stages[$0].makes }) == .samples else {
                    continue
                }
                found.append(
                    problem(
                        index, "data",
                        "'\(name)' is a source of texts and an earlier stage's name; give the "
                            + "stage another"))
            }
        }
        guard case .grpo(let grpo) = stages[index] else { return found }
        for (place, reward) in grpo.rewardModels {
            let kind = type(of: reward)
            let key = "rewards.\(place).\(kind.name)"
            if let from = reward.from, let message = fault(from, before: index, making: .scores) {
                found.append(problem(index, key + ".from", message))
                continue
            }
            guard let model = rewardModel(for: reward, before: index) else {
                found.append(
                    problem(
                        index, key,
                        "no earlier stage makes a reward model with loss: \(kind.loss.rawValue); put "
                            + "such a reward_model stage before this one"))
                continue
            }
            if let message = trainingFault(of: model, for: kind) {
                found.append(
                    problem(index, reward.from == nil ? key : key + ".from", message))
            }
        }
        return found
    }

    /// Why a reward model's scores are not what a reward takes them for; nil where they are.
    private func trainingFault(of index: Int, for reward: any ModelReward.Type) -> String? {
        guard case .rewardModel(let stage) = stages[index] else { return nil }
        let settings = stage.settings
        if settings.loss != reward.loss {
            return "stage '\(stages[index].name)' is trained with loss: \(settings.loss.rawValue), "
                + "\(reward.name) needs one with loss: \(reward.loss.rawValue)"
        }
        if let judges = reward.judgedText, settings.judges != judges {
            return "stage '\(stages[index].name)' judges: \(settings.judges.rawValue), "
                + "\(reward.name) needs one that judges: \(judges.rawValue)"
        }
        return nil
    }

    /// Whether a reference means the recipe's model file.
    private func isLoaded(_ name: String) -> Bool {
        guard case .path = recipe.model else { return false }
        return name == StagePlacement.loaded
    }

    /// Why a name does not stand for an earlier stage that makes such a thing; nil where it does.
    private func fault(
        _ name: String, before index: Int, making product: StageProduct, or others: [String] = []
    ) -> String? {
        let candidates = stages[..<index].filter { $0.makes == product }.map(\.name)
        let known =
            candidates.isEmpty && others.isEmpty
            ? "no stage before this one makes any"
            : NearestName.remedy(for: name, among: candidates + others)
        if let found = earlier(name, before: index) {
            guard stages[found].makes != product else { return nil }
            let names = candidates + others
            return
                "stage '\(name)' makes \(stages[found].makes.noun), expected \(product.noun); "
                + (names.isEmpty ? known : "known: " + names.joined(separator: ", "))
        }
        if stages[index...].contains(where: { $0.name == name }) {
            return "stage '\(name)' does not come before this one; put it there"
        }
        return others.isEmpty
            ? "no earlier stage is called '\(name)'; \(known)"
            : "no source of texts and no earlier stage is called '\(name)'; \(known)"
    }

    /// What stands against drawing problems of a task.
    private func drawingProblems(
        _ index: Int, _ source: any ProblemSource
    ) -> [SettingProblem] {
        let name = type(of: source).name
        if source.trainingCount() == 0 {
            return [
                problem(
                    index, "task",
                    "\(name) holds all its problems out, which leaves none to train on; name a "
                        + "train_file, or take another task")
            ]
        }
        guard case .grpo(let grpo) = stages[index], let pool = grpo.settings.problemPool,
            pool.size == nil, source.trainingCount() == nil
        else { return [] }
        return [
            problem(
                index, "problem_pool",
                "\(name) makes problems without end; set problem_pool.size to the number wanted")
        ]
    }

    private func dataProblems(_ index: Int) -> [SettingProblem] {
        var conflicts: [(key: String, message: String)] = []
        let tasks = ([recipe.task, recipe.evaluation.task] + stages.flatMap(\.tasks))
            .compactMap { $0?.source }.filter { $0.problems().isEmpty }
        switch stages[index].data {
        case .texts(let texts)?:
            for source in texts.sources where source.problems().isEmpty {
                conflicts += tasks.flatMap(source.conflicts)
            }
        case .pairs(let pairs)? where pairs.source.problems().isEmpty:
            conflicts += tasks.flatMap(pairs.source.conflicts)
        case .pairs, nil: break
        }
        var found = conflicts.map { problem(index, "data", "\($0.key): \($0.message)") }
        switch stages[index] {
        case .grpo, .sample:
            for source in recipe.tasks(of: stages[index]) where source.problems().isEmpty {
                found += drawingProblems(index, source)
            }
        case .pretrain, .sft, .rewardModel, .dpo: break
        }
        if let length = stages[index].completionLength, let shape = shape(of: index),
            length >= shape.maxPositions
        {
            found.append(
                problem(
                    index, "max_completion_length",
                    "\(length) tokens leave no place for a prompt in the model's "
                        + "\(shape.maxPositions) positions; lower it, or raise "
                        + "model.max_positions"))
        }
        return found
    }
}
