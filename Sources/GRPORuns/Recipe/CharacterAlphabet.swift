import GRPOJSON
import GRPORollouts
import GRPOTasks
import GRPOTokenizers
import GRPOTraining

/// What a model from nothing can read and write: the characters of the texts and pairs that a recipe
/// trains on, and those of the questions that it asks, with their answers.
package struct CharacterAlphabet {
    /// Questions of a task without end that are looked at. They belong to the task: no seed changes
    /// them, so that the seeds of a study have one alphabet.
    package static let questions = 1024

    /// Of texts and pairs.
    package let trained: Set<Character>
    /// Of questions, prompts around them and answers.
    package let asked: Set<Character>

    package init(_ recipe: Recipe) {
        trained = Set(
            recipe.stages.flatMap { stage -> [Character] in
                switch stage.data {
                case .texts(let texts)?: texts.sources.flatMap(\.alphabet)
                case .pairs(let pairs)?: pairs.source.alphabet
                case nil: []
                }
            })
        var seen: Set<String> = []
        let tasks = recipe.stages.flatMap { recipe.tasks(of: $0) }
            .filter { seen.insert(JSONValue(encoding: TaskSetting($0)).text).inserted }
        let held = (recipe.evaluation.task ?? recipe.task).source
            .testProblems(limit: recipe.evaluation.settings.problems, seed: 0)
        var asked: Set<Character> = []
        for problem in tasks.flatMap(Self.trainingProblems) + held {
            asked.formUnion(recipe.prompt.characters(around: problem))
            asked.formUnion(problem.answer)
        }
        self.asked = asked
    }

    /// Once and in order: recipes with the same characters have the same tokenizer, and share what
    /// they begin with.
    package var text: String { String(trained.union(asked).sorted()) }

    /// What stands in no text: the model can spell it, and has seen it nowhere before it is asked.
    package var unseen: String { String(asked.subtracting(trained).sorted()) }

    /// What people should know of a model from nothing before it is made.
    static func note(on recipe: Recipe) -> String? {
        guard case .shape = recipe.model else { return nil }
        let unseen = CharacterAlphabet(recipe).unseen
        guard !unseen.isEmpty else { return nil }
        return "note: \(printable(unseen)) is asked and stands in no text that the recipe trains "
            + "on; give a text stage data that has it"
    }

    private static func trainingProblems(_ task: any ProblemSource) -> [Problem] {
        (0..<(task.trainingCount() ?? questions)).map { index in
            var random: any RandomNumberGenerator = SplitMix64(seed: UInt64(index))
            return task.problem(index, split: .train, using: &random)
        }
    }
}

extension Recipe {
    /// Every character that a model from nothing has.
    var characterAlphabet: String { CharacterAlphabet(self).text }

    /// The tokenizer of a model from nothing.
    var characterTokenizer: CharacterTokenizer { CharacterTokenizer(alphabet: characterAlphabet) }
}

extension PromptStyle {
    /// Of a question as it is put; a chat template belongs to a tokenizer, which a model from nothing
    /// has none of.
    fileprivate func characters(around problem: Problem) -> String {
        let none = CharacterTokenizer(alphabet: "")
        return (try? text(problem, with: none)) ?? problem.prompt
    }
}
