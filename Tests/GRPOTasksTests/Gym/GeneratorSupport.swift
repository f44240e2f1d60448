import GRPOTasks

/// All generators with their default options.
let generators: [any GeneratedTask] = [
    BaseConversion(), BasicArithmetic(), ChainSum(), CountBits(), FractionSimplification(),
    GreatestCommonDivisor(), LeastCommonMultiple(), LegCounting(), LetterCounting(),
    NumberSorting(), Products(), SimpleEquations(), SpellBackward(), WordProblems(),
]

/// The generator of a name.
func generator(_ name: String) -> any GeneratedTask {
    generators.first { type(of: $0).name == name }!
}

/// The first problems of a split.
func drawn(
    _ task: any ProblemSource, _ count: Int, split: Split = .train, seed: UInt64 = 1
) -> [Problem] {
    var random: any RandomNumberGenerator = SplitMix64(seed: seed)
    return (0..<count).map { task.problem($0, split: split, using: &random) }
}

/// A completion that gives an answer.
func answered(_ answer: String) -> String { "<think>so</think>\n<answer>\(answer)</answer>" }

/// What stands in a prompt between two texts.
func part(of text: String, after start: String, before end: String) -> String {
    let rest = text.components(after: start)
    return rest.range(of: end).map { String(rest[..<$0.lowerBound]) } ?? rest
}

extension String {
    fileprivate func components(after start: String) -> String {
        range(of: start).map { String(self[$0.upperBound...]) } ?? self
    }

    fileprivate func range(of text: String) -> Range<String.Index>? {
        firstRange(of: text)
    }
}
