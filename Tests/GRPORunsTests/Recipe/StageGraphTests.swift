import Foundation
import GRPORuns
import GRPOTasks
import GRPOTraining
import Testing

@Suite("Stages that take from others")
struct StageGraphTests {
    private static let head = """
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 160}
        task: {little_world: {digits: 1}}
        evaluation: {problems: 8, max_completion_length: 8}
        stages:
          - pretrain: {name: base, data: little_world}

        """

    /// What is wrong with stages behind the base, each a line from line 6 on.
    private func problems(_ stages: [String], head: String = head) -> [String] {
        recipeProblems(head + stages.map { "  - \($0)\n" }.joined())
    }

    private static let sample = "sample: {name: kept, max_completion_length: 8}"
    private static let scores = "reward_model: {name: taste, data: little_world, max_steps: 1}"

    @Test("the pipeline of R1 is none of the problems below")
    func sound() throws {
        #expect(recipeProblems(SmallPipeline.recipe) == [])
        let recipe = try loadRecipe(SmallPipeline.recipe).recipe
        #expect(
            recipe.stages.map(\.makes) == [
                .policy, .policy, .samples, .policy, .policy, .scores, .policy, .policy, .policy,
                .policy,
            ])
        let text = ResolvedRecipe.text(of: recipe)
        #expect(ResolvedRecipe.text(of: try loadRecipe(text).recipe) == text)
        #expect(text.contains("      data: traces\n"))
        #expect(text.contains("        - traces:\n            weight: 0.75\n"))
        #expect(text.contains("        - everyday:\n            weight: 0.25\n"))
    }

    @Test(
        "a reference to what is not there, at its place and with the name that was meant",
        arguments: [
            (
                ["sft: {from: bsae, data: worked, max_steps: 1}"],
                "r.yaml:6:11: stages.1.sft.from: no earlier stage is called 'bsae'; did you mean "
                    + "'base'?"
            ),
            (
                [sample, "sft: {data: kpet}"],
                "r.yaml:7:11: stages.2.sft.data.0.kpet: no source of texts and no earlier stage is "
                    + "called 'kpet'; did you mean 'kept'?"
            ),
            (
                ["sft: {data: [worked: 0.5, evryday: 0.5], max_steps: 1}"],
                "r.yaml:6:31: stages.1.sft.data.1.evryday: no source of texts and no earlier stage "
                    + "is called 'evryday'; did you mean 'everyday'?"
            ),
            (
                ["sft: {data: kept}", sample],
                "r.yaml:6:11: stages.1.sft.data.0.kept: stage 'kept' does not come before this one; "
                    + "put it there"
            ),
            (
                [
                    scores,
                    "grpo: {max_completion_length: 8, rewards: [reward_model: {from: tase}]}",
                ],
                "r.yaml:7:63: stages.2.grpo.rewards.0.reward_model.from: no earlier stage is called "
                    + "'tase'; did you mean 'taste'?"
            ),
            (
                ["grpo: {max_completion_length: 8, rewards: [reward_model: {last: 0.5}]}"],
                "r.yaml:6:48: stages.1.grpo.rewards.0.reward_model: no earlier stage makes a reward "
                    + "model with loss: pairwise; put such a reward_model stage before this one"
            ),
            (
                [
                    scores,
                    "grpo: {max_completion_length: 8, rewards: [safety: {from: taste}]}",
                ],
                "r.yaml:7:57: stages.2.grpo.rewards.0.safety.from: stage 'taste' is trained with loss: "
                    + "pairwise, safety needs one with loss: pointwise"
            ),
            (
                [scores, "grpo: {max_completion_length: 8, rewards: [safety]}"],
                "r.yaml:7:48: stages.2.grpo.rewards.0.safety: no earlier stage makes a reward model "
                    + "with loss: pointwise; put such a reward_model stage before this one"
            ),
            (
                [
                    "reward_model: {name: harm, data: little_world, loss: pointwise, max_steps: 1}",
                    "grpo: {max_completion_length: 8, rewards: [safety]}",
                ],
                "r.yaml:7:48: stages.2.grpo.rewards.0.safety: stage 'harm' judges: answer, safety "
                    + "needs one that judges: completion"
            ),
        ])
    func missing(stages: [String], message: String) {
        #expect(problems(stages) == [message])
    }

    @Test("each reward asks the last model that was trained as it needs one")
    func modelsByLoss() throws {
        let harm =
            "reward_model: {name: harm, data: little_world, loss: pointwise, judges: completion, "
            + "max_steps: 1}"
        #expect(
            problems([
                Self.scores, harm,
                "grpo: {max_completion_length: 8, rewards: [reward_model, safety, accuracy]}",
                "grpo: {name: other, max_completion_length: 8, rewards: [safety: {from: harm}]}",
            ]) == [])
    }

    @Test(
        "a reference to a stage that makes something else",
        arguments: [
            (
                [sample, "grpo: {from: kept, max_completion_length: 8}"],
                "stages.2.grpo.from: stage 'kept' makes samples, expected a policy; known: base"
            ),
            (
                [scores, "sample: {from: taste, max_completion_length: 8}"],
                "stages.2.sample.from: stage 'taste' makes a reward model, expected a policy; "
                    + "known: base"
            ),
            (
                ["sft: {data: base}"],
                "stages.1.sft.data.0.base: stage 'base' makes a policy, expected samples; known: "
                    + "everyday, jsonl, little_world, solved, sums_mixture, worked"
            ),
            (
                ["grpo: {max_completion_length: 8, rewards: [reward_model: {from: base}]}"],
                "stages.1.grpo.rewards.0.reward_model.from: stage 'base' makes a policy, expected a "
                    + "reward model; no stage before this one makes any"
            ),
        ])
    func otherKind(stages: [String], message: String) {
        let found = problems(stages)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasSuffix(message) == true, "\(found)")
    }

    @Test(
        "data that cannot be",
        arguments: [
            ("sft: {}", "data: name what to train on: a source of texts"),
            ("sft: {data: []}", "data: an empty list, expected at least one source of texts"),
            ("sft: {data: everyday}", "max_steps: the data has no end"),
            (
                "sft: {data: [everyday: 0, worked: 1], max_steps: 1}",
                "weight: must be 1e-6 to 1e6, found 0"
            ),
            (
                "sft: {data: [everyday: {wieght: 1}], max_steps: 1}",
                "unknown key 'wieght' in everyday"
            ),
            ("sft: {data: {worked: {digits: 3}}, max_steps: 1}", "unknown key 'digits' in worked"),
            ("sft: {data: [worked: 1, x: {y: 1}], max_steps: 1}", "unknown key 'y' in x"),
            ("reward_model: {max_steps: 1}", "data: name the preference pairs to train on"),
            ("dpo: {data: little_world}", "max_steps: pairs of little_world have no end"),
            ("dpo: {data: litle_world, max_steps: 1}", "unknown data 'litle_world'"),
            ("sample: {keep: [corect], max_completion_length: 8}", "unknown filter 'corect'"),
            (
                "sample: {keep: [correct: 0.5], max_completion_length: 8}",
                "'correct' has no options"
            ),
            (
                "sample: {keep: [length: {min: 0}], max_completion_length: 8}",
                "min: must be at least 1, found 0"
            ),
            ("sample: {lora: {}, max_completion_length: 8}", "unknown key 'lora' in sample"),
            (
                "sample: {max_completion_length: 160}",
                "160 tokens leave no place for a prompt in the model's 160 positions"
            ),
            (
                "pretrain: {name: b, from: base, model: {layers: 1}}",
                "from: beside model: the stage begins from nothing"
            ),
        ])
    func data(stage: String, message: String) {
        let found = problems([stage])
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test("a reward model is no measure: it comes after some of the policies")
    func measures() {
        let head = Self.head.replacingOccurrences(
            of: "max_completion_length: 8}",
            with: "max_completion_length: 8, measures: [reward_model]}")
        let found = problems([Self.scores], head: head)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("r.yaml:3:") == true, "\(found)")
        #expect(found.first?.contains("there is a reward model; leave it out") == true)
    }

    @Test("every kind but pretrain needs a model that knows something")
    func fromNothing() {
        let head = Self.head.components(separatedBy: "  - pretrain")[0]
        for stage in [
            "sft: {data: worked, max_steps: 1}", Self.sample, Self.scores,
            "dpo: {data: little_world, max_steps: 1}",
        ] {
            let found = problems([stage], head: head)
            #expect(found.count == 1, "\(found)")
            #expect(
                found.first?.contains(
                    "a model from nothing has nothing to start from; begin with a pretrain stage")
                    == true, "\(found)")
        }
    }

    @Test("of a loaded model, base is a name in from, and no stage's")
    func loaded() {
        let head = """
            model: m.gguf
            task: sums
            evaluation: {problems: 8}
            stages:

            """
        #expect(
            problems(
                ["grpo: {}", Self.sample, "sft: {from: base, data: kept}"], head: head) == [])
        let found = problems(["grpo: {name: base}"], head: head)
        #expect(found.count == 1)
        #expect(found.first?.contains("'base' is the loaded model's name") == true, "\(found)")
    }

    @Test("text of any stage that would show held-out problems of any task")
    func heldOut() {
        let found = problems([
            "sft: {data: {worked: {world: {held_out: 0.3}}}, max_steps: 1}"
        ])
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains("would show held-out problems") == true, "\(found)")
        let pairs = problems([
            "reward_model: {data: {little_world: {world: {held_out: 0.3}}}, max_steps: 1}"
        ])
        #expect(pairs.count == 1, "\(pairs)")
        #expect(pairs.first?.contains("would show held-out problems") == true, "\(pairs)")
        let other = problems([
            "grpo: {task: {little_world: {digits: 1, held_out: 0.3}}, max_completion_length: 8}"
        ])
        // The base's texts show what the stage's own task holds out, and the stage draws what the
        // evaluation asks.
        #expect(other.contains { $0.contains("stages.0.pretrain.data") }, "\(other)")
    }

    @Test("a stage that draws problems needs a task that has some to train on")
    func heldOutAlone() throws {
        let file = NSTemporaryDirectory() + "grpo-boxed-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try #"{"problem": "1 + 1?", "answer": "2"}"#.write(
            toFile: file, atomically: true, encoding: .utf8)
        let boxed = "task: {boxed: {file: \(file)}}, max_completion_length: 8"
        for stage in ["grpo: {\(boxed)}", "sample: {prompts: 1, \(boxed)}"] {
            let found = problems([stage])
            #expect(
                found.contains { $0.contains("task: boxed holds all its problems out") },
                "\(found)")
        }
    }

    @Test("--set reaches every kind of stage")
    func overrides() throws {
        let recipe = try loadRecipe(
            SmallPipeline.recipe,
            set: [
                "traces.keep.length.min=3", "mixed.data.traces.weight=0.5", "taste.max_length=64",
                "preferred.beta=0.3", "final.rewards.reward_model.last=0.25",
                "base.data.little_world.everyday=0.1", "student_base.model.hidden_size=8",
                "final.task.little_world.general=0.25",
            ]
        ).recipe
        let text = ResolvedRecipe.text(of: recipe)
        for line in [
            "min: 3", "- traces:\n            weight: 0.5", "max_length: 64", "beta: 0.3",
            "last: 0.25", "everyday: 0.1", "hidden_size: 8", "general: 0.25",
        ] {
            #expect(text.contains(line), "\(line)")
        }
    }
}
