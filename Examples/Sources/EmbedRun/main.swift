// Runs a recipe from code and reads its metrics as they are made:
//
//     swift run -c release --package-path Examples EmbedRun Recipes/quickstart.yaml grpo.max_steps=5
import Foundation
import GRPO

let arguments = CommandLine.arguments.dropFirst()
guard let recipe = arguments.first else {
    print("usage: EmbedRun RECIPE [KEY=VALUE ...]")
    exit(2)
}

do {
    let run = try TrainingRun(
        recipe: recipe, settings: Array(arguments.dropFirst()),
        output: FileManager.default.temporaryDirectory.path + "/embedded-\(UUID().uuidString)")
    // The best step by its reward: any code of yours can stand here.
    var best: StepMetrics?
    for try await step in run.metrics() {
        guard let reward = step["reward"] else {
            print("\(step.stage) \(step.step): loss \(step["loss"] ?? .nan)")
            continue
        }
        print("\(step.stage) \(step.step): reward \(reward), kl \(step["kl"] ?? 0)")
        if reward > best?["reward"] ?? -.infinity { best = step }
    }
    if let best {
        print("best at step \(best.step): \(best["reward"] ?? .nan)")
    }
    print("the run is in \(run.directory)")
} catch {
    print("error: \(error)")
    exit(1)
}
