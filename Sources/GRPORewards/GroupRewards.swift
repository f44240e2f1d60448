/// The rewards of one group: every component as its function gave it, and the totals.
package struct GroupRewards: Sendable, Hashable {
    /// One component over the completions of the group.
    package struct Component: Sendable, Hashable {
        /// The term's name: the reward function's where the recipe gives no other.
        package let name: String
        /// Raw scores: without weight and without gate.
        package let scores: [Score]  // [completions]

        /// The scores that are numbers: what `rewards/NAME/mean` and `/std` are taken over.
        package var values: [Double] { scores.compactMap(\.value) }

        /// How many completions this component could not score.
        package var ungradableCount: Int {
            scores.count { if case .ungradable = $0 { true } else { false } }
        }
    }

    /// In the order of the recipe.
    package let components: [Component]
    /// The weighted and gated sums: what the policy is trained on and what `reward` reports.
    package let totals: [Score]  // [completions]

    /// The component of that name, or nil.
    package subscript(name: String) -> Component? {
        components.first { $0.name == name }
    }

    /// How many completions have no total.
    package var ungradableCount: Int { totals.count { $0.value == nil } }
}
