package import GRPORewards
package import GRPOTasks
import GRPOTraining

/// The components a recipe can name: the built-in ones and those a user's program adds.
package struct Components: Sendable {
    package let tasks: TaskRegistry
    package let texts: TextRegistry
    package let pairs: PairRegistry
    package let rewards: RewardRegistry
    let taskKinds: Kinds<TaskSetting>
    let textKinds: Kinds<any TextSource>
    let weightedTextKinds: Kinds<WeightedText>
    let pairKinds: Kinds<PairSetting>
    let filterKinds: Kinds<FilterSetting>
    let rewardKinds: Kinds<RewardSetting>

    package init(
        tasks added: [any ProblemSource.Type] = [], texts: [any TextSource.Type] = [],
        pairs: [any PairSource.Type] = [], rewards: [any RewardFunction.Type] = []
    ) {
        self.tasks = .tasks(adding: added)
        self.texts = .texts(adding: [SolvedTexts.self] + texts)
        self.pairs = .pairs(adding: pairs)
        self.rewards = .rewards(adding: [RewardModelReward.self, SafetyReward.self] + rewards)

        var taskKinds = Kinds<TaskSetting>("task")
        func add<Source: ProblemSource>(_ type: Source.Type) {
            taskKinds.add(Source.name, defaults: Source()) { TaskSetting($0) }
        }
        for name in self.tasks.names { add(self.tasks[name]!) }
        self.taskKinds = taskKinds

        var textKinds = Kinds<any TextSource>("data")
        var weightedTextKinds = Kinds<WeightedText>("data")
        func add<Source: TextSource>(_ type: Source.Type) {
            textKinds.add(Source.name, defaults: Source()) { $0 }
            weightedTextKinds.add(
                Source.name, defaults: Beside(WeightedText.Weight.defaults, Source()),
                shorthand: "weight"
            ) { setting in
                WeightedText(
                    TextData.Part(.source(setting.second), weight: setting.first.weight))
            }
        }
        for name in self.texts.names { add(self.texts[name]!) }
        self.textKinds = textKinds
        self.weightedTextKinds = weightedTextKinds

        var pairKinds = Kinds<PairSetting>("data")
        func add<Source: PairSource>(_ type: Source.Type) {
            pairKinds.add(Source.name, defaults: Source()) { PairSetting($0) }
        }
        for name in self.pairs.names { add(self.pairs[name]!) }
        self.pairKinds = pairKinds

        var filterKinds = Kinds<FilterSetting>("filter")
        func add<Filter: SampleFilter>(_ type: Filter.Type) {
            filterKinds.add(Filter.name, defaults: Filter(), shorthand: Filter.shorthand) {
                FilterSetting($0)
            }
        }
        let filters = FilterRegistry.filters()
        for name in filters.names { add(filters[name]!) }
        self.filterKinds = filterKinds

        var rewardKinds = Kinds<RewardSetting>("reward")
        func add<Function: RewardFunction>(_ type: Function.Type) {
            rewardKinds.add(
                Function.name, defaults: Beside(RewardTerm.Settings(), Function()),
                shorthand: "weight"
            ) { setting in
                RewardSetting(RewardTerm(setting.second, setting.first))
            }
        }
        for name in self.rewards.names { add(self.rewards[name]!) }
        self.rewardKinds = rewardKinds
    }

    /// The built-in components and types of a user's program, each of which is a `RewardFunction`, a
    /// `ProblemSource`, a `TextSource` or a `PairSource`.
    package init(adding added: [any Sendable.Type]) {
        for type in added {
            precondition(
                type is any ProblemSource.Type || type is any TextSource.Type
                    || type is any PairSource.Type || type is any RewardFunction.Type,
                "\(type) is added, expected a RewardFunction, ProblemSource, TextSource or "
                    + "PairSource")
        }
        self.init(
            tasks: added.compactMap { $0 as? any ProblemSource.Type },
            texts: added.compactMap { $0 as? any TextSource.Type },
            pairs: added.compactMap { $0 as? any PairSource.Type },
            rewards: added.compactMap { $0 as? any RewardFunction.Type })
    }

    static let userInfoKey = CodingUserInfoKey(rawValue: "components")!

    static func of(_ decoder: any Decoder) -> Components {
        guard let components = decoder.userInfo[userInfoKey] as? Components else {
            preconditionFailure("a recipe decoded without its components")
        }
        return components
    }

    /// Range checks of components, which know nothing of recipes.
    static let check: RecipeCheck = { value in
        switch value {
        case let source as any ProblemSource:
            source.problems().map { SettingProblem($0.key, $0.message) }
        case let source as any TextSource:
            source.problems().map { SettingProblem($0.key, $0.message) }
        case let source as any PairSource:
            source.problems().map { SettingProblem($0.key, $0.message) }
        case let filter as any SampleFilter:
            filter.problems().map { SettingProblem($0.key, $0.message) }
        default: nil
        }
    }
}

/// `sums`, or `sums: {digits: 2}`.
package struct TaskSetting: Codable, Sendable {
    package let source: any ProblemSource

    package init(_ source: any ProblemSource) { self.source = source }

    package var name: String { type(of: source).name }

    package init(from decoder: any Decoder) throws {
        self = try Components.of(decoder).taskKinds.decode(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try Kinds<Self>.encode(name, source, to: encoder)
    }
}

/// `accuracy`, `format: 0.2`, or `format: {weight: 0.2, when: accuracy}`.
package struct RewardSetting: Codable, Sendable {
    package let term: RewardTerm

    package init(_ term: RewardTerm) { self.term = term }

    package init(from decoder: any Decoder) throws {
        self = try Components.of(decoder).rewardKinds.decode(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try Kinds<Self>.encode(term.kind, term, to: encoder)
    }
}

extension TaskSetting {
    /// A task as the command line names it: `sums`, or `{sums: {digits: 3}}`.
    package static func parse(
        _ text: String, components: Components
    ) throws(RecipeError) -> TaskSetting {
        struct Holder: Codable, Sendable {
            var task: TaskSetting
        }
        let place = Place.argument("task \(text)")
        let node = try RecipeReader.read(text, at: place)
        let root = RecipeNode(
            .mapping([RecipeNode.Entry(key: "task", keyPlace: place, value: node)]), at: place)
        return try RecipeDocument(root: root).decode(
            Holder.self, userInfo: [Components.userInfoKey: components],
            checks: [Components.check]
        ).value.task
    }
}
