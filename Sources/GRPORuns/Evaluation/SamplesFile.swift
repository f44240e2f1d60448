import Foundation
import GRPOJSON
package import GRPOTraining

/// The samples of an evaluation as JSON lines, one problem on each (see `HarnessSample`): what two
/// stages are compared by afterwards.
package enum SamplesFile {
    /// Writes the file, whole or not at all. Its bytes are a function of the samples.
    package static func write(
        _ samples: EvaluationSamples, to path: String
    ) throws(RunError) {
        var text = ""
        for (index, sampled) in samples.problems.enumerated() {
            text += HarnessSample.row(sampled, index: index, of: samples).text + "\n"
        }
        try RunFile.write(text, to: path)
    }

    /// Reads a file back, ours or one of lm-evaluation-harness itself.
    ///
    /// - Throws: an input error that names the line.
    package static func read(_ path: String) throws(RunError) -> EvaluationSamples {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw RunError(
                .input, path: path, "found no readable file, expected the samples of an evaluation",
                remedy: NearestName.remedy(forFile: path)
                    ?? "write them with grpo evaluate --output")
        }
        let lines = String(decoding: data, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        var samples: EvaluationSamples?
        var filter: String?
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            guard let row = JSONValue(line), row.members != nil else {
                throw fault(
                    path, index, "no JSON object, expected a row of samples",
                    "name a file that grpo evaluate --output or a run has written")
            }
            // The harness repeats its rows for each way to find the answer: the first is taken.
            filter = filter ?? row["filter"]?.string
            guard row["filter"]?.string == filter else { continue }
            do throws(HarnessSample.Fault) {
                let problem = try HarnessSample.problem(row)
                if samples == nil { samples = empty(row, path) }
                samples?.problems.append(problem)
            } catch {
                throw fault(
                    path, index, "\(error.key): found \(error.found), expected \(error.expected)",
                    "name a file that grpo evaluate --output or a run has written")
            }
        }
        guard let samples else {
            throw RunError(
                .input, path: path, "found no row, expected the samples of an evaluation",
                remedy: "evaluate again")
        }
        return samples
    }

    private static func fault(
        _ path: String, _ index: Int, _ message: String, _ remedy: String
    ) -> RunError {
        RunError(.input, path: "\(path):\(index + 1)", message, remedy: remedy)
    }

    /// What all rows have in common, from the first.
    private static func empty(_ row: JSONValue, _ path: String) -> EvaluationSamples {
        let drawn = row["arguments"]?["gen_args_0"]?["arg_1"]
        let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        return EvaluationSamples(
            stage: row["stage"]?.string ?? name, task: row["task"]?.string ?? name,
            sampling: EvaluationSamples.Sampling(
                temperature: drawn?["temperature"]?.number ?? 0,
                topP: drawn?["top_p"]?.number ?? 1,
                maxCompletionLength: drawn?["max_gen_toks"]?.integer ?? 0),
            problems: [])
    }
}
