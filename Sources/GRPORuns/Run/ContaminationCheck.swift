import GRPOTasks
import GRPOTraining

/// Whether the files that a recipe trains on give away what it is evaluated with: the number of their
/// records that have ten words in a row with an evaluation problem (``NGramIndex``).
///
/// Only files are looked at: tasks that make their problems keep them apart by construction
/// (`HeldOutCheck`). Every record of every file is, also where a stage draws fewer.
package struct ContaminationCheck: Codable, Sendable, Equatable {
    /// One source of training records.
    package struct Source: Codable, Sendable, Equatable {
        /// The first stage that is trained on it.
        package var stage: String
        /// The task or the texts, by their name in recipes.
        package var source: String
        package var files: [String]
        /// Records that could be trained on.
        package var records: Int
        /// Those of them that have ten words in a row with an evaluation problem.
        package var shared: Int
        /// One of these, cut.
        package var example: String?
        /// Records left out because of `decontaminate`.
        package var leftOut: Int?

        private enum CodingKeys: String, CodingKey {
            case stage, source, files, records, shared, example
            case leftOut = "left_out"
        }
    }

    /// The evaluation's problems.
    package var problems: Int
    /// Those of them that are too short for ten words in a row beside what is their template's, and
    /// so are compared as a whole.
    package var shortProblems: Int
    package var sources: [Source]

    private enum CodingKeys: String, CodingKey {
        case problems, sources
        case shortProblems = "short_problems"
    }

    /// Nil where the recipe trains on no file, or evaluates nothing.
    package init?(_ recipe: Recipe) {
        guard recipe.evaluation.settings.problems > 0 else { return nil }
        let found = Self.sources(of: recipe)
        guard !found.isEmpty else { return nil }
        let index = NGramIndex(DrawnTexts(recipe: recipe).evaluationProblems.map(\.prompt))
        problems = index.count
        shortProblems = index.shortCount
        sources = found.map { found in
            var source = Source(
                stage: found.stage, source: found.name, files: found.files, records: 0, shared: 0,
                leftOut: found.leftOut)
            for place in 0..<found.count {
                let text = found.text(place)
                source.records += 1
                guard index.shares(text) else { continue }
                source.shared += 1
                if source.example == nil { source.example = String(text.prefix(200)) }
            }
            return source
        }
    }

    /// A line for people on each source that shares something or from which something is left out.
    package var lines: [String] {
        sources.compactMap { source in
            let left = source.leftOut.map { ", \($0) left out by decontaminate" } ?? ""
            guard source.shared > 0 else {
                return left.isEmpty
                    ? nil : "\(source.stage): \(source.records) records of \(source.source)\(left)"
            }
            return "warning: \(source.stage): \(source.shared) of \(source.records) records of "
                + "\(source.source) share \(NGramIndex.length) words in a row with an evaluation "
                + "problem\(left); leave them out with decontaminate: [FILE], the file of these "
                + "problems"
        }
    }

    /// Records that are read one at a time.
    private struct Records {
        var stage: String
        var name: String
        var files: [String]
        var leftOut: Int?
        var count: Int
        var text: (Int) -> String
    }

    private static func sources(of recipe: Recipe) -> [Records] {
        var found: [Records] = []
        func add(
            _ stage: String, _ name: String, _ source: Any, files: [String], count: Int?,
            _ text: @escaping (Int, inout any RandomNumberGenerator) -> String
        ) {
            guard let count, !files.isEmpty,
                !found.contains(where: { $0.name == name && $0.files == files })
            else { return }
            found.append(
                Records(
                    stage: stage, name: name, files: files,
                    leftOut: (source as? any RecordSource)?.source.leftOut, count: count
                ) { place in
                    var random: any RandomNumberGenerator = SplitMix64(seed: UInt64(place))
                    return text(place, &random)
                })
        }
        for stage in recipe.stages {
            for task in recipe.tasks(of: stage) {
                add(
                    stage.name, type(of: task).name, task, files: task.files,
                    count: task.trainingCount()
                ) { task.problem($0, split: .train, using: &$1).prompt }
            }
            switch stage.data {
            case .texts(let texts)?:
                for source in texts.sources {
                    add(
                        stage.name, type(of: source).name, source, files: source.files,
                        count: source.documentCount()
                    ) { place, random in
                        let document = source.document(place, using: &random)
                        return document.messages?.map(\.content).joined(separator: "\n")
                            ?? document.prompt + "\n" + document.completion
                    }
                }
            case .pairs(let pairs)?:
                let source = pairs.source
                add(
                    stage.name, type(of: source).name, source, files: source.files,
                    count: source.pairCount()
                ) { place, random in
                    let pair = source.pair(place, using: &random)
                    return [pair.prompt, pair.chosen, pair.rejected].joined(separator: "\n")
                }
            case nil: break
            }
        }
        return found
    }
}
