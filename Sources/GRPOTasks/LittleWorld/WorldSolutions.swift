/// The shares of the ways in which a base model's text answers sums, and how often each is wrong.
package struct WorldSolutions: Codable, Sendable, Hashable {
    /// How a sum is answered.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case worked, other, mixed, hasty, bare
    }

    /// Share worked out in the question's language.
    package let worked: Double
    /// Share of those with a slip.
    package let workedSlips: Double
    /// Share worked out in the other language.
    package let other: Double
    /// Share of those with a slip.
    package let otherSlips: Double
    /// Share worked out in a mixture of both.
    package let mixed: Double
    /// Share of those with a slip.
    package let mixedSlips: Double
    /// Share of the slips that are noticed and put right.
    package let noticed: Double
    /// Share answered without the carries, after a thought in either language.
    package let hasty: Double
    /// Share answered bare. The five shares of answers add up to 1.
    package let bare: Double

    package init(
        worked: Double = 0.16, workedSlips: Double = 0.4, other: Double = 0.13,
        otherSlips: Double = 0.05, mixed: Double = 0.15, mixedSlips: Double = 0.05,
        noticed: Double = 0.2, hasty: Double = 0.12, bare: Double = 0.44
    ) {
        self.worked = worked
        self.workedSlips = workedSlips
        self.other = other
        self.otherSlips = otherSlips
        self.mixed = mixed
        self.mixedSlips = mixedSlips
        self.noticed = noticed
        self.hasty = hasty
        self.bare = bare
    }

    /// Every share that is out of range, by its key.
    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        let kinds = Kind.allCases.map { ($0.rawValue, share(of: $0)) }
        let all =
            kinds + [
                ("worked_slips", workedSlips), ("other_slips", otherSlips),
                ("mixed_slips", mixedSlips), ("noticed", noticed),
            ]
        for (key, share) in all where !(0...1).contains(share) {
            found.append((key, "must be a share from 0 to 1, found \(share)"))
        }
        let sum = kinds.reduce(0) { $0 + $1.1 }
        if abs(sum - 1) > 1e-9 {
            let names = kinds.map(\.0).joined(separator: ", ")
            found.append(("worked", "\(names) must add up to 1, found \(sum)"))
        }
        return found
    }

    /// The share of one kind.
    package func share(of kind: Kind) -> Double {
        switch kind {
        case .worked: worked
        case .other: other
        case .mixed: mixed
        case .hasty: hasty
        case .bare: bare
        }
    }

    /// The share of solutions of a kind that have a slip, noticed or not.
    package func slips(of kind: Kind) -> Double {
        switch kind {
        case .worked: workedSlips
        case .other: otherSlips
        case .mixed: mixedSlips
        case .hasty, .bare: 0
        }
    }

    /// An answer to a question in a language.
    func drawn(
        _ a: Int, _ b: Int, in language: WorldLanguage,
        using random: inout any RandomNumberGenerator
    ) -> String {
        switch drawnKind(using: &random) {
        case .worked:
            let sum = drawnSum(a, b, .worked, using: &random)
            return Self.tagged(sum.text(in: language), sum.answer)
        case .other:
            let sum = drawnSum(a, b, .other, using: &random)
            return Self.tagged(sum.text(in: language.other), sum.answer)
        case .mixed:
            let sum = drawnSum(a, b, .mixed, using: &random)
            let first = random.drawInteger(below: 2) == 0 ? language : language.other
            // A sum of one column changes within it.
            let places = sum.columnStarts.isEmpty ? [1] : sum.columnStarts
            let place = random.drawElement(of: places)
            return Self.tagged(sum.text(in: first, upTo: place), sum.answer)
        case .hasty:
            // In the question's language alone, it would be the cheapest way to be consistent.
            let and = random.drawInteger(below: 2) == 0 ? language.and : language.other.and
            return Self.tagged("\(a) \(and) \(b)", WorkedSum.hastyAnswer(a, b))
        case .bare:
            return "\(a + b)"
        }
    }

    private func drawnKind(using random: inout any RandomNumberGenerator) -> Kind {
        var rest = random.drawFraction()
        for kind in Kind.allCases.dropLast() {
            if rest < share(of: kind) { return kind }
            rest -= share(of: kind)
        }
        return .bare
    }

    private func drawnSum(
        _ a: Int, _ b: Int, _ kind: Kind, using random: inout any RandomNumberGenerator
    ) -> SpokenSum {
        guard random.drawFraction() < slips(of: kind) else { return SpokenSum(a, b) }
        let slip = WorkedSum.slip(on: a, b, using: &random)
        return SpokenSum(a, b, slip: slip, noticed: random.drawFraction() < noticed)
    }

    private static func tagged(_ thought: String, _ answer: String) -> String {
        "<think>\(thought)</think><answer>\(answer)</answer>"
    }
}

extension WorldSolutions {
    private enum CodingKeys: String, CodingKey {
        case worked, other, mixed, noticed, hasty, bare
        case workedSlips = "worked_slips"
        case otherSlips = "other_slips"
        case mixedSlips = "mixed_slips"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = WorldSolutions()
        func share(_ key: CodingKeys, _ fallback: Double) throws -> Double {
            try values.decodeIfPresent(Double.self, forKey: key) ?? fallback
        }
        self.init(
            worked: try share(.worked, defaults.worked),
            workedSlips: try share(.workedSlips, defaults.workedSlips),
            other: try share(.other, defaults.other),
            otherSlips: try share(.otherSlips, defaults.otherSlips),
            mixed: try share(.mixed, defaults.mixed),
            mixedSlips: try share(.mixedSlips, defaults.mixedSlips),
            noticed: try share(.noticed, defaults.noticed),
            hasty: try share(.hasty, defaults.hasty),
            bare: try share(.bare, defaults.bare))
    }
}
