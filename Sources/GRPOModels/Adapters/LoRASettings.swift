/// Low-rank adaptation of a stage (Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language
/// Models"), under PEFT's names.
package struct LoRASettings: Codable, Sendable, Equatable {
    /// The rank of what is added to each projection.
    package var r = 16
    /// The scale of what is added is alpha / r, or alpha / √r.
    package var alpha = 32
    package var targetModules = LoRATargets.allLinear
    /// Whether the scale falls with √r (Kalajdzievski 2023, "A Rank Stabilization Scaling Factor
    /// for Fine-Tuning with LoRA").
    package var useRSLoRA = false
    /// Must be 0: a random mask would part the policy that trains from the one that samples.
    package var dropout = 0.0

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case r, alpha, dropout
        case targetModules = "target_modules"
        case useRSLoRA = "use_rslora"
    }

    /// s of y = x Wᵀ + s (x Aᵀ) Bᵀ.
    package var scale: Double {
        Double(alpha) / (useRSLoRA ? Double(r).squareRoot() : Double(r))
    }

    /// Everything out of range, by key.
    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if !(1...4096).contains(r) { found.append(("r", "must be between 1 and 4096, found \(r)")) }
        if alpha < 1 { found.append(("alpha", "must be at least 1, found \(alpha)")) }
        if dropout != 0 {
            found.append(
                (
                    "dropout",
                    "must be 0, found \(dropout): a random mask would part the policy that trains "
                        + "from the one that samples"
                ))
        }
        if targetModules.targets.isEmpty {
            found.append(("target_modules", "names no projection, expected at least one"))
        }
        return found
    }
}

/// A projection of a block, by the name its module has in Hugging Face models.
package enum LoRATarget: String, Codable, Sendable, CaseIterable {
    case query = "q_proj"
    case key = "k_proj"
    case value = "v_proj"
    case output = "o_proj"
    case gate = "gate_proj"
    case up = "up_proj"
    case down = "down_proj"
}

/// Which projections have adapters: `all-linear`, or a list.
package enum LoRATargets: Sendable, Equatable {
    case allLinear
    case listed([LoRATarget])

    private static let all = "all-linear"

    /// Each once, in the order of a block.
    package var targets: [LoRATarget] {
        switch self {
        case .allLinear: LoRATarget.allCases
        case .listed(let list): LoRATarget.allCases.filter(list.contains)
        }
    }
}

extension LoRATargets: Codable {
    package init(from decoder: any Swift.Decoder) throws {
        let value = try decoder.singleValueContainer()
        guard let word = try? value.decode(String.self) else {
            self = .listed(try value.decode([LoRATarget].self))
            return
        }
        guard word == Self.all else {
            let names = LoRATarget.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected \(Self.all), or a list of \(names), found '\(word)'"
                ))
        }
        self = .allLinear
    }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .allLinear: try value.encode(Self.all)
        case .listed(let list): try value.encode(list)
        }
    }
}
