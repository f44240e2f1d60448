/// Which columns of a file of programs to be written play which part: HumanEval's by default; MBPP
/// is `{prompt: text, test: test_list, solution: code}`.
package struct CodeColumns: Codable, Sendable, Equatable {
    /// What the program continues, or words that ask for it.
    package var prompt: String
    /// The test, as text or as a list of assertions.
    package var test: String
    /// The name of the function that `check` is called with; a row may lack it where the test
    /// itself names what it calls.
    package var entryPoint: String
    /// A program that is right; may be absent in a row.
    package var solution: String

    /// Under which columns a problem keeps them, whatever the file calls them.
    static let prompt = "prompt"
    static let test = "test"
    static let entryPoint = "entry_point"

    package init(
        prompt: String = "prompt", test: String = "test", entryPoint: String = "entry_point",
        solution: String = "canonical_solution"
    ) {
        self.prompt = prompt
        self.test = test
        self.entryPoint = entryPoint
        self.solution = solution
    }

    private enum CodingKeys: String, CodingKey {
        case prompt, test, solution
        case entryPoint = "entry_point"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = CodeColumns()
        self.init(
            prompt: try values.decodeIfPresent(String.self, forKey: .prompt) ?? defaults.prompt,
            test: try values.decodeIfPresent(String.self, forKey: .test) ?? defaults.test,
            entryPoint: try values.decodeIfPresent(String.self, forKey: .entryPoint)
                ?? defaults.entryPoint,
            solution: try values.decodeIfPresent(String.self, forKey: .solution)
                ?? defaults.solution)
    }
}
