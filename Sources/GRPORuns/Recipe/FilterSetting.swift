package import GRPOTraining

/// What a kept sample must pass: `correct`, `readable: 0.9`, or `length: {max: 96}`.
package struct FilterSetting: Codable, Sendable {
    package let filter: any SampleFilter

    package init(_ filter: any SampleFilter) { self.filter = filter }

    package init(from decoder: any Decoder) throws {
        self = try Components.of(decoder).filterKinds.decode(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try Kinds<Self>.encode(type(of: filter).name, filter, to: encoder)
    }
}
