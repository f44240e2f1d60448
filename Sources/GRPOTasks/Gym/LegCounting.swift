/// How many legs some animals have together.
package struct LegCounting: GeneratedTask, Hashable {
    package static let name = "leg_counting"
    package static let summary = "How many legs a list of animals has together."

    /// Fewest kinds of animals.
    package var minAnimals = 3
    /// Most kinds.
    package var maxAnimals = 10
    /// Fewest of a kind.
    package var minInstances = 1
    /// Most of a kind.
    package var maxInstances = 15
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case minAnimals = "min_animals"
        case maxAnimals = "max_animals"
        case minInstances = "min_instances"
        case maxInstances = "max_instances"
        case heldOut = "held_out"
    }

    /// One, several, and the legs of each.
    private static let animals: [(one: String, many: String, legs: Int)] = [
        ("snail", "snails", 0), ("eel", "eels", 0), ("worm", "worms", 0),
        ("whale", "whales", 0), ("hen", "hens", 2), ("goose", "geese", 2), ("owl", "owls", 2),
        ("ostrich", "ostriches", 2), ("penguin", "penguins", 2), ("sparrow", "sparrows", 2),
        ("dog", "dogs", 4), ("cat", "cats", 4), ("cow", "cows", 4), ("goat", "goats", 4),
        ("donkey", "donkeys", 4), ("rabbit", "rabbits", 4), ("fox", "foxes", 4),
        ("frog", "frogs", 4), ("turtle", "turtles", 4), ("mouse", "mice", 4),
        ("ant", "ants", 6), ("bee", "bees", 6), ("fly", "flies", 6), ("moth", "moths", 6),
        ("beetle", "beetles", 6), ("dragonfly", "dragonflies", 6), ("ladybird", "ladybirds", 6),
        ("spider", "spiders", 8), ("tick", "ticks", 8), ("scorpion", "scorpions", 8),
        ("crab", "crabs", 10), ("crayfish", "crayfish", 10), ("woodlouse", "woodlice", 14),
    ]

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("animals", minAnimals, maxAnimals, within: 1...Self.animals.count)
        checks.span("instances", minInstances, maxInstances, within: 1...1_000_000)
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let kinds = random.drawInteger(in: minAnimals...maxAnimals)
        var (legs, parts) = (0, [String]())
        for animal in random.drawElements(kinds, of: Self.animals) {
            let count = random.drawInteger(in: minInstances...maxInstances)
            legs += count * animal.legs
            parts.append("\(count) \(count == 1 ? animal.one : animal.many)")
        }
        return problem(
            id: parts.sorted().joined(separator: ","),
            prompt: "How many legs do \(parts.joined(separator: ", ")) have together?",
            answer: "\(legs)")
    }
}
