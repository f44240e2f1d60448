/// Judges mathematical answers, in LaTeX or plain text, by what they mean.
///
/// Read are integers, decimals, thousands separators, fractions, mixed numbers, percent, units,
/// scientific notation, roots, powers, pi and e, intervals, sets, tuples, matrices, equations,
/// inequalities, `±`, and words. Two answers are the same where their canonical forms are (exact
/// fractions, polynomials in variables and roots); only where functions such as a sine stand in
/// the way, numbers at six points decide.
///
/// - A decimal is an exact number: 0.5 is 1/2. Rounded, it stands for an exact number from six
///   digits behind the point on (0.333333 for 1/3, not 0.333), or where the *truth* is a decimal of
///   at least three digits to which the exact answer rounds (3.14 asks for pi).
/// - Units and currency signs say nothing. `28%` answers 28 as well as 0.28.
/// - Items between commas have an order in brackets only.
///
/// It is total: bounded steps on every input, no clock, no backtracking. The truth alone decides
/// whether a problem is ungradable; an answer that cannot be read, or is out of bounds, is wrong.
package enum MathematicsVerifier {
    /// The verdict on an answer, nil where none was given.
    package static func verdict(on answer: String?, truth: String) -> Verdict {
        measuredVerdict(on: answer, truth: truth).verdict
    }

    /// The verdict, and the steps that it took: at most `mostSteps`.
    package static func measuredVerdict(
        on answer: String?, truth: String
    ) -> (verdict: Verdict, steps: Int) {
        var reading = WorkBudget()
        let read: MathAnswer
        do throws(MathFault) {
            read = try MathAnswer(truth, &reading)
        } catch {
            let reason = "the true answer '\(truth)' \(error.explanation)"
            return (.ungradable(reason: reason), reading.spent)
        }
        guard let answer else { return (.wrong, reading.spent) }
        if answer.utf8.elementsEqual(truth.utf8) { return (.right, reading.spent) }
        // Of its own: whatever the truth has taken, an answer has as much as every other.
        var answering = WorkBudget()
        guard let given = try? MathAnswer(answer, &answering) else {
            return (.wrong, reading.spent + answering.spent)
        }
        var comparing = WorkBudget()
        let isRight = read.isSaid(by: given, &comparing)
        return (
            isRight ? .right : .wrong, reading.spent + answering.spent + comparing.spent
        )
    }

    /// Steps for reading the truth, reading the answer and comparing them.
    package static let mostSteps = 3 * WorkBudget.answer

    /// One text for answers that are the same: `1/2` for `0.5` and `\frac{2}{4}`. Of those that are
    /// the same only by rounding or by numbers it may be another for each. Nil for what cannot be
    /// read.
    package static func canonicalText(of answer: String) -> String? {
        var budget = WorkBudget()
        return (try? MathAnswer(answer, &budget))?.value.text
    }
}
