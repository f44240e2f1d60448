import GRPOCheckpoints
import GRPOTasks
import GRPOTraining

/// What a stage is shown, as its manifest vouches for it: SHA-256 over the items in the order in
/// which they are drawn, and how many there are.
///
/// An item goes in as its texts, each behind its length in bytes, and nothing of where they come
/// from: the hash changes with a seed, setting or file that changes what is shown, and with nothing
/// else, neither a path nor a number of threads. Items are drawn once more for it, which takes
/// microseconds each; of a stage with more than `largestCount` the first so many are hashed, and
/// the manifest says so.
///
/// | kind of stage | items |
/// |---|---|
/// | `pretrain`, `sft` | `documents`, in the order of training |
/// | `reward_model`, `dpo` | `pairs`, in the order of training |
/// | `grpo` | `problems` of its generations before any is replaced; all of a pool |
/// | `sample` | `problems` |
struct DataFingerprint {
    static let largestCount = 1 << 17

    private let noun: String
    private let count: Int
    private var hashed = 0
    private var hash = RunningHash()
    private var seen: Set<UInt64> = []
    private var kinds: [String: Int] = [:]

    private init(_ noun: String, count: Int) {
        self.noun = noun
        self.count = count
    }

    /// Draws what the stage is going to draw.
    ///
    /// - Parameter sampling: the stage that samples, for that kind.
    /// - Throws: `TrainingError.nothingJudged`.
    init(
        _ stage: StageSpecification, of recipe: Recipe, texts: (any TextStream)?,
        sampling: SampleStage?
    ) throws {
        let (name, seed) = (stage.name, recipe.seed(of: stage))
        switch stage {
        case .pretrain(let pretrain):
            guard let texts else { preconditionFailure("\(name) without data") }
            let work = PretrainStage(
                name: name, settings: pretrain.settings, source: texts, seed: seed)
            self.init("documents", count: pretrain.settings.documentsDrawn)
            add(texts, stage.data) { work.draw($0) }
        case .sft(let sft):
            guard let texts else { preconditionFailure("\(name) without data") }
            let available = texts.documentCount()
            let order = EpochOrder(count: available, seed: seed, stage: name, data: "documents")
            self.init("documents", count: sft.settings.documentsDrawn(of: available) ?? 0)
            add(texts, stage.data) { order.draw($0) }
        case .rewardModel(let rewardModel):
            self.init(stage.data, rewardModel.settings.pairs, name: name, seed: seed)
        case .dpo(let dpo):
            self.init(stage.data, dpo.settings.pairs, name: name, seed: seed)
        case .grpo(let grpo):
            let task = recipe.task(of: stage)
            let work = try GRPOStage(
                name: name, settings: grpo.settings, task: task,
                curriculum: grpo.curriculum.map { $0.level(of: task) }, prompt: recipe.prompt,
                rewards: grpo.unboundRewards, seed: seed)
            self.init("problems", count: work.plannedProblems)
            try work.forEachPlannedProblem(atMost: Self.largestCount) { add($0) }
        case .sample:
            guard let sampling else { preconditionFailure("\(name) without problems") }
            self.init("problems", count: sampling.problems.count)
            sampling.problems.prefix(Self.largestCount).forEach { add($0) }
        }
    }

    private init(_ data: StageData?, _ settings: PairSettings, name: String, seed: UInt64) {
        guard case .pairs(let pairs)? = data else { preconditionFailure("\(name) without data") }
        let source = pairs.source
        let available = source.pairCount()
        let order = EpochOrder(count: available, seed: seed, stage: name, data: "pairs")
        self.init("pairs", count: settings.pairsDrawn(of: available) ?? 0)
        for place in 0..<min(count, Self.largestCount) {
            var (index, random) = order.draw(place)
            let pair = source.pair(index, using: &random)
            let kind = pair.label.map { $0 ? "good" : "bad" }
            add(
                [kind ?? "pair", pair.prompt, pair.chosen, pair.rejected]
                    + Self.parts(pair.messages),
                kind: kind)
        }
    }

    private mutating func add(
        _ texts: any TextStream, _ data: StageData?,
        draw: (Int) -> (index: Int, generator: any RandomNumberGenerator)
    ) {
        var names: [String] = []
        if case .texts(let list)? = data { names = list.partNames }
        let mixture = texts as? TextMixture
        for place in 0..<min(count, Self.largestCount) {
            var (index, random) = draw(place)
            let document = texts.document(index, using: &random)
            add(
                [document.prompt, document.completion] + Self.parts(document.messages),
                kind: mixture.map { names[$0.place(of: index).part] })
        }
    }

    private mutating func add(_ problem: Problem) {
        let columns = problem.columns.sorted { $0.key < $1.key }
            .flatMap { [$0.key, $0.value, problem.jsonColumns.contains($0.key) ? "json" : "text"] }
        add(
            [problem.id, problem.prompt, problem.answer, problem.scenario.rawValue]
                + ["\(problem.columns.count)"] + columns + Self.parts(problem.messages),
            kind: problem.scenario == .reasoning ? nil : problem.scenario.rawValue)
    }

    private static func parts(_ messages: [Message]?) -> [String] {
        messages.map { $0.flatMap { [$0.role, $0.content] } } ?? []
    }

    /// - Parameter kind: by which items are counted beside their number; nil for the usual one.
    private mutating func add(_ parts: [String], kind: String?) {
        var bytes = Array("\(parts.count);".utf8)
        for part in parts {
            bytes += Array("\(part.utf8.count):".utf8)
            bytes += Array(part.utf8)
        }
        hash.update(bytes)
        seen.insert(StableHash.hash(bytes))
        if let kind { kinds[kind, default: 0] += 1 }
        hashed += 1
    }

    /// What a manifest says: `data/documents/sha256`, `data/documents/count`,
    /// `data/documents/distinct`, and of mixed data `data/documents/count/NAME`.
    var facts: [String: String] {
        let place = "data/\(noun)"
        var facts = [
            "\(place)/sha256": hash.text, "\(place)/count": "\(count)",
            "\(place)/distinct": "\(seen.count)",
        ]
        if hashed < count { facts["\(place)/hashed"] = "\(hashed)" }
        for (kind, number) in kinds { facts["\(place)/count/\(kind)"] = "\(number)" }
        return facts
    }
}
