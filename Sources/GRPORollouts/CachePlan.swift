package import GRPOModels
package import GRPOTensors

/// How many sequences are decoded at once, and the rows of the key-value cache they need.
package struct CachePlan: Equatable, Sendable {
    /// Sequences decoded at once: what the settings ask for and the cache has room for.
    package let slots: Int
    /// Rows of prompts, which their completions share: each has whole blocks.
    package let promptRows: Int
    /// Rows of completions: each slot has `roomOfCompletion`, so that they never fragment.
    package let completionRows: Int
    /// Whole blocks of rows for the longest completion, in whichever row of a block it begins.
    package let roomOfCompletion: Int

    package var rows: Int { promptRows + completionRows }

    /// The most that keys and values of completions may take.
    private static let cacheBytes = 1 << 31

    /// - Parameter longestPrompt: tokens.
    package init(
        requests: Int, longestPrompt: Int, settings: RolloutSettings,
        _ configuration: DecoderConfiguration, backend: any Backend
    ) {
        let bytes = KeyValueCache.rowBytes(configuration, backend: backend)
        roomOfCompletion = backend.wholeKeyBlocks(
            settings.maxCompletionLength + backend.keyBlock - 1)
        let roomOfPrompt = backend.wholeKeyBlocks(longestPrompt)
        let places = Self.cacheBytes / (bytes * roomOfCompletion)
        slots = max(1, min(settings.concurrency, places, requests * settings.numGenerations))
        completionRows = slots * roomOfCompletion

        // Stragglers of earlier groups must not keep new prompts out: prompts get room for one in
        // every place, as far as that takes no more rows than the completions do.
        let promptsAtOnce = (slots + settings.numGenerations - 1) / settings.numGenerations
        let affordable = completionRows / max(1, roomOfPrompt)
        let prompts = max(2 * promptsAtOnce + 1, min(slots, affordable))
        promptRows = min(requests, prompts) * roomOfPrompt
    }
}
