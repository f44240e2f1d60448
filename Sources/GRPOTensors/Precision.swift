/// What the inputs of products are rounded to; sums and master weights are float32 in every case.
package enum Precision: String, Sendable, Codable, CaseIterable {
    /// bfloat16 where the CPU multiplies it in hardware, else float32.
    case auto
    case float32
    case bfloat16
}
