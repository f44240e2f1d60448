/// One thing that is wrong in a recipe, with its place and, where there is one, the remedy.
package struct RecipeProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package var place: Place
    package var message: String
    package var remedy: String?

    package init(_ place: Place, _ message: String, remedy: String? = nil) {
        self.place = place
        self.message = message
        self.remedy = remedy
    }

    package var description: String {
        "\(place): \(message)" + (remedy.map { "; \($0)" } ?? "")
    }
}

/// All that is wrong in a recipe, one line for each problem, in the order of the file.
package struct RecipeError: Error, Sendable, CustomStringConvertible {
    package let problems: [RecipeProblem]

    package init(_ problems: [RecipeProblem]) {
        precondition(!problems.isEmpty, "a recipe error of 0 problems, expected at least 1")
        var seen: Set<RecipeProblem> = []
        self.problems = problems.filter { seen.insert($0).inserted }.enumerated().sorted {
            // A stable order: problems of one place stay as they were found.
            if Place.precedes($0.element.place, $1.element.place) { return true }
            if Place.precedes($1.element.place, $0.element.place) { return false }
            return $0.offset < $1.offset
        }.map(\.element)
    }

    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
