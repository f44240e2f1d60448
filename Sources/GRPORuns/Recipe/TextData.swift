package import GRPOTasks

/// The texts that a stage is trained on: a source (`sums_mixture`), what an earlier stage kept
/// (`kept`), or several of these by their share of the documents
/// (`[kept: 0.75, everyday: {weight: 0.25, polite: 0.9}]`).
package struct TextData: Codable, Sendable {
    package enum Origin: Sendable {
        case source(any TextSource)
        /// The kept samples of the stage of this name.
        case stage(String)
    }

    package struct Part: Sendable {
        package let origin: Origin
        package let weight: Double

        package init(_ origin: Origin, weight: Double = 1) {
            self.origin = origin
            self.weight = weight
        }
    }

    package let parts: [Part]
    /// Whether the recipe writes a list, also one of a single element.
    private let isList: Bool
    /// The sources that a name could have meant, for messages.
    let sourceNames: [String]

    package init(_ source: any TextSource) {
        parts = [Part(.source(source))]
        isList = false
        sourceNames = []
    }

    package var sources: [any TextSource] {
        parts.compactMap { part in
            if case .source(let source) = part.origin { source } else { nil }
        }
    }

    /// The stages whose samples these are, each once.
    package var stages: [String] {
        var names: [String] = []
        for case .stage(let name) in parts.map(\.origin) where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// The parts as the recipe calls them.
    var partNames: [String] {
        parts.map { part in
            switch part.origin {
            case .source(let source): type(of: source).name
            case .stage(let name): name
            }
        }
    }

    var files: [String] { sources.flatMap(\.files) }

    /// Whether the documents never repeat; kept samples always do.
    var isEndless: Bool {
        stages.isEmpty
            && sources.allSatisfy { $0.problems().isEmpty && $0.documentCount() == nil }
    }

    /// The documents.
    ///
    /// - Parameter samples: the kept samples of a stage.
    func stream(samples: (String) throws -> any TextStream) rethrows -> any TextStream {
        let streams = try parts.map { part in
            let stream: any TextStream =
                switch part.origin {
                case .source(let source): source
                case .stage(let name): try samples(name)
                }
            return TextMixture.Part(weight: part.weight, source: stream)
        }
        return isList ? TextMixture(streams) : streams[0].source
    }
}

extension TextData {
    package init(from decoder: any Decoder) throws {
        guard let node = (decoder as? NodeDecoder)?.node else {
            preconditionFailure("data can only be decoded by RecipeDocument, not \(decoder)")
        }
        let components = Components.of(decoder)
        sourceNames = components.texts.names
        isList = node.elements != nil
        if isList {
            parts = try decoder.singleValueContainer().decode([WeightedText].self).map(\.part)
            guard !parts.isEmpty else {
                throw RecipeProblem(
                    node.place, "data: an empty list, expected at least one source of texts")
            }
        } else if let kind = KindNode(node), kind.options == nil, components.texts[kind.name] == nil
        {
            parts = [Part(.stage(kind.name))]
        } else {
            parts = [Part(.source(try components.textKinds.decode(from: decoder)))]
        }
    }

    package func encode(to encoder: any Encoder) throws {
        guard !isList else {
            var container = encoder.singleValueContainer()
            return try container.encode(parts.map(WeightedText.init))
        }
        switch parts[0].origin {
        case .stage(let name):
            var container = encoder.singleValueContainer()
            try container.encode(name)
        case .source(let source):
            try Kinds<Self>.encode(type(of: source).name, source, to: encoder)
        }
    }
}

/// An element of a list of texts: `kept: 0.75`, or `everyday: {weight: 0.25, polite: 0.9}`.
struct WeightedText: Codable, Sendable {
    let part: TextData.Part

    init(_ part: TextData.Part) {
        self.part = part
    }

    /// What an element adds to its source's options.
    struct Weight: RecipeSettings {
        /// Its share of the documents is this over the sum of all.
        var weight = 1.0

        static let defaults = Weight()

        func settingProblems() -> [SettingProblem] {
            (1e-6...1e6).contains(weight)
                ? [] : [SettingProblem("weight", "must be 1e-6 to 1e6, found \(weight)")]
        }
    }

    init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? NodeDecoder, let node = decoder.node else {
            preconditionFailure("data can only be decoded by RecipeDocument, not \(decoder)")
        }
        guard let kind = KindNode(node) else { throw KindNode.misshapen(node, noun: "data") }
        let components = Components.of(decoder)
        if components.texts[kind.name] != nil {
            part = try components.weightedTextKinds.decode(from: decoder).part
        } else {
            let settings = try decoder.decodeOptions(
                of: kind, onto: Weight.defaults, shorthand: "weight")
            part = TextData.Part(.stage(kind.name), weight: settings.weight)
        }
    }

    func encode(to encoder: any Encoder) throws {
        let weight = Weight(weight: part.weight)
        switch part.origin {
        case .stage(let name): try Kinds<Self>.encode(name, weight, to: encoder)
        case .source(let source):
            try Kinds<Self>.encode(
                type(of: source).name, WeightedSource(weight: weight, source: source), to: encoder)
        }
    }

    /// Weight and options in one mapping.
    private struct WeightedSource: Encodable {
        let weight: Weight
        let source: any TextSource

        func encode(to encoder: any Encoder) throws {
            try weight.encode(to: encoder)
            try source.encode(to: encoder)
        }
    }
}
