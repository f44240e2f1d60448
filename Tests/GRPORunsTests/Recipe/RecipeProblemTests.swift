import GRPOJSON
import GRPORuns
import Testing

@Suite("Recipe problems: all at once, each at its place")
struct RecipeProblemTests {
    @Test("every class of problem in one recipe")
    func allAtOnce() {
        let found = problems(
            """
            seed: fast
            precission: float32
            precision: float16
            evaluation: {samples: 0, problem: 3}
            task: {sum: {digits: 2}}
            stages:
              - pretrain: {max_steps: 1.5}
              - grpo:
                  num_generation: 4
                  num_generations: 1
                  epsilon: wide
                  rewards: [accuracy, {format: {weight: heavy}}, formt]
              - gropo: {}
              - grpo: {name: last, from: nowhere}
            """)
        #expect(
            found == [
                "r.yaml:1:7: seed: expected a whole number, found 'fast'",
                "r.yaml:2:1: unknown key 'precission'; did you mean 'precision'?",
                "r.yaml:3:12: precision: expected one of auto, float32, bfloat16, found "
                    + "'float16'; did you mean 'bfloat16'?",
                "r.yaml:4:14: samples: must be at least 1, found 0",
                "r.yaml:4:26: unknown key 'problem' in evaluation; did you mean 'problems'?",
                "r.yaml:5:8: unknown task 'sum'; did you mean 'sums'?",
                "r.yaml:7:27: max_steps: expected a whole number, found '1.5'",
                "r.yaml:9:7: unknown key 'num_generation' in grpo; did you mean "
                    + "'num_generations'?",
                "r.yaml:10:7: num_generations: must be at least 2, found 1",
                "r.yaml:11:16: epsilon: expected a number, found 'wide'",
                "r.yaml:12:45: weight: expected a number, found 'heavy'",
                "r.yaml:12:54: unknown reward 'formt'; did you mean 'format'?",
                "r.yaml:13:5: unknown stage 'gropo'; did you mean 'grpo'?",
            ])
    }

    @Test("a combination across stages, at the key that makes it")
    func combination() {
        let found = problems(
            """
            stages:
              - pretrain: {name: base}
              - grpo: {from: bass}
            """)
        #expect(found == ["r.yaml:3:12: stages.1.from: no earlier stage 'bass'"])
    }

    @Test("options beside a kind instead of below it")
    func misindented() {
        let found = problems("stages:\n  - grpo:\n    beta: 0\n")
        #expect(
            found == [
                "r.yaml:3:5: found 'beta' beside 'grpo', expected one stage per element; indent "
                    + "the options below 'grpo:', or write {...} after it"
            ])
    }

    @Test("wrong shapes")
    func shapes() {
        #expect(
            problems("stages: grpo") == [
                "r.yaml:1:9: stages: expected a list, found 'grpo'; write [grpo]"
            ])
        #expect(
            problems("evaluation: often") == [
                "r.yaml:1:13: evaluation: expected a mapping of settings, found 'often'"
            ])
        #expect(
            problems("stages: [[1]]") == [
                "r.yaml:1:10: expected a stage (its kind, or kind: {...}), found a list of 1"
            ])
        #expect(
            problems("evaluation: {samples: {a: 1}}") == [
                "r.yaml:1:23: samples: expected a whole number, found a mapping"
            ])
    }

    @Test("an unknown key without a near one lists what there is")
    func known() {
        #expect(
            problems("task: {sums: {colour: red}}") == [
                "r.yaml:1:15: unknown key 'colour' in sums; known: digits"
            ])
    }

    @Test("a kind without options takes none")
    func noOptions() throws {
        #expect(try sample("task: plain").task == .plain(NoOptions()))
        #expect(try sample("task: {plain: {}}").task == .plain(NoOptions()))
        #expect(
            problems("task: {plain: {x: 1}}") == [
                "r.yaml:1:16: unknown key 'x' in plain; nothing can be set here"
            ])
        let text = ResolvedRecipe.text(of: try sample("task: plain"))
        #expect(try sample(text).task == .plain(NoOptions()))
    }

    @Test("two sets of settings in one mapping are both known and both checked")
    func beside() {
        #expect(
            problems("stages: [grpo: {rewards: [length: {weight: .inf, target_length: 0, x: 1}]}]")
                == [
                    "r.yaml:1:36: weight: must be finite",
                    "r.yaml:1:50: target_length: must be above 0",
                    "r.yaml:1:68: unknown key 'x' in length; known: weight, when, target_length",
                ])
    }

    @Test(
        "keys of TRL that are not ours name what to write",
        arguments: [
            ("per_device_train_batch_size: 8", "set prompts_per_step"),
            ("gradient_accumulation_steps: 4", "set micro_batch_tokens"),
            ("generation_batch_size: 64", "set steps_per_generation"),
            ("num_train_epochs: 1", "set max_steps"), ("use_vllm: true", "one engine"),
            ("bf16: true", "set precision"), ("logging_steps: 1", "every step is recorded"),
            ("top_k: 50", "biases the ratio"), ("top_p: 0.9", "biases the ratio"),
            ("min_p: 0.1", "biases the ratio"),
            ("reward_weights: [1, 2]", "beside the reward"), ("kl_coef: 0.1", "set beta"),
        ])
    func trl(line: String, remedy: String) {
        let found = problems("stages:\n  - grpo:\n      \(line)\n")
        let key = line.prefix { $0 != ":" }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("r.yaml:3:7: unknown key '\(key)' in grpo; ") == true)
        #expect(found.first?.contains(remedy) == true)
    }

    @Test("no key of ours is listed as one of TRL's alone")
    func ours() {
        let stages = [
            JSONValue(encoding: GRPOSpecification.defaults),
            JSONValue(encoding: PretrainSpecification.defaults),
        ]
        for key in stages.flatMap({ $0.members ?? [] }).map(\.key) {
            #expect(TRLNames.remedies[key] == nil, "\(key)")
        }
    }

    @Test("every TRL remedy says what to do")
    func remedies() {
        for (key, remedy) in TRLNames.remedies {
            let verbs = ["set ", "remove it", "use ", "write "]
            #expect(verbs.contains { remedy.contains($0) }, "\(key): \(remedy)")
        }
    }

    @Test(
        "nearest names",
        arguments: [
            ("num_generation", "num_generations"), ("generations", "num_generations"),
            ("lerning_rate", "learning_rate"), ("bteа", nil), ("epslion", "epsilon"),
            ("Beta", "beta"), ("zzz", nil),
        ] as [(String, String?)])
    func nearest(name: String, expected: String?) {
        let known = ["num_generations", "learning_rate", "beta", "epsilon", "epsilon_high"]
        #expect(NearestName.of(name, among: known) == expected)
    }

    @Test("edit distance counts swaps of neighbours once")
    func distance() {
        #expect(NearestName.editDistance("", "abc") == 3)
        #expect(NearestName.editDistance("kitten", "sitting") == 3)
        #expect(NearestName.editDistance("ab", "ba") == 1)
    }
}
