import GRPOJSON

/// A named set of values that one key of some settings brings in: a paper's preset, or an alias
/// that expands to several settings.
package struct SettingFragment: Sendable {
    package struct Field: Sendable {
        package var key: String
        /// The value as YAML text: `10`, `0.001`, `null`, `[a, b]`.
        package var yaml: String
        /// Where the paper says so.
        package var citation: String?

        package init(_ key: String, _ yaml: String, citation: String? = nil) {
            self.key = key
            self.yaml = yaml
            self.citation = citation
        }
    }

    package var name: String
    package var fields: [Field]

    package init(_ name: String, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }
}

/// The fragments that one key of some settings can name. They lie between the defaults and what
/// the recipe writes.
package struct FragmentTable: Sendable {
    package enum Conflict: Sendable {
        /// The recipe's own value wins and is listed as a ``Departure``.
        case departs
        /// A different value beside the key is an error.
        case refuses
    }

    package var key: String
    package var fragments: [SettingFragment]
    package var conflict: Conflict
    /// Whether the settings themselves refuse a name that no fragment has.
    package var isClosed: Bool

    package init(
        _ key: String, _ fragments: [SettingFragment], onConflict: Conflict,
        isClosed: Bool = false
    ) {
        self.key = key
        self.fragments = fragments
        self.conflict = onConflict
        self.isClosed = isClosed
    }
}

/// Settings with keys that name fragments. Tables are laid down in order, so a later table's
/// values win over an earlier table's.
package protocol FragmentedSettings: RecipeSettings {
    static var fragmentTables: [FragmentTable] { get }
}

/// A value that differs from what the named fragment says.
package struct Departure: Sendable, Hashable, CustomStringConvertible {
    /// The settings' path in the recipe, such as `stages.2.grpo`.
    package var path: String
    /// The key that names the fragment: `preset`.
    package var table: String
    package var fragment: String
    package var key: String
    package var fragmentValue: String
    package var recipeValue: String
    package var citation: String?
    package var place: Place

    package var description: String {
        let source = citation.map { " (\($0))" } ?? ""
        return "\(path): \(table) \(fragment) says \(key) \(fragmentValue)\(source), "
            + "recipe sets \(recipeValue)"
    }
}

extension NodeDecoder {
    /// The fragments that these settings name, in the order of their tables, and the fallback
    /// with them laid over it.
    func layFragments<T: FragmentedSettings>(_ type: T.Type, over defaults: RecipeNode)
        -> (fallback: RecipeNode, laid: [LaidFragment])
    {
        var fallback = defaults
        var laid: [LaidFragment] = []
        for table in type.fragmentTables {
            guard let named = user?[table.key] ?? fallback[table.key], let name = named.text else {
                continue
            }
            guard let fragment = table.fragments.first(where: { $0.name == name }) else {
                if table.isClosed { continue }
                let names = table.fragments.map(\.name)
                session.record(
                    RecipeProblem(
                        named.place, "unknown \(table.key) '\(name)'",
                        remedy: NearestName.remedy(for: name, among: names)))
                continue
            }
            let place = Place.fragment("\(table.key) \(name)")
            for field in fragment.fields {
                do throws(RecipeError) {
                    let value = try RecipeReader.read(field.yaml, at: place)
                    if fallback[field.key] == nil {
                        session.record(RecipeProblem(place, "unknown key '\(field.key)'"))
                    } else {
                        fallback.set(field.key, at: place, to: value)
                    }
                } catch {
                    session.record(error)
                }
            }
            let keyPlace = user?.entries?.first { $0.key == table.key }?.keyPlace ?? self.place
            laid.append(LaidFragment(table: table, fragment: fragment, place: keyPlace))
        }
        return (fallback, laid)
    }

    /// Compares what was decoded with what each named fragment alone would have given.
    func compare<T: FragmentedSettings>(
        _ value: T, with laid: [LaidFragment], over defaults: RecipeNode
    ) {
        guard case .object(let actual) = SettingsEncoder.tree(of: value) else { return }
        for (table, fragment, place) in laid.map({ ($0.table, $0.fragment, $0.place) }) {
            var alone = defaults
            for field in fragment.fields {
                if let node = try? RecipeReader.read(field.yaml, at: place) {
                    alone.set(field.key, at: place, to: node)
                }
            }
            let reader = NodeDecoder(
                session: DecodingSession(userInfo: session.userInfo), user: nil, fallback: alone)
            guard let pure = try? T(from: reader),
                case .object(let expected) = SettingsEncoder.tree(of: pure)
            else { continue }
            for field in fragment.fields {
                guard let found = actual.first(where: { $0.key == field.key })?.value,
                    let said = expected.first(where: { $0.key == field.key })?.value,
                    found != said
                else { continue }
                let written = user?.entries?.first { $0.key == field.key }?.keyPlace
                switch table.conflict {
                case .departs:
                    session.departures.append(
                        Departure(
                            path: path.joined(separator: "."), table: table.key,
                            fragment: fragment.name, key: field.key,
                            fragmentValue: said.inlineText, recipeValue: found.inlineText,
                            citation: field.citation, place: written ?? place))
                case .refuses:
                    session.record(
                        RecipeProblem(
                            written ?? place,
                            "\(field.key) is \(found.inlineText), but \(table.key) "
                                + "\(fragment.name) means \(said.inlineText)",
                            remedy: "remove \(field.key) or \(table.key)"))
                }
            }
        }
    }
}

struct LaidFragment {
    let table: FragmentTable
    let fragment: SettingFragment
    let place: Place
}
