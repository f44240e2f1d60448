import Foundation
import GRPORewards
import GRPORuns
import GRPOTraining
import Testing

@Suite("A study's file")
struct StudyTests {
    @Test("every mistake is reported with its place and the nearest name, all at once")
    func keys() throws {
        let study = try SmallStudy()
        let found = study.problems(
            """
            base: smal.yaml
            sedes: [0]
            seeds: [1, 1]
            processes: 0
            judge: {split: train}
            arms:
              no_training: {}
              a b: {}
              c: {seed: 3, evaluation.problems: 4}
              d: 7
            """)
        let expected = [
            "study.yaml:1:7: base: found no file",
            "study.yaml:2:1: unknown key 'sedes' of a study; did you mean 'seeds'?",
            "study.yaml:3:1: seeds: 1 is listed twice",
            "study.yaml:4:1: processes: must be between 1 and 64, found 0",
            "study.yaml:5:16: split: found 'train', expected test",
            "study.yaml:7:3: 'no_training' is a control",
            "study.yaml:8:3: 'a b' names an arm's files",
            "study.yaml:9:7: an arm cannot set seed",
            "study.yaml:9:16: an arm cannot set evaluation.problems",
            "study.yaml:10:6: d: expected a mapping of settings, found '7'",
        ]
        #expect(found.count == expected.count, "\(found)")
        for (line, start) in zip(found, expected) {
            #expect(line.hasPrefix(start), "\(line)")
        }
        #expect(found[0].contains("did you mean '") && found[0].contains("small.yaml'?"))
    }

    @Test("a setting of an arm is checked at its place in the study, as --set is")
    func settings() throws {
        let study = try SmallStudy()
        let found = study.problems(
            """
            base: small.yaml
            set: {grpo.bta: 0}
            judge: {problms: 3}
            shared: [pretran]
            arms:
              one: {}
              two: {grpo.rewards: [acuracy]}
              three: {grop.beta: 1}
            """)
        for part in [
            "study.yaml:2:7: unknown key 'bta' in grpo; did you mean 'beta'?",
            "study.yaml:3:9: unknown key 'problms' in evaluation; did you mean 'problems'?",
            "study.yaml:4:1: no stage and no setting is called 'pretran'",
            "study.yaml:7:24: arm two: unknown reward 'acuracy'; did you mean 'accuracy'?",
            "study.yaml:8:11: arm three: no stage and no setting is called 'grop'",
        ] { #expect(found.contains { $0.hasPrefix(part) }, "\(part) in \(found)") }
        #expect(found.count { $0.contains("'bta'") } == 1)
    }

    @Test("what is shared must be the same in all arms, and seeds must make a difference")
    func sharing() throws {
        let study = try SmallStudy()
        let arms = "arms: {a: {}, b: {pretrain.learning_rate: 1e-3}}\n"
        #expect(
            study.problems("base: small.yaml\nshared: [pretrain]\n" + arms).first
                == "study.yaml:2:1: shared: stage 'pretrain' or one before it is not the same in all "
                + "arms; leave it out; what arms have in common is run once for each seed")
        let seeded = try SmallStudy(
            base: SmallStudy.base.replacingOccurrences(
                of: "  - grpo:\n", with: "  - grpo:\n      seed: 3\n"))
        #expect(
            seeded.problems("base: small.yaml\narms: {a: {}}\n").first?.contains(
                "stage 'grpo' has the seed 3, so that all seeds would be one run") == true)
        #expect(
            try SmallStudy(base: SmallStudy.base.components(separatedBy: "  - grpo:\n")[0])
                .problems("base: small.yaml\narms: {a: {}}\n").first?
                .contains("found no grpo stage, expected one") == true)
    }

    @Test("one judge for all arms, though an arm changes the task or a length")
    func judge() throws {
        let plan = try SmallStudy().plan(
            """
            base: small.yaml
            seeds: [3, 4]
            judge: {problems: 6}
            arms:
              a: {}
              b: {grpo.max_completion_length: 12, task.sums.answer: last_number}
            """)
        for job in plan.jobs {
            let judge = job.recipe.evaluation
            #expect(judge.settings.problems == 6 && judge.settings.samples == 2)
            #expect(judge.settings.maxCompletionLength == 10)
            #expect(ResolvedRecipe.text(of: ["task": judge.task]).contains("answer: tags"))
        }
        // Another task is another identity from the first stage on.
        #expect(plan.commonStages == 0 && plan.beginnings.isEmpty)
    }

    @Test("controls are always there: the reference with other rewards, and what it begins with")
    func controls() throws {
        let plan = try SmallStudy().plan()
        #expect(
            plan.study.arms.map(\.name) == [
                "accuracy", "again", "+tags", "no_training", "random_reward", "format_only",
            ])
        #expect(plan.untrained == "pretrain")
        func rewards(_ arm: String) -> [String] {
            guard let job = plan.jobs.first(where: { $0.arm == arm }),
                case .grpo(let grpo) = job.recipe.stages[1]
            else { return [] }
            return grpo.rewards.map {
                $0.term.name + ($0.term.settings.weight == 0 ? " unpaid" : "")
            }
        }
        #expect(rewards("random_reward") == ["random", "accuracy unpaid"])
        #expect(rewards("format_only") == ["format", "accuracy unpaid"])
    }

    @Test("what arms have in common runs once for each seed, or once where it is shared")
    func common() throws {
        let study = try SmallStudy()
        let shared = try study.plan()
        #expect(shared.commonNames == ["pretrain"])
        #expect(shared.beginnings.map(\.name) == ["shared stages, seed 0"])
        #expect(shared.beginnings[0].recipe.threads == nil)
        #expect(shared.jobs.count == 10)
        #expect(Set(shared.jobs.map(\.recipe.seed)) == [0, 1])
        let apart = try study.plan(
            SmallStudy.study.replacingOccurrences(of: "shared: [pretrain]\n", with: ""))
        #expect(apart.beginnings.map(\.seed) == [0, 1])
        let text = shared.text()
        #expect(text.contains("all arms begin with pretrain: run once"))
        #expect(text.contains("11 runs, 0 of them done; 2 at once, each its own process"))
        #expect(text.contains("judged after pretrain"))
        #expect(text.contains("6 held-out problems, 2 samples each at temperature 1"))
    }

    /// Beside this package's own studies their base lies one folder above.
    private static let studies = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Recipes/ablations").path

    @Test(
        "the studies that are shipped can be read",
        arguments: [
            ("reward-design", 5), ("group-size-and-kl", 9), ("objective-presets", 8),
        ])
    func shipped(name: String, arms: Int) throws {
        let plan = try StudyPlan(
            Study.load(file: Self.studies + "/\(name).yaml"), components: Components())
        #expect(plan.study.name == name)
        #expect(plan.study.arms.count == arms + 3)
        #expect(plan.study.seeds.count == 5)
        #expect(plan.commonNames == ["pretrain"])
        #expect(plan.beginnings.count == 1)
        for job in plan.jobs {
            #expect(job.recipe.threads == 1)
            guard case .grpo(let grpo) = job.recipe.stages[1] else { continue }
            let settings = grpo.settings
            #expect(settings.maxSteps == 40)
            #expect(settings.promptsPerStep * settings.numGenerations == 144)
        }
    }
}
