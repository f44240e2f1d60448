import GRPOTasks
import Testing

/// What counts as the same mathematical answer, kind by kind; in both directions.
@Suite struct MathematicsVerifierTests {
    static func verdict(_ given: String, _ truth: String) -> Verdict {
        MathematicsVerifier.verdict(on: given, truth: truth)
    }

    private func expectEqual(_ left: String, _ right: String) {
        #expect(Self.verdict(left, right) == .right)
        #expect(Self.verdict(right, left) == .right)
    }

    private func expectDifferent(_ left: String, _ right: String) {
        #expect(Self.verdict(left, right) == .wrong)
        #expect(Self.verdict(right, left) == .wrong)
    }

    @Test(arguments: [
        ("007", "7"), ("-5", "\u{2212}5"), ("+3", "3"), ("5.0", "5"), (".5", "0.5"),
        ("0.50", "\\frac{1}{2}"), ("7425000", "7,425,000"), ("1000", "1 000"),
        ("14{,}916", "14916"), ("32,\\!349", "32349"), ("10\\,080", "10080"),
        ("1,000.99", "1000.99"), ("1000.99", "1000,99"), ("0.\\overline{3}", "\\frac{1}{3}"),
        ("0.1\\overline{6}", "1/6"), ("1.2e5", "120000"), ("1.2 \\times 10^{-5}", "0.000012"),
        ("3E2", "300"), ("\\$32", "32"), ("$5", "5"), ("\u{20AC}5", "5"), ("42.", "42"),
        ("**42**", "42"), ("$$42$$", "42"), ("\\(42\\)", "42"), ("\\boxed{42}", "42"),
    ])
    func numbers(left: String, right: String) { expectEqual(left, right) }

    @Test(arguments: [
        ("5,3", "53"), ("1,2", "12"), ("0.33", "1/3"), ("32, 349", "32349"),
        ("12", "1^2"), ("-5", "5"), ("1e2", "12"), ("7.7", "7.8"), ("10^2", "102"),
        ("0.\\overline{3}", "0.3"),
    ])
    func otherNumbers(left: String, right: String) { expectDifferent(left, right) }

    @Test(arguments: [
        ("\\frac12", "0.5"), ("\\frac{1}{2}", "1/2"), ("\\dfrac{2}{4}", "\\tfrac12"),
        ("-\\frac{1}{2}", "\\frac{-1}{2}"), ("\\frac{1}{-2}", "-0.5"), ("\\frac3{4}", "0.75"),
        ("1\\frac{1}{2}", "1.5"), ("1 1/2", "3/2"), ("-2\\frac{1}{3}", "-7/3"),
        ("\\frac{\\frac12}{3}", "1/6"), ("6 \\div 4", "1.5"), ("2\\cdot\\frac12", "1"),
    ])
    func fractions(left: String, right: String) { expectEqual(left, right) }

    @Test(arguments: [
        ("28\\%", "28"), ("28%", "0.28"), ("28 percent", "28\\%"), ("90^\\circ", "90"),
        ("90^{\\circ}", "90\u{B0}"), ("5\\text{ cm}", "5"), ("15\\mbox{ cm}^2", "15"),
        ("5 cm", "5"), ("12 square units", "12"), ("\\frac{270}{7}\\text{ degrees}", "270/7"),
        ("5 apples", "5"), ("3\\text{ hours}", "3"), ("1,000.99m\u{B2}", "1000.99 m^2"),
        ("0.06 \\text{ yuan}", "0.06"),
    ])
    func percentAndUnits(left: String, right: String) { expectEqual(left, right) }

    @Test(arguments: [("0.28", "0.28%"), ("28", "0.28"), ("28/100", "28"), ("2800\\%", "2.8")])
    func otherPercent(left: String, right: String) { expectDifferent(left, right) }

    @Test(arguments: [
        ("\\sqrt{8}", "2\\sqrt2"), ("\\sqrt 3", "3^{1/2}"), ("\\sqrt[3]{-8}", "-2"),
        ("\\frac{1}{\\sqrt2}", "\\frac{\\sqrt2}{2}"), ("\\sqrt{2}\\sqrt{3}", "\\sqrt6"),
        ("\\frac{1}{1+\\sqrt2}", "\\sqrt2-1"), ("\\sqrt{\\frac{1}{4}}", "1/2"), ("2^{10}", "1024"),
        ("2^10", "1024"), ("8^{2/3}", "4"),
        ("\\frac{10\\sqrt{10.5}}{27}", "\\frac{5\\sqrt{42}}{27}"),
        ("\\sqrt{3+2\\sqrt2}", "1+\\sqrt2"), ("\\sqrt{-4}", "2i"), ("(1+i)^2", "2i"),
        ("\\frac{1}{i}", "-i"), ("5!", "120"), ("\\binom{5}{2}", "10"), ("|-3|", "3"),
        ("\\sqrt{2\\sqrt{3}}", "12^{1/4}"), ("\\frac{9}{4}\\pi", "\\frac{9\\pi}{4}"),
        ("2\\pi", "\\pi+\\pi"), ("e^2 e", "e^3"), ("\\ln e^2", "2"), ("\\log_2 8", "3"),
        ("\\sin 30^\\circ", "\\frac12"), ("\\sin\\frac{\\pi}{6}", "0.5"),
        ("\\frac{1+\\sqrt5}{2}", "\\cos 36^\\circ \\cdot 2"), ("\\sin^2 x+\\cos^2 x", "1"),
    ])
    func rootsPowersConstants(left: String, right: String) { expectEqual(left, right) }

    @Test(arguments: [
        ("4", "4\\sqrt2"), ("\\sqrt{32}", "\\sqrt{3}2"), ("\\pi", "22/7"),
        ("\\sqrt2", "\\sqrt3"), ("\\sqrt{10^{20}+1}", "10^{10}"), ("e^{-100}", "0"),
        ("\\sqrt{x^2}", "x"), ("2", "\\frac{1+\\sqrt5}{2}"), ("6-5i", "6+5i"),
    ])
    func otherRoots(left: String, right: String) { expectDifferent(left, right) }

    @Test(arguments: [
        ("(x+1)^2", "x^2+2x+1"), ("\\frac{x+2}{7}", "\\frac{x}{7}+\\frac{2}{7}"),
        ("\\frac{x^2-1}{x-1}", "x+1"), ("2 \\sin b \\cos a", "2\\cos(a)\\sin(b)"),
        ("\\tan^2(y)+1", "\\sec^2(y)"), ("\\frac{1}{3\\sqrt[3]{x}^2}", "\\frac{1}{3x^{2/3}}"),
        ("2^{n+1}", "2\\cdot 2^n"), ("\\frac{\\pi r}{h+r}", "\\pi r/(r+h)"),
        ("x_1+x_{2}", "x_2+x_1"),
        ("e^{2x}", "(e^x)^2"), ("ab", "b \\cdot a"),
    ])
    func algebra(left: String, right: String) { expectEqual(left, right) }

    @Test(arguments: [
        ("x+2n+1", "x+1"), ("(a+5)(b+2)", "(+5)(b+2)"), ("f(x)", "f(y)"), ("x", "y"),
        ("2^n", "n^2"), ("\\sin x", "\\cos x"), ("x+\\sin x", "x"), ("x^2", "x^3"),
    ])
    func otherAlgebra(left: String, right: String) { expectDifferent(left, right) }

    @Test(arguments: [
        ("(1,\\frac{9}{2})", "(1, 4.5)"), ("[0, 1)", "[0,1)"),
        ("\\left(2,\\infty\\right)", "(2, \\infty)"),
        ("\\{1,2,3\\}", "\\{3,2,1\\}"), ("1, 2", "2,1"), ("1 and 2", "\\{2, 1\\}"),
        ("12\\text{ and }13", "12, 13"), ("5 or 6", "6,5"), ("${1,3}$", "(1,3)"),
        ("[1,2]\\cup[3,4]", "[3,4] \\cup [1,2]"), ("\\langle 1,2\\rangle", "(1,2)"),
        ("1 \\pm \\sqrt{19}", "1+\\sqrt{19}, 1-\\sqrt{19}"), ("\\pm 2021", "\\{-2021, 2021\\}"),
        ("\\{1\\pm\\sqrt5,-2\\}", "-2, 1-\\sqrt5, 1+\\sqrt5"), ("(0;0),(1;2)", "(1,2),(0,0)"),
        ("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)"), ("\\emptyset", "\\{\\}"),
        (
            "\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}",
            "\\left[\\begin{array}{cc}1 & 2 \\\\ 3 & 8/2\\end{array}\\right]"
        ),
        (
            "\\begin{pmatrix}6 & 8\\end{pmatrix}",
            "\\begin{pmatrix}1 & 2\\end{pmatrix} + \\begin{pmatrix}5 & 6\\end{pmatrix}"
        ),
        (
            "\\begin{pmatrix}2 & 1 \\\\ 4 & 3\\end{pmatrix}",
            "\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}\\begin{pmatrix}0 & 1 \\\\ 1 & 0\\end{pmatrix}"
        ),
        ("7:32", "14:64"), ("204_5", "204_{5}"),
    ])
    func structures(left: String, right: String) { expectEqual(left, right) }

    @Test(arguments: [
        ("(1,2)", "(2,1)"), ("\\{2,3,4\\}", "\\{1,2,3\\}"), ("[0,1)", "[0,1]"), ("(0,1)", "[0,1]"),
        ("\\{1,2\\}", "(1,2)"), ("5 or 6", "5"), ("1,2", "1,2,3"), ("\\pm 2", "2"),
        ("12:00", "1:00"),
        ("1112112_3", "1112122_3"), ("204_5", "204"), ("(3,100)", "3100"),
        ("\\begin{pmatrix}1 & 2\\end{pmatrix}", "\\begin{pmatrix}1 & 3\\end{pmatrix}"),
        ("x \\in (1,2)", "x \\in [1,2]"),
    ])
    func otherStructures(left: String, right: String) { expectDifferent(left, right) }

    @Test(arguments: [
        ("x=5", "5"), ("x = 5", "x=\\frac{10}{2}"), ("5 = x", "5"), ("f(x)=x+1", "1+x"),
        ("(p,q)=(3,2)", "(3,2)"), ("AB=4,CD=5", "4, 5"), ("x_1=1, x_2=2", "2, 1"),
        ("p=5,q=2;p=7,q=2", "(5,2),(7,2)"), ("x = 1+1 = 2", "2"), ("2+3=5", "5"),
        ("x=1/3\\approx 0.33", "1/3"), ("x \\approx 11", "11"),
        ("2x+4y-3=0", "y=-\\frac12x+\\frac34"),
        ("x^2/4+y^2/3=1", "x^2/16+y^2/12=1/4"), ("x \\le 5", "5 \\ge x"), ("x<1", "-x > -1"),
        ("x != 3", "x \\neq 3"), ("-2 \\le x \\le 7", "x \\in [-2,7]"), ("k \\ge 2", "[2,\\infty)"),
        ("0<f(x)<1", "(0,1)"), ("1 > x > 0", "0 < x < 1"), ("x \\in \\{1,2\\}", "1,2"),
    ])
    func statements(left: String, right: String) { expectEqual(left, right) }

    @Test(arguments: [
        ("x=5", "y=5"), ("2x+z=1", "1"), ("a^2+b=0", "0"), ("x<1", "x>-1"), ("x \\le 5", "x < 5"),
        ("x>1", "y>1"), ("x=1, y=2", "x=2, y=1"), ("x=1,y=2", "2,1"), ("7=11a+c", "11a+c"),
    ])
    func otherStatements(left: String, right: String) { expectDifferent(left, right) }

    @Test(arguments: [
        ("\\text{Evelyn}", "Evelyn"), ("\\text{(C)}", "C"), ("(C)", "\\text{C}"),
        ("\\text{E}", "E"),
        ("Even", "even"), ("No", "no"), ("\\textbf{No solution}", "no solution"),
        ("\\text{Yes}", "yes."),
        ("abc", "a \\cdot c \\cdot b"),
    ])
    func words(left: String, right: String) { expectEqual(left, right) }

    @Test(arguments: [
        ("odd", "dod"), ("A", "B"), ("\\text{E}", "d"), ("even", "odd"), ("yes", "5"),
    ])
    func otherWords(left: String, right: String) { expectDifferent(left, right) }
}
