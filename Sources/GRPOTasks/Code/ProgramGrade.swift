import GRPOSandbox

/// What a completion's program earns.
package enum ProgramGrade: Sendable, Hashable {
    /// The share of assertions that hold; 1 exactly where the program is right.
    case share(Double)
    /// There is no program, or it said nothing in time.
    case none
    /// The sandbox failed, before anything of the program ran, or the problem has no test.
    case ungradable(reason: String)

    /// What task `code` says of it.
    package var verdict: Verdict {
        switch self {
        case .share(let share): share == 1 ? .right : .wrong
        case .none: .wrong
        case .ungradable(let reason): .ungradable(reason: reason)
        }
    }

    /// The grades of a group, several programs at a time.
    ///
    /// A problem brings its test in the columns `test`, `entry_point` and `prompt`, as task `code`
    /// and HumanEval's rows in any other task do.
    package static func grades(
        of completions: [String], _ problem: Problem, _ execution: CodeExecution
    ) -> [ProgramGrade] {
        guard let test = problem.columns[CodeColumns.test] else {
            return completions.map { _ in
                .ungradable(
                    reason: "problem '\(problem.id)' has no column '\(CodeColumns.test)' of tests")
            }
        }
        let prompt = problem.columns[CodeColumns.prompt] ?? problem.prompt
        let entryPoint = problem.columns[CodeColumns.entryPoint]
        let programs = completions.map {
            ProgramText.sources(in: $0, prompt: prompt, entryPoint: entryPoint)
        }
        let tests = ProgramTests(prompt: prompt, test: test, entryPoint: entryPoint)
        return execution.results(of: programs, by: tests).map { result in
            switch result {
            case nil: .none
            case .success(.judged(let report)): .share(report.share)
            case .success(.silent): .none
            case .failure(let error): .ungradable(reason: "\(error)")
            }
        }
    }
}
