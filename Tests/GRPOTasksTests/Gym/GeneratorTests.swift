import BigInt
import GRPOTasks
import Testing

/// The ground truth of each generator, computed again from the question by another way.
@Suite struct GeneratorTests {
    /// The value of `12 + 3 * (4 - -5)` with every rule written out, over exact fractions.
    private func value(_ text: String) -> Rational? {
        try? CountdownExpression(text, allowsSigns: true).value
    }

    private func expression(_ problem: Problem) -> String {
        part(of: problem.prompt, after: "Calculate ", before: ".")
    }

    private func numbers(_ text: String) -> [Int] {
        text.split { !"-0123456789".contains($0) }.compactMap { Int($0) }
    }

    @Test func chainSums() {
        var task = ChainSum()
        task.allowNegation = true
        for problem in drawn(task, 500) + drawn(ChainSum(), 500) {
            #expect(value(expression(problem)) == Rational(BigInt(problem.answer)!))
        }
        (task.minTerms, task.maxTerms, task.minDigits, task.maxDigits) = (3, 3, 2, 2)
        task.allowNegation = false
        for problem in drawn(task, 100) {
            let parts = expression(problem).split(separator: " ")
            #expect(parts.count == 5)
            #expect(stride(from: 0, to: 5, by: 2).allSatisfy { parts[$0].count == 2 })
        }
    }

    /// The same terms in another order are the same problem.
    @Test func orderOfTermsDoesNotMatter() {
        var task = ChainSum()
        (task.maxTerms, task.maxDigits) = (2, 1)
        let problems = drawn(task, 2_000)
        let byID = Dictionary(grouping: problems, by: \.id)
        #expect(byID.values.contains { Set($0.map(\.prompt)).count > 1 })
        #expect(byID.values.allSatisfy { Set($0.map(\.answer)).count == 1 })
    }

    @Test func products() {
        var task = Products()
        (task.maxTerms, task.allowNegation) = (4, true)
        for problem in drawn(task, 500) {
            #expect(value(expression(problem)) == Rational(BigInt(problem.answer)!))
        }
        // Beyond 64 bits.
        (task.minTerms, task.minDigits, task.maxDigits) = (4, 18, 18)
        #expect(drawn(task, 20).contains { $0.answer.count > 60 })
    }

    @Test(arguments: [true, false])
    func basicArithmeticComesOutEven(parentheses: Bool) {
        var task = BasicArithmetic()
        task.allowParentheses = parentheses
        let problems = drawn(task, 1_000)
        for problem in problems {
            #expect(value(expression(problem)) == Rational(BigInt(problem.answer)!))
        }
        #expect(problems.contains { $0.prompt.contains("(") } == parentheses)
        for sign in ["+", "- ", "*", "/"] {
            #expect(problems.contains { $0.prompt.contains(" " + sign) })
        }
    }

    @Test func divisorsAndMultiples() {
        var gcd = GreatestCommonDivisor()
        (gcd.maxNumbers, gcd.maxValue) = (3, 60)
        var common = 0
        for problem in drawn(gcd, 500) {
            let numbers = numbers(problem.prompt)
            let found = (1...60).last { divisor in numbers.allSatisfy { $0 % divisor == 0 } }
            #expect(problem.answer == "\(found!)")
            common += found! > 1 ? 1 : 0
        }
        // Of random pairs 4 of 10 have a common divisor; three tries leave few without one.
        #expect(common > 300)
        var lcm = LeastCommonMultiple()
        (lcm.maxNumbers, lcm.maxValue) = (3, 12)
        for problem in drawn(lcm, 500) {
            let numbers = numbers(problem.prompt)
            let found = (1...1728).first { multiple in
                numbers.allSatisfy { multiple % $0 == 0 }
            }
            #expect(problem.answer == "\(found!)")
        }
    }

    @Test func equationsHoldOfTheirSolution() throws {
        for problem in drawn(SimpleEquations(), 500) {
            let letter = part(of: problem.prompt, after: "Solve for ", before: ":")
            let equation = part(of: problem.prompt, after: ": ", before: "?")
            let sides = equation.replacing(letter, with: "(\(problem.answer))")
                .split(separator: "=").map(String.init)
            #expect(value(sides[0]) == value(sides[1]))
            #expect(equation.contains(letter))
            #expect(problem.id.contains("x"))
        }
    }

    @Test func fractionsAreInLowestTerms() throws {
        let problems = drawn(FractionSimplification(), 500)
        for problem in problems {
            let shown = numbers(problem.prompt)
            let answer = numbers(problem.answer)
            #expect(shown.count == 2 && answer.count == 2)
            #expect(shown[0] * answer[1] == shown[1] * answer[0])
            #expect(
                !(2...answer[0].magnitude + 1).contains { d in
                    answer.allSatisfy { $0 % Int(d) == 0 }
                })
        }
        for style in ["$\\frac{", "$\\dfrac{"] {
            #expect(problems.contains { $0.answer.hasPrefix(style) })
        }
    }

    @Test func conversionsReadBack() {
        for problem in drawn(BaseConversion(), 500) {
            let digits = part(of: problem.prompt, after: "Convert ", before: " from")
            let bases = part(of: problem.prompt, after: "from base ", before: ".")
            let source = Int(part(of: bases, after: "", before: " "))!
            let target = Int(part(of: bases, after: "to base ", before: ","))!
            #expect(source != target)
            #expect(Int(digits, radix: source)! == Int(problem.answer, radix: target)!)
        }
    }

    @Test func bitsLettersAndLegsAreCounted() {
        for problem in drawn(CountBits(), 200) {
            let number = numbers(problem.prompt)[0]
            #expect(String(number, radix: 2).count { $0 == "1" } == Int(problem.answer))
        }
        for problem in drawn(LetterCounting(), 200) {
            let parts = problem.prompt.split(separator: "\"").map(String.init)
            #expect(parts[3].count { String($0) == parts[1] } == Int(problem.answer))
            #expect((5...15).contains(parts[3].split(separator: " ").count))
            #expect(problem.answer != "0")
        }
        var legs = LegCounting()
        (legs.minAnimals, legs.maxAnimals) = (1, 1)
        let spiders = drawn(legs, 400).filter { $0.prompt.contains("spider") }
        #expect(!spiders.isEmpty)
        for problem in spiders {
            #expect(8 * numbers(problem.prompt)[0] == Int(problem.answer))
        }
    }

    @Test func wordsAreSpeltBackward() {
        var task = SpellBackward()
        (task.minWordLength, task.maxWordLength, task.invented) = (4, 6, 0.3)
        for problem in drawn(task, 300) {
            let word = part(of: problem.prompt, after: ": ", before: "?")
            #expect((4...6).contains(word.count))
            #expect(String(word.reversed()) == problem.answer)
        }
    }

    @Test func numbersAreSorted() {
        let problems = drawn(NumberSorting(), 500)
        for problem in problems {
            func values(_ text: String) -> [Double] {
                text.split { !"-.0123456789".contains($0) }.compactMap { Double($0) }
            }
            let list = part(of: problem.prompt, after: "order: ", before: ". Answer")
            let ascending = problem.prompt.contains("ascending")
            let sorted = values(list).sorted(by: ascending ? (<) : (>))
            #expect(values(problem.answer) == sorted)
            #expect(sorted.allSatisfy { (-100...100).contains($0) })
        }
        #expect(problems.contains { $0.prompt.contains("descending") })
        #expect(problems.contains { $0.prompt.contains(" -0.") })
    }

    /// The story told again, sentence by sentence.
    @Test func storiesAddUp() {
        var task = WordProblems()
        (task.maxSteps, task.maxDistractors) = (6, 3)
        for problem in drawn(task, 1_000) {
            var amount = 0
            for sentence in problem.prompt.split(separator: ".").map(String.init) {
                let numbers = numbers(sentence)
                guard let number = numbers.first else { continue }
                if sentence.contains("times as") {
                    amount *= number
                } else if sentence.contains("equal piles") || sentence.contains("splits") {
                    #expect(amount % number == 0)
                    amount /= number
                } else if sentence.contains("bags") || sentence.contains("works") {
                    amount += number * numbers[1]
                } else if sentence.contains("of them") || sentence.contains("lends")
                    || sentence.contains("lunch")
                {
                    amount -= number
                } else if sentence.contains("more") || sentence.contains("back")
                    || sentence.contains("drawer")
                {
                    amount += number
                } else if sentence.contains(" has ") {
                    amount = number
                }
                #expect(amount >= 0)
            }
            #expect("\(amount)" == problem.answer)
        }
    }
}
