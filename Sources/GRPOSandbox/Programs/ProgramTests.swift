/// What a program is judged by: one row of HumanEval's shape.
package struct ProgramTests: Sendable, Hashable {
    /// What the program continues: imports, helper functions, and the head of the function asked
    /// for. Its helpers may be used by the test. Empty where there is none.
    package let prompt: String
    /// Python with `assert` statements, either in a function `check(candidate)` or at the top.
    package let test: String
    /// The function that is tested; nil where the test itself names what it calls.
    package let entryPoint: String?

    package init(prompt: String, test: String, entryPoint: String?) {
        self.prompt = prompt
        self.test = test
        self.entryPoint = entryPoint
    }
}
