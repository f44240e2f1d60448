/// A thing of the little world. Each has its place, the same for ever.
package struct WorldThing: Sendable, Hashable {
    /// Where a thing can be.
    package enum Place: Sendable, Hashable, CaseIterable {
        case garden, house, hall, shelf, box, door

        /// The word that tells the place.
        func noun(in language: WorldLanguage) -> String {
            switch (self, language) {
            case (.garden, .english): "garden"
            case (.garden, .german): "Garten"
            case (.house, .english): "house"
            case (.house, .german): "Haus"
            case (.hall, .english): "hall"
            case (.hall, .german): "Flur"
            case (.shelf, .english): "shelf"
            case (.shelf, .german): "Regal"
            case (.box, .english): "box"
            case (.box, .german): "Kasten"
            case (.door, .english): "door"
            case (.door, .german): "Tür"
            }
        }

        /// The noun with the words before it: `in the garden`.
        func phrase(in language: WorldLanguage) -> String {
            let before =
                switch (self, language) {
                case (.garden, .english), (.house, .english), (.hall, .english), (.box, .english):
                    "in the"
                case (.shelf, .english): "on the"
                case (.door, .english): "by the"
                case (.garden, .german), (.house, .german), (.hall, .german), (.shelf, .german),
                    (.box, .german):
                    "im"
                case (.door, .german): "an der"
                }
            return before + " " + noun(in: language)
        }
    }

    private enum Gender { case masculine, feminine, neuter }

    private let english: String
    private let german: String
    private let gender: Gender
    package let place: Place

    private init(_ english: String, _ german: String, _ gender: Gender, _ place: Place) {
        self.english = english
        self.german = german
        self.gender = gender
        self.place = place
    }

    package static let all = [
        WorldThing("apple", "Apfel", .masculine, .box),
        WorldThing("bag", "Tasche", .feminine, .door),
        WorldThing("ball", "Ball", .masculine, .garden),
        WorldThing("bell", "Glocke", .feminine, .door),
        WorldThing("book", "Buch", .neuter, .shelf),
        WorldThing("bread", "Brot", .neuter, .box),
        WorldThing("chair", "Stuhl", .masculine, .garden),
        WorldThing("clock", "Uhr", .feminine, .shelf),
        WorldThing("coat", "Mantel", .masculine, .hall),
        WorldThing("cup", "Tasse", .feminine, .house),
        WorldThing("hat", "Hut", .masculine, .hall),
        WorldThing("lamp", "Lampe", .feminine, .house),
        WorldThing("map", "Karte", .feminine, .shelf),
        WorldThing("pen", "Stift", .masculine, .house),
        WorldThing("spoon", "Löffel", .masculine, .box),
        WorldThing("tent", "Zelt", .neuter, .garden),
    ]

    /// What it is called.
    package func noun(in language: WorldLanguage) -> String {
        language == .english ? english : german
    }

    /// With its article, as the subject of a sentence: `the ball`, `der Ball`.
    func subject(in language: WorldLanguage) -> String {
        guard language == .german else { return "the " + english }
        return switch gender {
        case .masculine: "der " + german
        case .feminine: "die " + german
        case .neuter: "das " + german
        }
    }

    /// With its article, as the object: `the ball`, `den Ball`.
    func object(in language: WorldLanguage) -> String {
        language == .german && gender == .masculine ? "den " + german : subject(in: language)
    }
}
