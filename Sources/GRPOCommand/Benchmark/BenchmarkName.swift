import ArgumentParser

/// The pieces of work that `grpo benchmark` measures, in the order in which it does.
enum BenchmarkName: String, CaseIterable, ExpressibleByArgument {
    /// Every product of a forward, on its own, as the backend computes it; its share is of the
    /// matrix library's rate on the same shapes.
    case matmul
    /// 64 + 64 tokens of one sequence; new tokens over the time after the prefill.
    case decode1 = "decode-1"
    case decode16 = "decode-16"
    case decode64 = "decode-64"
    /// The prompts of 16 sequences, 256 tokens each.
    case prefill
    /// Forward, backward and AdamW on 16 x 256 tokens.
    case train
    /// 4 problems x 8 completions of at most 128 tokens.
    case grpoStep4x8x128 = "grpo-step-4x8x128"
    /// 8 problems x 8 completions of at most 24 tokens.
    case grpoStep8x8x24 = "grpo-step-8x8x24"
    /// One update of the quickstart's pretraining: 128 documents.
    case characterPretrain = "character-pretrain"
    /// One step of the quickstart's shape: 16 problems x 16 completions of 58 tokens.
    case characterGRPOStep = "character-grpo-step"
}
