package import GRPOTasks

/// Punishes what comes close to the length limit, in place of one jump at the limit itself: DAPO's
/// soft overlong punishment (arXiv 2503.14476, equation 13), with TRL's names.
///
///      0                            len <= L - c
///     (L - c - len) / c     L - c < len <= L
///     -1                        L < len
///
/// with L = `max_completion_len`, c = `soft_punish_cache`, lengths in tokens, the ending included.
/// It never rewards what is shorter still.
package struct SoftOverlongPunishmentReward: RewardFunction, Hashable {
    package static let name = "soft_overlong_punishment"
    package static let summary = "0, falling to -1 over the last tokens before the length limit."

    /// L; nil: the limit of the completions.
    package var maxCompletionLen: Int?
    /// c; nil: a fifth of L, as DAPO has 4,096 of 20,480.
    package var softPunishCache: Int?

    private enum CodingKeys: String, CodingKey {
        case maxCompletionLen = "max_completion_len"
        case softPunishCache = "soft_punish_cache"
    }

    package init() {}

    package init(maxCompletionLen: Int?, softPunishCache: Int?) {
        self.maxCompletionLen = maxCompletionLen
        self.softPunishCache = softPunishCache
    }

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if let maxCompletionLen, maxCompletionLen < 1 {
            found.append(
                ("max_completion_len", "must be at least 1 or null, found \(maxCompletionLen)"))
        }
        if let softPunishCache, !(0...(maxCompletionLen ?? .max) ~= softPunishCache) {
            found.append(
                (
                    "soft_punish_cache",
                    "must be at least 0 and at most max_completion_len, found \(softPunishCache)"
                ))
        }
        return found
    }

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        guard let limit = maxCompletionLen ?? group.maxCompletionLength else {
            return group.completions.map { _ in
                .ungradable(
                    reason: "max_completion_len is null and no limit is known")
            }
        }
        return group.completions.map {
            .value(
                Self.value(ofLength: $0.tokenCount, limit: limit, cache: softPunishCache))
        }
    }

    /// The reward of one completion, from -1 to 0.
    ///
    /// - Parameters:
    ///   - limit: L, at least 1.
    ///   - cache: c; nil: a fifth of L.
    package static func value(ofLength length: Int, limit: Int, cache: Int?) -> Double {
        let cache = cache ?? limit / 5
        if length > limit { return -1 }
        let over = length - (limit - cache)
        return over <= 0 ? 0 : -Double(over) / Double(cache)
    }
}

extension SoftOverlongPunishmentReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        maxCompletionLen = try values.decodeIfPresent(Int.self, forKey: .maxCompletionLen)
        softPunishCache = try values.decodeIfPresent(Int.self, forKey: .softPunishCache)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(maxCompletionLen, forKey: .maxCompletionLen)
        try values.encode(softPunishCache, forKey: .softPunishCache)
    }
}
