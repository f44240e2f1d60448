import Foundation
import Synchronization

/// The verdicts on the completions of one problem, found out once for all who ask: several rewards,
/// the hack gap and a curriculum want the same ones, and each may cost the run of a program.
///
/// They are those of one verifier; what another task says of the same completions is another's.
package final class GroupVerdicts: Sendable {
    private let source: any ProblemSource
    private let problem: Problem
    private let completions: [String]
    private let verdicts: Mutex<[Verdict]?>
    private let grades = Mutex<[CodeExecution: [ProgramGrade]]>([:])

    /// - Parameters:
    ///   - completions: their texts.
    ///   - known: the verdicts, where somebody has them already.
    package init(
        of completions: [String], _ problem: Problem, by source: any ProblemSource,
        known: [Verdict]? = nil
    ) {
        precondition(
            known?.count ?? completions.count == completions.count,
            "\(known?.count ?? 0) verdicts on \(completions.count) completions")
        self.source = source
        self.problem = problem
        self.completions = completions
        verdicts = Mutex(known)
    }

    /// What the verifier says of each; the first who asks waits for all of them.
    package var all: [Verdict] {  // [completions]
        verdicts.withLock { known in
            if let known { return known }
            let found =
                if let code = source as? CodeProblems {
                    grades(by: code.execution).map(\.verdict)
                } else {
                    source.verdicts(of: completions, problem)
                }
            known = found
            return found
        }
    }

    /// The verdicts, where somebody has asked for them.
    package var known: [Verdict]? { verdicts.withLock { $0 } }

    /// What the completions' programs earn, run in the given way.
    package func grades(by execution: CodeExecution) -> [ProgramGrade] {  // [completions]
        grades.withLock { known in
            if let grades = known[execution] { return grades }
            let grades = ProgramGrade.grades(of: completions, problem, execution)
            known[execution] = grades
            return grades
        }
    }
}

extension ProblemSource {
    /// Whether another task's verifier is certain to say the same of every completion: one of equal
    /// options, or for programs, whose tests the problems bring, one that runs them alike.
    package func verifies(like other: any ProblemSource) -> Bool {
        if let code = self as? CodeProblems, let other = other as? CodeProblems {
            return code.execution == other.execution
        }
        guard let own = encoded(self), let others = encoded(other) else { return false }
        return Self.name == type(of: other).name && own == others
    }

    private func encoded(_ source: some ProblemSource) -> Data? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try? encoder.encode(source)
    }
}
