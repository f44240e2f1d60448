/// What one reading of a recipe gathers: every problem, every departure from a preset.
final class DecodingSession {
    let userInfo: [CodingUserInfoKey: any Sendable]
    private(set) var problems: [RecipeProblem] = []
    var departures: [Departure] = []
    /// Checks for settings of other modules, which do not know ``RecipeSettings``.
    var checks: [RecipeCheck]
    /// Whether values are looked at beyond their types.
    let checksValues: Bool

    init(
        userInfo: [CodingUserInfoKey: any Sendable] = [:], checks: [RecipeCheck] = [],
        checksValues: Bool = true
    ) {
        self.userInfo = userInfo
        self.checks = checks
        self.checksValues = checksValues
    }

    func record(_ problem: RecipeProblem) {
        problems.append(problem)
    }

    /// Records whatever a value's reading threw; `node` is where it stood.
    func record(_ error: any Error, at place: Place = .defaults, path: [String] = []) {
        switch error {
        case is AlreadyRecorded: break
        case let error as RecipeError: error.problems.forEach(record)
        case let problem as RecipeProblem: record(problem)
        case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context), DecodingError.keyNotFound(_, let context):
            record(RecipeProblem(place, named(path, context.debugDescription)))
        default: record(RecipeProblem(place, named(path, "\(error)")))
        }
    }
}

/// `key: message`, with the last part of the path as the key.
func named(_ path: [String], _ message: String) -> String {
    path.last.map { "\($0): \(message)" } ?? message
}

/// Looks at a decoded value of any type; nil where the type is not its concern.
package typealias RecipeCheck = @Sendable (Any) -> [SettingProblem]?

/// Thrown upwards when the reason is already in the session's list.
struct AlreadyRecorded: Error {}
