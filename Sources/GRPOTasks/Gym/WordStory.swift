/// A word problem in the making: its sentences so far, and what they amount to.
///
/// Every step keeps the amount a whole number from 0 to a million, so that any number of steps can
/// follow.
struct WordStory {
    /// What is counted.
    enum Kind {
        case things, money
    }

    /// The result of all steps so far.
    private(set) var amount: Int
    private let kind: Kind
    private let maxValue: Int
    private let name: String
    private let thing: String
    private var sentences: [String]

    private static let names = [
        "Ada", "Ben", "Carla", "Dario", "Elin", "Farid", "Greta", "Hugo", "Imani", "Jonas",
        "Kira", "Liam", "Mina", "Noor", "Omar", "Paula", "Quinn", "Rosa", "Samir", "Tilda",
    ]
    private static let things = [
        "apples", "marbles", "stickers", "books", "pencils", "shells", "stamps", "buttons",
        "cards", "beads", "coins", "candles",
    ]
    private static let most = 1_000_000

    init(_ kind: Kind, maxValue: Int, using random: inout any RandomNumberGenerator) {
        self.kind = kind
        self.maxValue = maxValue
        name = random.drawElement(of: Self.names)
        thing = random.drawElement(of: Self.things)
        amount = random.drawInteger(in: 2...maxValue)
        sentences = [
            kind == .things ? "\(name) has \(amount) \(thing)." : "\(name) has \(amount) dollars."
        ]
    }

    /// The sentences and the question.
    var text: String {
        let question =
            kind == .things
            ? "How many \(thing) does \(name) have now?"
            : "How many dollars does \(name) have now?"
        return (sentences + [question]).joined(separator: " ")
    }

    /// Something happens to the amount.
    mutating func addStep(using random: inout any RandomNumberGenerator) {
        let number = random.drawInteger(in: 2...maxValue)
        let factor = random.drawInteger(in: 2...5)
        let other = random.drawElement(of: Self.names.filter { $0 != name })
        let choice = random.drawInteger(below: 5)
        switch choice {
        case 0 where amount >= number: lose(number, to: other, using: &random)
        case 1 where amount * factor <= Self.most:
            amount *= factor
            sentences.append(
                kind == .things
                    ? "Then \(name) finds boxes that make it \(factor) times as many."
                    : "A lucky bet makes that \(factor) times as much.")
        case 2 where amount > 0 && amount % factor == 0:
            amount /= factor
            sentences.append(
                kind == .things
                    ? "\(name) puts them into \(factor) equal piles and keeps one pile."
                    : "\(name) splits the money evenly among \(factor) people, "
                        + "\(name) being one of them.")
        case 3 where amount + number * factor <= Self.most: gainSeveral(number, factor)
        default: gain(number, from: other, using: &random)
        }
    }

    private mutating func lose(
        _ number: Int, to other: String, using random: inout any RandomNumberGenerator
    ) {
        amount -= number
        let isGift = random.drawInteger(below: 2) == 0
        let sentence =
            switch (kind, isGift) {
            case (.things, true): "\(name) gives \(number) of them to \(other)."
            case (.things, false): "\(name) loses \(number) of them on the way home."
            case (.money, true): "\(name) lends \(number) dollars to \(other)."
            case (.money, false): "\(name) pays \(number) dollars for lunch."
            }
        sentences.append(sentence)
    }

    private mutating func gain(
        _ number: Int, from other: String, using random: inout any RandomNumberGenerator
    ) {
        amount += number
        let isGift = random.drawInteger(below: 2) == 0
        let sentence =
            switch (kind, isGift) {
            case (.things, true): "\(other) gives \(name) \(number) more."
            case (.things, false): "\(name) buys \(number) more at the market."
            case (.money, true): "\(other) pays \(name) \(number) dollars back."
            case (.money, false): "\(name) finds \(number) dollars in a drawer."
            }
        sentences.append(sentence)
    }

    private mutating func gainSeveral(_ number: Int, _ factor: Int) {
        amount += number * factor
        sentences.append(
            kind == .things
                ? "\(name) buys \(factor) bags with \(number) \(thing) in each."
                : "\(name) works \(factor) hours for \(number) dollars an hour.")
    }

    /// A sentence whose number does not matter, anywhere before the question.
    mutating func addDistractor(using random: inout any RandomNumberGenerator) {
        let number = random.drawInteger(in: 2...maxValue)
        let other = random.drawElement(of: Self.names.filter { $0 != name })
        let sentence = random.drawElement(of: [
            "\(other) is \(number) years old.",
            "The bus was \(number) minutes late that day.",
            "\(other) owns \(number) old maps.",
            "The shop closes in \(number) minutes.",
            "\(other) lives \(number) streets away.",
            "It took \(name) \(number) minutes to walk there.",
        ])
        sentences.insert(sentence, at: 1 + random.drawInteger(below: sentences.count))
    }
}
