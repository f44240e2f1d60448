import GRPOTasks
import Testing

@Suite struct RegistryTests {
    private struct Parity: ProblemSource {
        static let name = "parity"
        static let summary = "Is a number even?"

        func problem(
            _ index: Int, split: Split, using random: inout any RandomNumberGenerator
        ) -> Problem {
            let number = 2 * random.drawInteger(below: 50) + (split == .test ? 1 : 0)
            return Problem(id: "\(number)", prompt: "\(number)", answer: "\(number % 2)")
        }

        func testProblems(limit: Int, seed: UInt64) -> [Problem] { [] }

        func verify(_ completion: String, _ problem: Problem) -> Verdict {
            completion == problem.answer ? .right : .wrong
        }
    }

    @Test func builtInNames() {
        let ofFiles = [
            "boxed", "code", "jsonl", "multiple_choice", "reasoning_gym", "short_answer",
        ]
        let generators = [
            "base_conversion", "basic_arithmetic", "chain_sum", "count_bits",
            "fraction_simplification", "gcd", "gsm_templates", "lcm", "leg_counting",
            "letter_counting", "number_sorting", "products", "simple_equations",
            "spell_backward",
        ]
        #expect(
            TaskRegistry.tasks().names
                == (["countdown", "little_world", "sums"] + ofFiles + generators).sorted())
        #expect(
            TextRegistry.texts().names
                == ["everyday", "jsonl", "little_world", "sums_mixture", "worked"])
        #expect(PairRegistry.pairs().names == ["jsonl", "jsonl_labels", "little_world"])
        for name in TaskRegistry.tasks().names {
            let type = TaskRegistry.tasks()[name]
            #expect(type?.name == name)
            #expect(type?.summary.isEmpty == false)
            // A file has no default.
            #expect(type?.init().problems().map(\.key) == (ofFiles.contains(name) ? ["file"] : []))
        }
    }

    @Test func aUsersTaskIsFoundByName() throws {
        let registry = TaskRegistry.tasks(adding: [Parity.self])
        let type = try #require(registry["parity"])
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        let source = type.init()
        let problem = source.problem(0, split: .train, using: &random)
        #expect(source.verify("0", problem) == .right)
        #expect(registry["sum"] == nil)
    }
}
