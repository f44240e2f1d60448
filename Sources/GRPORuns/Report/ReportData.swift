import Foundation
package import GRPOJSON
package import GRPOTraining

/// All that a report shows. It can be built from nothing, so that the page needs no run.
package struct ReportData: Sendable {
    /// One completion as shown: model text, unescaped.
    package struct Completion: Sendable {
        package var stage: String
        package var step: Int
        package var prompt: String
        package var text: String
        package var reward: Double?
        package var advantage: Double?

        package init(
            stage: String, step: Int, prompt: String, text: String, reward: Double? = nil,
            advantage: Double? = nil
        ) {
            self.stage = stage
            self.step = step
            self.prompt = prompt
            self.text = text
            self.reward = reward
            self.advantage = advantage
        }
    }

    /// What a stage that samples has kept.
    package struct Samples: Sendable {
        package var stage: String
        package var counts: SampleCounts

        package init(stage: String, counts: SampleCounts) {
            self.stage = stage
            self.counts = counts
        }
    }

    package struct Run: Sendable {
        package var name: String
        /// The resolved recipe's text.
        package var recipe: String
        package var environment: [JSONValue.Member]
        package var records: [MetricsRecord]
        package var evaluations: [EvaluationResult]
        package var completions: [Completion]
        package var samples: [Samples]

        package init(
            name: String, recipe: String = "", environment: [JSONValue.Member] = [],
            records: [MetricsRecord] = [], evaluations: [EvaluationResult] = [],
            completions: [Completion] = [], samples: [Samples] = []
        ) {
            self.name = name
            self.recipe = recipe
            self.environment = environment
            self.records = records
            self.evaluations = evaluations
            self.completions = completions
            self.samples = samples
        }

        /// Reads a run's directory; what is not there stays empty. The completions are those of
        /// ``ReportData/completions(of:records:count:)``.
        package init(
            directory: RunDirectory, evaluations: [EvaluationResult], completionCount: Int = 10
        ) {
            let text = { (path: String) in
                FileManager.default.contents(atPath: path).map {
                    String(decoding: $0, as: UTF8.self)
                } ?? ""
            }
            let records = MetricsReader.records(path: directory.metrics)
            self.init(
                name: URL(fileURLWithPath: directory.path).lastPathComponent,
                recipe: text(directory.recipe),
                environment: JSONValue(text(directory.environment))?.members ?? [],
                records: records, evaluations: evaluations,
                completions: ReportData.completions(
                    of: directory, records: records, count: completionCount),
                samples: Self.samples(of: directory, records))
        }

        /// In the order of the stages' metrics. A page is drawn whatever became of the files.
        private static func samples(
            of directory: RunDirectory, _ records: [MetricsRecord]
        ) -> [Samples] {
            var stages: [String] = []
            for record in records where !stages.contains(record.stage) {
                stages.append(record.stage)
            }
            return stages.filter(RunDirectory.isPlainName).compactMap { stage in
                (try? KeptSamples(stage: stage, in: directory)).map {
                    Samples(stage: stage, counts: $0.manifest.counts)
                }
            }
        }
    }

    package var title: String
    package var runs: [Run]

    package init(title: String, runs: [Run]) {
        self.title = title
        self.runs = runs
    }

    /// Completions from the saved rollouts of the last stage that has a reward: three from its
    /// first generation, the others from its last, spread evenly over the generation's groups.
    ///
    /// The rows are those of `Rollout`.
    package static func completions(
        of directory: RunDirectory, records: [MetricsRecord], count: Int
    ) -> [Completion] {
        // A generation that serves several steps is saved under its first.
        func isSampled(_ record: MetricsRecord) -> Bool {
            record.number("reward") != nil
                && FileManager.default.fileExists(
                    atPath: directory.rollouts(stage: record.stage, step: record.step))
        }
        guard let last = records.last(where: isSampled),
            let first = records.first(where: { $0.stage == last.stage && isSampled($0) })
        else { return [] }
        func pick(_ record: MetricsRecord, _ count: Int) -> [Completion] {
            let rows = RolloutWriter.rows(directory, stage: record.stage, step: record.step)
            guard count > 0 else { return [] }
            return stride(from: 0, to: rows.count, by: max(1, rows.count / count)).prefix(count)
                .map { index in
                    Completion(
                        stage: record.stage, step: record.step,
                        prompt: rows[index]["problem"]?["prompt"]?.string ?? "",
                        text: rows[index]["text"]?.string ?? "",
                        reward: rows[index]["reward"]?.number,
                        advantage: rows[index]["advantage"]?.number)
                }
        }
        if first.step == last.step { return pick(last, count) }
        return pick(first, min(3, count)) + pick(last, count - min(3, count))
    }
}
