package import GRPOModels
package import GRPOTensors

/// How many sequences are decoded at once, and the rows of the key-value cache they need.
package struct CachePlan: Equatable, Sendable {
    /// Sequences decoded at once: what the settings ask for and the cache has room for.
    package let slots: Int
    /// Rows of prompts, which their completions share.
    package let promptRows: Int
    /// Rows of completions: each slot has its full length, so that they never fragment.
    package let completionRows: Int

    package var rows: Int { promptRows + completionRows }

    /// The most that keys and values of completions may take.
    private static let cacheBytes = 1 << 31

    /// - Parameter longestPrompt: tokens.
    package init(
        requests: Int, longestPrompt: Int, settings: RolloutSettings,
        _ configuration: DecoderConfiguration, backend: any Backend
    ) {
        let bytes = KeyValueCache.rowBytes(configuration, backend: backend)
        let places = Self.cacheBytes / (bytes * settings.maxCompletionLength)
        slots = max(1, min(settings.concurrency, places, requests * settings.numGenerations))
        completionRows = slots * settings.maxCompletionLength

        // Stragglers of earlier groups must not keep new prompts out: prompts get room for one in
        // every place, as far as that takes no more rows than the completions do.
        let promptsAtOnce = (slots + settings.numGenerations - 1) / settings.numGenerations
        let affordable = completionRows / max(1, longestPrompt)
        let prompts = max(2 * promptsAtOnce + 1, min(slots, affordable))
        promptRows = min(requests, prompts) * longestPrompt
    }
}
