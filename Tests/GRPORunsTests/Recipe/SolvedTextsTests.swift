import GRPORuns
import GRPOTasks
import Testing

struct SolvedTextsTests {
    private func texts(_ options: String, task: String = "chain_sum") -> String {
        """
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 256}
        task: \(task)
        evaluation: {problems: 8, samples: 2}
        stages:
          - pretrain: {max_steps: 1, data: {solved: \(options)}}
        """
    }

    @Test func documentsAnswerTrainingProblems() {
        let source = SolvedTexts(task: TaskSetting(GreatestCommonDivisor()), wrong: 0.25)
        #expect(source.problems().isEmpty)
        var random: any RandomNumberGenerator = SplitMix64(seed: 1)
        let task = GreatestCommonDivisor()
        var right = 0
        for index in 0..<1_000 {
            let document = source.document(index, using: &random)
            #expect((document.prompt + document.completion).allSatisfy(source.alphabet.contains))
            let numbers = document.prompt.split { !"0123456789".contains($0) }.map { Int($0)! }
            let divisor = (1...1000).last { d in numbers.allSatisfy { $0 % d == 0 } }!
            right += document.completion == "<answer>\(divisor)</answer>" ? 1 : 0
            #expect(
                task.contains(
                    Problem(
                        id: numbers.sorted().map(String.init).joined(separator: ","), prompt: "",
                        answer: "", columns: ["source_dataset": "gcd"]), in: .train) == true)
        }
        // A quarter answers as another problem is answered, of which some are right by accident.
        #expect((740...880).contains(right))
    }

    @Test func everyGeneratorCanBeLearnedByACharacterModel() {
        let alphabet = Set(SolvedTexts().alphabet)
        for name in Components().tasks.names {
            let source = Components().tasks[name]!.init()
            guard source is any GeneratedTask else { continue }
            let texts = SolvedTexts(task: TaskSetting(source))
            #expect(texts.problems().isEmpty)
            var random: any RandomNumberGenerator = SplitMix64(seed: 1)
            for index in 0..<100 {
                let document = texts.document(index, using: &random)
                #expect((document.prompt + document.completion).allSatisfy(alphabet.contains))
            }
        }
    }

    @Test func recipes() throws {
        let recipe = try loadRecipe(texts("{task: {chain_sum: {max_terms: 3}}, wrong: 0.3}")).recipe
        guard case .pretrain(let stage) = recipe.stages[0],
            let source = stage.texts.sources.first as? SolvedTexts
        else {
            Issue.record("no solved texts in \(recipe.stages)")
            return
        }
        #expect(source.wrong == 0.3)
        #expect((source.task.source as? ChainSum)?.maxTerms == 3)
        let text = ResolvedRecipe.text(of: recipe)
        #expect(ResolvedRecipe.text(of: try loadRecipe(text).recipe) == text)
    }

    @Test(arguments: [
        ("{wrong: 2}", "must be a share from 0 to 1, found 2"),
        ("{task: countdown}", "the true answer of countdown between answer tags is not right"),
        ("{task: {chain_sum: {held_out: 0.01}}}", "the text would show held-out problems"),
        ("{task: {chain_sum: {min_terms: 9}}}", "must not exceed max_terms"),
    ])
    func mistakesAreFound(options: String, message: String) {
        #expect(recipeProblems(texts(options)).contains { $0.contains(message) })
    }
}
