import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers

/// A random policy over sixteen characters whose choices are far from uniform.
enum TinyPolicy {
    static let alphabet = "0123456789+=?abc"
    static let end = Int32(16)

    static func make(
        on backend: any Backend, tokenizer: any Tokenizer = CharacterTokenizer(alphabet: alphabet),
        vocabulary: Int = 17, positions: Int = 256, seed: UInt64 = 1
    ) -> Policy {
        Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(vocabulary: vocabulary, positions: positions),
                seed: seed, on: backend),
            tokenizer: tokenizer)
    }

    /// The same characters, with endings and padding of one's choice.
    static func tokenizer(endings: [Int32], pad: Int32? = nil) throws -> CharacterTokenizer {
        var description = CharacterTokenizer(alphabet: alphabet).description
        description.endOfTextIDs = endings
        description.padID = pad
        return try CharacterTokenizer(description)
    }

    /// Prompts of different lengths, drawn from their slots.
    static func requests(_ count: Int, from slot: Int = 0) -> [RolloutRequest] {
        (slot..<slot + count).map { slot in
            let ids = TinyDecoder.tokens(2 + slot * 5 % 9, vocabulary: 16, seed: UInt64(slot))
            return RolloutRequest(
                problem: Problem(id: "p\(slot)", prompt: "", answer: ""), promptIDs: ids,
                slot: slot)
        }
    }

    static func engine(_ policy: Policy, seed: UInt64 = 7) -> RolloutEngine {
        RolloutEngine(policy, random: RandomStream(seed: seed, name: "test/sample"))
    }
}

/// What was drawn, without the texts.
struct Drawn: Equatable {
    var slot: Int
    var ids: [[Int32]]
    var logProbabilities: [[Double]]

    init(_ group: RolloutGroup) {
        slot = group.slot
        ids = group.completions.map(\.tokenIDs)
        logProbabilities = group.completions.map(\.logProbabilities)
    }
}
