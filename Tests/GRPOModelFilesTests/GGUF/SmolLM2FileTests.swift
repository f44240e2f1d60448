import Foundation
import GRPOModelFiles
import Testing

/// Runs where `Scripts/fetch smollm2` has brought the model.
let smollm2 = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Models/smollm2.gguf").path

@Suite(
    "GGUF: SmolLM2-135M-Instruct",
    .enabled(if: FileManager.default.fileExists(atPath: smollm2), "run Scripts/fetch smollm2"))
struct SmolLM2FileTests {
    @Test("metadata and tensors are those of the model")
    func contents() throws {
        let file = try GGUFFile(path: smollm2)
        #expect(file.version == 3)
        #expect(file.tensors.count == 272)
        #expect(file.metadata.count == 33)
        #expect(try file.integer("llama.block_count") == 30)
        #expect(try file.integer("llama.attention.head_count_kv") == 3)
        #expect(try file.real("llama.rope.freq_base") == 100_000)
        #expect(try file.strings("tokenizer.ggml.tokens").count == 49_152)
        #expect(try file.strings("tokenizer.ggml.merges").count == 48_900)
        #expect(try file.integers("tokenizer.ggml.token_type").count == 49_152)
        #expect(file.tensors.map(\.count).reduce(0, +) == 134_515_008)
        #expect(try file.tensor(named: "blk.0.attn_k.weight").shape == [192, 576])
    }

    @Test("all 135M values are read in about half a second")
    func speed() throws {
        var largest = 0
        var sum: Float = 0
        let clock = ContinuousClock()
        var seconds: [Duration] = []
        for _ in 0..<3 {
            let duration = try clock.measure {
                let file = try GGUFFile(path: smollm2)
                for tensor in file.tensors {
                    let values = try file.floats(of: tensor.name)
                    largest = max(largest, values.count)
                    sum += values[values.count / 2]
                }
            }
            seconds.append(duration)
        }
        #expect(largest == 49_152 * 576)
        #expect(sum.isFinite)
        // The bound is loose because the machine may be busy; a multi-second load is a regression.
        let best = try #require(seconds.min())
        #if DEBUG
            #expect(best < .seconds(30))
        #else
            #expect(best < .seconds(2))
        #endif
    }
}
