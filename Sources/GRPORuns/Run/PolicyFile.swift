import Foundation
package import GRPOCheckpoints
package import GRPOModels
package import GRPORollouts
package import GRPOTensors
package import GRPOModelFiles
package import GRPOTokenizers

/// What `--model` and a recipe's `model:` can name: a checkpoint, a run directory, a model file or
/// directory.
package enum PolicyFile {
    /// The policy in a file or directory.
    ///
    /// - Parameter name: `runs/quickstart`, `runs/quickstart:grpo`, `step-000100.h5`, `model.gguf`.
    /// - Throws: `CheckpointError`, `ModelFileError`, `RunError` or `TokenizerError`.
    package static func load(_ name: String, backend: any Backend) throws -> Policy {
        if let checkpoint = try stageOfRun(name) { return try policy(checkpoint, backend) }
        switch try open(name) {
        case .model(let source):
            return try policy(source, backend)
        case .checkpoint(let path):
            return try policy(try Checkpoint.verify(path), backend)
        case .run(let path):
            return try policy(try lastCheckpoint(of: RunDirectory(path: path)), backend)
        case .weights(let file):
            throw file.noModel
        }
    }

    /// The policy of model files; that model and tokenizer belong together is checked before the
    /// weights are read.
    private static func policy(
        _ source: any ModelSource, _ backend: any Backend
    ) throws(ModelFileError) -> Policy {
        let rows = try source.configuration().vocabularySize
        let tokenizer = try source.tokenizer()
        guard tokenizer.vocabularySize <= rows else {
            throw ModelFileError(
                file: source.path, place: .tokenizer, found: "\(tokenizer.vocabularySize) tokens",
                expected: "at most \(rows), the rows of the embedding",
                remedy: "Tokenizer and weights belong to different models; fetch them again.")
        }
        return Policy(decoder: try source.decoder(backend: backend), tokenizer: tokenizer)
    }

    /// The shape of the policy in a file or directory; its weights are not read.
    package static func configuration(_ name: String) throws -> DecoderConfiguration {
        func stored(_ checkpoint: Checkpoint) throws -> DecoderConfiguration {
            try PolicyCheckpoint(checkpoint).configuration
        }
        if let checkpoint = try stageOfRun(name) { return try stored(checkpoint) }
        switch try open(name) {
        case .model(let source): return try source.configuration()
        case .checkpoint(let path): return try stored(try Checkpoint.verify(path))
        case .run(let path): return try stored(try lastCheckpoint(of: RunDirectory(path: path)))
        case .weights(let file): throw file.noModel
        }
    }

    /// What lies at a path; where nothing does, the message names what the path may have meant.
    package static func open(_ name: String) throws -> ModelFile {
        if !FileManager.default.fileExists(atPath: name),
            let remedy = NearestName.remedy(forFile: name)
        {
            throw RunError(
                .input, path: name, "found no such file, expected a model", remedy: remedy)
        }
        return try ModelFile.open(name)
    }

    /// The SHA-256 of what `load` would read: of the model file, or of the checkpoint.
    package static func hash(of name: String) throws -> String {
        if let checkpoint = try stageOfRun(name) { return checkpoint.hash }
        switch try open(name) {
        case .model: return try modelHash(name)
        case .checkpoint(let path): return try Checkpoint.verify(path).hash
        case .run(let path): return try lastCheckpoint(of: RunDirectory(path: path)).hash
        case .weights(let file): throw file.noModel
        }
    }

    /// Of a file its bytes; of a directory the names and bytes of the files a model consists of.
    private static func modelHash(_ path: String) throws -> String {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { return try Hash.sha256(ofFile: path) }
        let parts = try FileManager.default.contentsOfDirectory(atPath: path).sorted().filter {
            !$0.hasPrefix(".")
                && ["safetensors", "json", "jinja", "txt"].contains(($0 as NSString).pathExtension)
        }
        let lines = try parts.map { "\($0) \(try Hash.sha256(ofFile: path + "/" + $0))\n" }
        return Hash.sha256(lines.joined())
    }

    /// The recipe of the run that `RUN` or `RUN:STAGE` names; nil for anything else. Its data may be
    /// gone.
    package static func recipe(of name: String, components: Components) throws -> Recipe? {
        let run = name.lastIndex(of: ":").map { String(name[..<$0]) }
        for path in [name, run].compactMap({ $0 }) {
            let file = RunDirectory(path: path).recipe
            if FileManager.default.fileExists(atPath: file) {
                return try Recipe.read(file: file, components: components)
            }
        }
        return nil
    }

    /// The tokenizer alone, from any of these or from a vocabulary-only file.
    package static func tokenizer(_ name: String) throws -> any Tokenizer {
        func stored(_ checkpoint: Checkpoint) throws -> any Tokenizer {
            try Tokenizers.make(try PolicyCheckpoint(checkpoint).tokenizer)
        }
        if let checkpoint = try stageOfRun(name) { return try stored(checkpoint) }
        switch try open(name) {
        case .model(let source): return try source.tokenizer()
        case .checkpoint(let path): return try stored(try Checkpoint.verify(path))
        case .run(let path): return try stored(try lastCheckpoint(of: RunDirectory(path: path)))
        case .weights(let file): throw file.noModel
        }
    }

    /// The policy of a verified checkpoint.
    ///
    /// - Throws: `RunError` where the checkpoint is a reward model's.
    package static func policy(_ checkpoint: Checkpoint, _ backend: any Backend) throws -> Policy {
        let policy = try model(checkpoint, backend)
        guard policy.decoder.configuration.scoreHead else { return policy }
        throw RunError(
            .input, path: checkpoint.path,
            "found the reward model of stage \(checkpoint.manifest.stage), which scores texts and "
                + "cannot write, expected a policy",
            remedy: "name a stage that makes one, such as runs/quickstart:grpo")
    }

    /// What a verified checkpoint holds: a policy, or a reward model.
    package static func model(
        _ checkpoint: Checkpoint, _ backend: any Backend
    ) throws -> Policy {
        let file = try PolicyCheckpoint(checkpoint)
        let decoder: Decoder
        if let adapters = file.adapters {
            let base = try AdapterBase(of: file, at: checkpoint.path)
                .decoder(of: checkpoint.path, backend)
            // The score head of a reward model lies with its adapters.
            decoder = (file.configuration.scoreHead ? base.scorer(random: nil) : base)
                .adapted(adapters)
        } else {
            decoder = Decoder(file.configuration, backend: backend)
        }
        try file.load(into: decoder)
        return Policy(decoder: decoder, tokenizer: try Tokenizers.make(file.tokenizer))
    }

    /// The checkpoint that `RUN:STAGE` names, where RUN is a directory with a recipe.
    private static func stageOfRun(_ name: String) throws -> Checkpoint? {
        guard let colon = name.lastIndex(of: ":"),
            case let run = RunDirectory(path: String(name[..<colon])),
            FileManager.default.fileExists(atPath: run.recipe)
        else { return nil }
        let stage = String(name[name.index(after: colon)...])
        guard RunDirectory.isPlainName(stage) else {
            throw RunError(
                .input, path: name, "'\(stage)' is no name of a stage",
                remedy: "write RUN:STAGE, such as runs/quickstart:pretrain")
        }
        return try lastCheckpoint(of: run, stage: stage)
    }

    /// The newest sound checkpoint of a stage; without one of the last stage that has any.
    package static func lastCheckpoint(
        of run: RunDirectory, stage: String? = nil
    ) throws -> Checkpoint {
        let stages = try stage.map { [$0] } ?? policyStages(of: run).reversed()
        for stage in stages {
            let store = try CheckpointStore(directory: run.checkpoints(stage: stage))
            if let checkpoint = try store.latestVerified().checkpoint { return checkpoint }
        }
        let kind = SampleSpecification.kind
        if let stage, try stageNames(of: run, where: { $0 == kind }).contains(stage) {
            let makers = try policyStages(of: run)
            throw RunError(
                .input, path: run.path,
                "found stage '\(stage)' of kind \(kind), which samples and makes no policy, "
                    + "expected a stage that makes one",
                remedy: makers.isEmpty
                    ? "name a run that trains a policy"
                    : "name one of its stages that do: "
                        + makers.map { "\(run.path):\($0)" }.joined(separator: ", "))
        }
        let known = try stageNames(of: run) { _ in true }
        if let stage, !known.contains(stage) {
            throw RunError(
                .input, path: run.path, "found no stage '\(stage)' in its recipe",
                remedy: NearestName.remedy(for: stage, among: known))
        }
        throw RunError(
            .input, path: run.path,
            stage.map { "found no sound checkpoint of stage '\($0)'" }
                ?? "found no sound checkpoint",
            remedy: "continue the run with --resume, or name a stage that is finished")
    }

    /// The stages of a run that make policies, in the order of its recipe.
    private static func policyStages(of run: RunDirectory) throws -> [String] {
        try stageNames(of: run) {
            ![SampleSpecification.kind, RewardModelSpecification.kind].contains($0)
        }
    }

    /// The stages of a run whose kinds are wanted, in the order of its recipe.
    private static func stageNames(
        of run: RunDirectory, where isWanted: (String) -> Bool
    ) throws -> [String] {
        let root = try RecipeReader.read(file: run.recipe)
        return (root["stages"]?.elements ?? []).compactMap { element in
            guard let kind = KindNode(element), isWanted(kind.name) else { return nil }
            return kind.options?["name"]?.text ?? kind.name
        }.filter(RunDirectory.isPlainName)
    }
}
