import GRPOModels
import GRPOTasks
import GRPOTensors
import GRPOTokenizers

/// The state of one call of the rollout engine: what runs, what waits, what is done.
struct RolloutBatch {
    /// A prompt whose keys and values are in the cache while its completions run.
    private final class Prompt {
        let request: Int
        /// What it took of the cache: its rows and the rest of the last block.
        let room: Range<Int>
        let rows: Range<Int>
        /// The residual stream of the last token, R `[1, hiddenSize]`: first tokens are drawn from it.
        let last: Tensor
        var waitingSamples: Int
        var runningSamples = 0

        init(request: Int, room: Range<Int>, tokens: Int, last: Tensor, samples: Int) {
            self.request = request
            self.room = room
            rows = room.prefix(tokens)
            self.last = last
            waitingSamples = samples
        }
    }

    private struct Running {
        let prompt: Prompt
        let sample: Int
        /// What it took of the cache.
        let room: Range<Int>
        /// Of its first token: as far into a block as its logical position.
        let firstRow: Int
        var tokens: [Int32] = []
        var logProbabilities: [Double] = []
    }

    private let policy: Policy
    private let random: RandomStream
    private let requests: [RolloutRequest]
    private let settings: RolloutSettings
    private let step: Int
    private let roomOfCompletion: Int
    private let endings: Set<Int32>
    /// Sequences decoded at once.
    private let slots: Int

    private let cache: KeyValueCache
    /// Rows of completions, all of one size, so that they never fragment.
    private var completionRows: RowAllocator
    private var promptRows: RowAllocator
    private var nextRequest = 0
    private var prompts: [Prompt] = []
    private var running: [Running] = []
    private var completions: [[SampledCompletion?]]

    private(set) var finishedCount = 0
    private(set) var tokenCount = 0
    var totalCount: Int { requests.count * settings.numGenerations }

    init(
        policy: Policy, random: RandomStream, requests: [RolloutRequest],
        settings: RolloutSettings, step: Int
    ) {
        self.policy = policy
        self.random = random
        self.requests = requests
        self.settings = settings
        self.step = step
        endings = settings.ignoresEnding ? [] : policy.tokenizer.endOfTextIDs
        completions = Array(
            repeating: Array(repeating: nil, count: settings.numGenerations),
            count: requests.count)

        let decoder = policy.decoder
        let plan = CachePlan(
            requests: requests.count, longestPrompt: requests.map(\.promptIDs.count).max() ?? 0,
            settings: settings, decoder.configuration, backend: decoder.backend)
        slots = plan.slots
        roomOfCompletion = plan.roomOfCompletion
        promptRows = RowAllocator(0..<plan.promptRows)
        completionRows = RowAllocator(plan.promptRows..<plan.rows)
        cache = KeyValueCache(decoder.configuration, rows: plan.rows, backend: decoder.backend)
    }

    /// The finished groups, in the order of the requests.
    var groups: [RolloutGroup] {
        zip(requests, completions).map { request, completions in
            RolloutGroup(
                problem: request.problem, promptIDs: request.promptIDs,
                opening: request.opening, slot: request.slot,
                completions: completions.compactMap { $0 })
        }
    }

    /// Fills the free places, then samples one token for every running sequence.
    ///
    /// - Returns: whether anything is left to do.
    mutating func advance() -> Bool {
        fill()
        guard !running.isEmpty else { return false }
        decode()
        return finishedCount < totalCount
    }

    /// Admits sequences until no place, row or request is left; draws their first tokens.
    private mutating func fill() {
        while running.count < slots {
            let start = running.count
            admit()
            guard running.count > start else { return }
            drawFirst(for: start..<running.count)
        }
    }

    private mutating func admit() {
        while running.count < slots {
            if !prompts.contains(where: { $0.waitingSamples > 0 }) { prefill() }
            guard let prompt = prompts.first(where: { $0.waitingSamples > 0 }),
                let room = completionRows.take(roomOfCompletion)
            else { return }
            let sample = settings.numGenerations - prompt.waitingSamples
            prompt.waitingSamples -= 1
            prompt.runningSamples += 1
            running.append(
                Running(
                    prompt: prompt, sample: sample, room: room,
                    firstRow: room.lowerBound + prompt.rows.count % policy.decoder.backend.keyBlock)
            )
        }
    }

    /// Draws the first token of each sequence in `range`, all with one reading of the head's
    /// weights; a group's sequences name one row.
    private mutating func drawFirst(for range: Range<Int>) {
        let backend = policy.decoder.backend
        var sources: [Prompt] = []
        var rows: [Int32] = []
        for sequence in running[range] {
            if sources.last !== sequence.prompt { sources.append(sequence.prompt) }
            rows.append(Int32(sources.count - 1))
        }
        let first = sources[0].last
        let x = backend.empty([sources.count, first.columns], first.dtype)
        for (index, source) in sources.enumerated() {
            backend.scatterRows(source.last, [Int32(index)], into: x)
        }
        draw(from: x, rows: rows, for: range)
    }

    /// Computes as many waiting prompts as the free places can use, in one pass.
    private mutating func prefill() {
        var spans: [AttentionSpan] = []
        var tokens: [Int32] = []
        var cacheRows: [Int32] = []
        var admitted: [(request: Int, room: Range<Int>)] = []
        var places = slots - running.count
        while places > 0, nextRequest < requests.count,
            let room = promptRows.take(
                policy.decoder.backend.wholeKeyBlocks(requests[nextRequest].promptIDs.count))
        {
            let rows = room.prefix(requests[nextRequest].promptIDs.count)
            spans.append(
                AttentionSpan(
                    queryStart: tokens.count, queryCount: rows.count, ownStart: rows.lowerBound,
                    ownCount: rows.count))
            tokens += requests[nextRequest].promptIDs
            cacheRows += rows.map(Int32.init)
            admitted.append((nextRequest, room))
            places -= settings.numGenerations
            nextRequest += 1
        }
        guard !admitted.isEmpty else { return }
        let backend = policy.decoder.backend
        let pass = Pass(
            backend, AttentionLayout(spans: spans), cache: cache, rows: cacheRows)
        let x = policy.decoder.infer(tokens, pass)
        for (span, (request, room)) in zip(spans, admitted) {
            let last = backend.gatherRows(x, [Int32(span.queryStart + span.queryCount - 1)])
            prompts.append(
                Prompt(
                    request: request, room: room, tokens: span.queryCount, last: last,
                    samples: settings.numGenerations))
        }
    }

    /// Runs the last token of every sequence and draws the next.
    private mutating func decode() {
        var spans: [AttentionSpan] = []
        var tokens: [Int32] = []
        var cacheRows: [Int32] = []
        for (index, sequence) in running.enumerated() {
            let count = sequence.tokens.count
            spans.append(
                AttentionSpan(
                    queryStart: index, queryCount: 1, prefixStart: sequence.prompt.rows.lowerBound,
                    prefixCount: sequence.prompt.rows.count, ownStart: sequence.firstRow,
                    ownCount: count))
            tokens.append(sequence.tokens[count - 1])
            cacheRows.append(Int32(sequence.firstRow + count - 1))
        }
        let pass = Pass(
            policy.decoder.backend, AttentionLayout(spans: spans), cache: cache, rows: cacheRows)
        let x = policy.decoder.infer(tokens, pass)
        draw(from: x, rows: (0..<Int32(running.count)).map { $0 }, for: running.indices)
    }

    /// Draws one token for each sequence in `range` from rows of the residual stream, and retires
    /// those that ended.
    private mutating func draw(from x: Tensor, rows: [Int32], for range: Range<Int>) {
        let uniforms = range.map { index in
            random.uniform(
                step: step, slot: requests[running[index].prompt.request].slot,
                sample: running[index].sample, position: running[index].tokens.count)
        }
        let drawn = policy.decoder.head.sample(
            x, rows: rows, sampling: settings.sampling, uniforms: uniforms,
            policy.decoder.backend)
        tokenCount += drawn.count
        for (index, sampled) in zip(range, drawn) {
            running[index].tokens.append(sampled.token)
            running[index].logProbabilities.append(sampled.logProbability)
        }
        retire(in: range)
    }

    private mutating func retire(in range: Range<Int>) {
        for index in range.reversed() {
            let sequence = running[index]
            let ended = endings.contains(sequence.tokens[sequence.tokens.count - 1])
            guard ended || sequence.tokens.count == settings.maxCompletionLength else { continue }
            finish(sequence, ended ? .stop : .length)
            running.remove(at: index)
        }
    }

    private mutating func finish(_ sequence: Running, _ reason: FinishReason) {
        completionRows.giveBack(sequence.room)
        let prompt = sequence.prompt
        prompt.runningSamples -= 1
        if prompt.runningSamples == 0 && prompt.waitingSamples == 0 {
            promptRows.giveBack(prompt.room)
            prompts.removeAll { $0 === prompt }
        }
        completions[prompt.request][sequence.sample] = SampledCompletion(
            tokenIDs: sequence.tokens, logProbabilities: sequence.logProbabilities,
            completion: Completion(
                text: policy.tokenizer.decode(sequence.tokens, skipSpecial: true),
                tokenCount: sequence.tokens.count, finishReason: reason))
        finishedCount += 1
    }
}
