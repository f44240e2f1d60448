package import GRPOJSON
import GRPOTraining

/// Which runs a study consists of, and what they share.
package struct StudyPlan: Sendable {
    package let study: Study
    /// What all arms begin with, once for each seed, or once where all of it is shared. Run first,
    /// so that no two arms wait for each other.
    package let beginnings: [StudyJob]
    /// Every arm that trains with every seed: first the reference, whose runs judge what all begin
    /// with, then a seed's arms together.
    package let jobs: [StudyJob]
    /// How many stages all arms begin with.
    package let commonStages: Int
    /// The stage whose policy is the control without training.
    package let untrained: String

    /// - Throws: `RecipeError` with everything that is wrong with any arm.
    package init(_ study: Study, components: Components) throws(RecipeError) {
        self.study = study
        let made = try StudyRecipes(study, components: components)
        commonStages = made.commonStages
        untrained = made.untrained
        func jobs(_ seed: Int, where isMeant: (StudyArm) -> Bool) -> [StudyJob] {
            zip(study.arms, made.recipes).compactMap { arm, recipe in
                guard let recipe, isMeant(arm) else { return nil }
                return Self.job(study, arm.name, seed, recipe)
            }
        }
        let reference = study.reference.name
        self.jobs =
            study.seeds.flatMap { seed in jobs(seed) { $0.name == reference } }
            + study.seeds.flatMap { seed in jobs(seed) { $0.name != reference } }
        beginnings = Self.beginnings(study, made)
    }

    private static func job(
        _ study: Study, _ arm: String?, _ seed: Int, _ recipe: Recipe
    ) -> StudyJob {
        var recipe = recipe
        recipe.seed = seed
        recipe.name = String("\(study.name)-\(arm ?? "shared")-seed-\(seed)".suffix(100))
        return StudyJob(arm: arm, seed: seed, recipe: recipe)
    }

    private static func beginnings(_ study: Study, _ made: StudyRecipes) -> [StudyJob] {
        guard made.commonStages > 0, var recipe = made.recipes[0] else { return [] }
        let alphabet = recipe.characterAlphabet
        recipe.stages = Array(recipe.stages[..<made.commonStages])
        // With fewer characters it would be another model: then the first arm of each seed makes it.
        guard recipe.characterAlphabet == alphabet else { return [] }
        let isShared = recipe.stages.allSatisfy { study.shared.contains($0.name) }
        let seeds = isShared ? Array(study.seeds.prefix(1)) : study.seeds
        // While nothing else runs, it may have the whole machine: threads change no bit.
        if seeds.count == 1 { recipe.threads = nil }
        return seeds.map { job(study, nil, $0, recipe) }
    }

    package var allJobs: [StudyJob] { beginnings + jobs }

    /// The stages that arms have in common, by name.
    package var commonNames: [String] {
        jobs.first?.recipe.stages.prefix(commonStages).map(\.name) ?? []
    }

    /// Optimizer updates of a stage that has an end by its settings.
    private static func updates(_ stages: some Sequence<StageSpecification>) -> Int {
        stages.reduce(0) { $0 + ($1.steps(for: nil) ?? 0) }
    }

    /// Completions that `grpo` stages sample.
    private static func completions(_ recipe: Recipe) -> Int {
        recipe.stages.reduce(0) { sum, stage in
            guard case .grpo(let grpo) = stage else { return sum }
            return sum + grpo.settings.problemsDrawn * grpo.settings.numGenerations
        }
    }

    // MARK: Shown

    /// For `--dry-run`.
    ///
    /// - Parameter finished: the paths of the jobs that are done already.
    package func text(finished: Set<String> = []) -> String {
        var lines = [
            "\(study.name): \(study.arms.count { $0.control == nil }) arms and "
                + "\(StudyControl.allCases.count) controls, seeds "
                + study.seeds.map(String.init).joined(separator: ", "),
            "",
        ]
        var table = TextTable(["arm", "runs", "stages of its own", "updates", "completions"])
        for arm in study.arms {
            guard let job = jobs.first(where: { $0.arm == arm.name }) else {
                table.add([arm.name, "-", "judged after \(untrained)", "-", "-"])
                continue
            }
            let own = job.recipe.stages.dropFirst(commonStages)
            table.add([
                arm.name, "\(study.seeds.count)", own.map(\.name).joined(separator: ", "),
                "\(study.seeds.count * Self.updates(own))",
                "\(study.seeds.count * Self.completions(job.recipe))",
            ])
        }
        lines += [table.text, ""]
        if commonStages > 0 {
            let once = beginnings.count == 1 ? "once" : "once for each seed"
            lines.append("all arms begin with \(commonNames.joined(separator: ", ")): run \(once)")
        } else {
            lines.append("the arms differ from the first stage on: nothing is shared")
        }
        if let recipe = jobs.first?.recipe { lines.append(Self.judge(recipe)) }
        let done = allJobs.count { finished.contains($0.path) }
        lines.append(
            "\(allJobs.count) runs, \(done) of them done; "
                + (study.processes == 1
                    ? "one after another" : "\(study.processes) at once, each its own process"))
        return lines.joined(separator: "\n")
    }

    private static func judge(_ recipe: Recipe) -> String {
        let settings = recipe.evaluation.settings
        return "judged by task \((recipe.evaluation.task ?? recipe.task).name): "
            + "\(settings.problems) held-out problems, \(settings.samples) samples each at "
            + "temperature \(ShortNumber.text(settings.temperature))"
    }

    /// How the arms are judged, for a page.
    package var judge: String { jobs.first.map { Self.judge($0.recipe) } ?? "" }

    /// For `--dry-run --json`.
    package func json(finished: Set<String> = []) -> JSONValue {
        func list(_ jobs: [StudyJob], stages: (StudyJob) -> [StageSpecification]) -> JSONValue {
            .array(
                jobs.map { job in
                    .object([
                        "arm": job.arm.map { .string($0) } ?? .null, "seed": .int(job.seed),
                        "run": .string(job.path),
                        "stages": .array(stages(job).map { .string($0.name) }),
                        "updates": .int(Self.updates(stages(job))),
                        "finished": .bool(finished.contains(job.path)),
                    ])
                })
        }
        return .object([
            "study": .string(study.name), "processes": .int(study.processes),
            "shared_stages": .array(commonNames.map { .string($0) }),
            "no_training": .string(untrained),
            "shared_runs": list(beginnings) { $0.recipe.stages },
            "runs": list(jobs) { Array($0.recipe.stages.dropFirst(commonStages)) },
        ])
    }
}
