/// The components a recipe can name: built-in ones and those a user's program adds.
///
/// `Component` is a metatype such as `any ProblemSource.Type`.
package struct Registry<Component: Sendable>: Sendable {
    private var components: [String: Component] = [:]

    /// An empty registry.
    package init() {}

    /// All names, sorted.
    package var names: [String] { components.keys.sorted() }

    /// The component of that name, or nil.
    package subscript(name: String) -> Component? { components[name] }

    /// Adds a component. A name can be given only once.
    package mutating func add(_ component: Component, named name: String) {
        precondition(!name.isEmpty, "\(component) has an empty name")
        if let existing = components[name] {
            preconditionFailure("\(component) and \(existing) both have the name '\(name)'")
        }
        components[name] = component
    }
}

/// Tasks by name.
package typealias TaskRegistry = Registry<any ProblemSource.Type>

/// Pretraining texts by name.
package typealias TextRegistry = Registry<any TextSource.Type>

/// Preference pairs by name.
package typealias PairRegistry = Registry<any PairSource.Type>

extension Registry where Component == any ProblemSource.Type {
    /// The tasks of this library and those in `added`.
    package static func tasks(adding added: [any ProblemSource.Type] = []) -> TaskRegistry {
        var registry = TaskRegistry()
        let builtIn: [any ProblemSource.Type] = [
            Sums.self, Countdown.self, LittleWorld.self, JSONLProblems.self, MultipleChoice.self,
            ShortAnswer.self, Boxed.self, CodeProblems.self, ReasoningGymRows.self,
        ]
        for type in builtIn + generators + added {
            registry.add(type, named: type.name)
        }
        return registry
    }

    /// Those that draw their problems by a rule, with settings of difficulty.
    private static var generators: [any GeneratedTask.Type] {
        [
            BaseConversion.self, BasicArithmetic.self, ChainSum.self, CountBits.self,
            FractionSimplification.self, GreatestCommonDivisor.self, LeastCommonMultiple.self,
            LegCounting.self, LetterCounting.self, NumberSorting.self, Products.self,
            SimpleEquations.self, SpellBackward.self, WordProblems.self,
        ]
    }
}

extension Registry where Component == any TextSource.Type {
    /// The pretraining texts of this library and those in `added`.
    package static func texts(adding added: [any TextSource.Type] = []) -> TextRegistry {
        var registry = TextRegistry()
        let builtIn: [any TextSource.Type] = [
            SumsMixture.self, LittleWorldTexts.self, EverydayTexts.self, WorkedTexts.self,
            JSONLTexts.self,
        ]
        for type in builtIn + added {
            registry.add(type, named: type.name)
        }
        return registry
    }
}

extension Registry where Component == any PairSource.Type {
    /// The preference pairs of this library and those in `added`.
    package static func pairs(adding added: [any PairSource.Type] = []) -> PairRegistry {
        var registry = PairRegistry()
        let builtIn: [any PairSource.Type] = [
            LittleWorldPairs.self, JSONLPairs.self, JSONLLabels.self,
        ]
        for type in builtIn + added {
            registry.add(type, named: type.name)
        }
        return registry
    }
}
