extension MemoryPlan {
    /// The plan as a table, in MiB.
    package var table: TextTable {
        var table = TextTable(["memory, MiB"] + stages.map(\.name))
        let names = stages.first?.estimate.parts.map(\.name) ?? []
        for (row, name) in names.enumerated() {
            let sizes = stages.map { $0.estimate.parts[row].bytes }
            guard sizes.contains(where: { $0 > 0 }) else { continue }
            table.add([name] + sizes.map(Self.megabytes))
        }
        table.add(["peak"] + stages.map { Self.megabytes($0.estimate.peak) })
        return table
    }

    private static func megabytes(_ bytes: Int) -> String {
        "\((bytes + (1 << 20) - 1) >> 20)"
    }
}

extension MemoryEstimate {
    /// The parts by name.
    package var parts: [(name: String, bytes: Int)] {
        [
            ("parameters", parameters), ("gradients", gradients), ("moments", moments),
            ("packed copies", packedCopies), ("activations", activations), ("cache", cache),
            ("program", program),
        ]
    }
}

extension MemoryPlan: Encodable {
    private struct Row: Encodable {
        let stage: String
        let parameters, gradients, moments, packedCopies, activations, cache: Int
        let program, peak: Int
    }

    /// One object for each stage, in bytes.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            stages.map { stage in
                let part = stage.estimate
                return Row(
                    stage: stage.name, parameters: part.parameters, gradients: part.gradients,
                    moments: part.moments, packedCopies: part.packedCopies,
                    activations: part.activations, cache: part.cache,
                    program: part.program, peak: part.peak)
            })
    }
}
