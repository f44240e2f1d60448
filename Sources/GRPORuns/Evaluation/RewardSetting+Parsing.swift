import GRPORewards

extension RewardSetting {
    /// A reward as the command line names it: `format`, or `{format: {allow_blank_thought: true}}`.
    package static func parse(
        _ text: String, components: Components
    ) throws(RecipeError) -> RewardSetting {
        struct Holder: Codable, Sendable {
            var reward: RewardSetting
        }
        let place = Place.argument("measure \(text)")
        let node = try RecipeReader.read(text, at: place)
        let root = RecipeNode(
            .mapping([RecipeNode.Entry(key: "reward", keyPlace: place, value: node)]), at: place)
        return try RecipeDocument(root: root).decode(
            Holder.self, userInfo: [Components.userInfoKey: components],
            checks: [Components.check]
        ).value.reward
    }
}
