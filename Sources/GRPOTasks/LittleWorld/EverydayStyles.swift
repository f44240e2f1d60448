/// The shares of the styles in which everyday requests are replied to. They add up to 1.
package struct EverydayStyles: Codable, Sendable, Hashable {
    package let politeBrief: Double
    package let politeLong: Double
    package let curtBrief: Double
    package let curtLong: Double

    package init(
        politeBrief: Double = 0.25, politeLong: Double = 0.25, curtBrief: Double = 0.25,
        curtLong: Double = 0.25
    ) {
        self.politeBrief = politeBrief
        self.politeLong = politeLong
        self.curtBrief = curtBrief
        self.curtLong = curtLong
    }

    /// Every share that is out of range, by its key.
    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        let shares = EverydayReply.Style.allCases.map { ($0.rawValue, share(of: $0)) }
        for (key, share) in shares where !(0...1).contains(share) {
            found.append((key, "must be a share from 0 to 1, found \(share)"))
        }
        let sum = shares.reduce(0) { $0 + $1.1 }
        if abs(sum - 1) > 1e-9 {
            found.append(
                (
                    shares[0].0,
                    shares.map(\.0).joined(separator: ", ") + " must add up to 1, found \(sum)"
                ))
        }
        return found
    }

    /// The share of one style.
    package func share(of style: EverydayReply.Style) -> Double {
        switch style {
        case .politeBrief: politeBrief
        case .politeLong: politeLong
        case .curtBrief: curtBrief
        case .curtLong: curtLong
        }
    }

    /// A style, drawn by the shares.
    func drawn(using random: inout any RandomNumberGenerator) -> EverydayReply.Style {
        var rest = random.drawFraction()
        for style in EverydayReply.Style.allCases.dropLast() {
            if rest < share(of: style) { return style }
            rest -= share(of: style)
        }
        return .curtLong
    }
}

extension EverydayStyles {
    private enum CodingKeys: String, CodingKey {
        case politeBrief = "polite_brief"
        case politeLong = "polite_long"
        case curtBrief = "curt_brief"
        case curtLong = "curt_long"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = EverydayStyles()
        func share(_ key: CodingKeys, _ fallback: Double) throws -> Double {
            try values.decodeIfPresent(Double.self, forKey: key) ?? fallback
        }
        self.init(
            politeBrief: try share(.politeBrief, defaults.politeBrief),
            politeLong: try share(.politeLong, defaults.politeLong),
            curtBrief: try share(.curtBrief, defaults.curtBrief),
            curtLong: try share(.curtLong, defaults.curtLong))
    }
}
