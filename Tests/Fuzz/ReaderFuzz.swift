import Foundation
import GRPOModelFiles
import GRPOSandbox
import GRPOTasks
import GRPOTokenizers

/// libFuzzer's entry for the readers of strangers' files; `GRPO_FUZZ` names the one that gets the
/// input.
///
/// Whatever the bytes are, the reader must end in a value or in an error of its own type, within
/// the script's limits of time and memory. Values are read too, not only described.
///
/// Weights are mapped and not copied, so of a GGUF or safetensors file the header alone takes
/// memory, a few times its own size. A JSON text becomes a tree of up to thirty times its size, and
/// each kind of file has a limit for it: 1 MiB for config.json, 16 MiB for an index, 64 MiB for
/// tokenizer.json.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let data, count > 0 else { return 0 }
    input.replace(with: UnsafeRawBufferPointer(start: data, count: count))
    switch reader {
    case "data": readData(DataPath(input.path), seed: count)
    case "template": render(UnsafeBufferPointer(start: data, count: count))
    case "program": readProgram(UnsafeBufferPointer(start: data, count: count))
    case "math": judge(UnsafeBufferPointer(start: data, count: count))
    default:
        do throws(ModelFileError) {
            try read(input.path)
        } catch {
            precondition(!error.remedy.isEmpty && !"\(error)".isEmpty)
        }
    }
    return 0
}

private let reader = ProcessInfo.processInfo.environment["GRPO_FUZZ"] ?? "gguf"

/// The file whose content changes; made once.
nonisolated(unsafe) private let input = InputFile(
    name: [
        "config": "config.json", "index": "model.safetensors.index.json",
        "tokenizer": "tokenizer.json",
    ][reader] ?? "model")

private func read(_ path: String) throws(ModelFileError) {
    switch reader {
    case "gguf":
        let file = try GGUFFile(path: path)
        let model = GGUFModel(file)
        _ = model.summary()
        for tensor in file.tensors where tensor.count <= 1 << 16 {
            // A type without a reader is one tensor's fault, not the file's.
            do throws(ModelFileError) { _ = try file.floats(of: tensor.name) } catch {}
        }
        do throws(ModelFileError) { _ = try model.tokenizer() } catch {}
        _ = try model.configuration()
    case "safetensors":
        let file = try SafetensorsFile(path: path)
        for tensor in file.tensors where tensor.count <= 1 << 16 {
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.count)
            defer { values.deallocate() }
            do throws(ModelFileError) { try file.read(tensor, into: values) } catch {}
        }
    case "config":
        _ = try HuggingFaceModel(path: input.directory).configuration()
    case "index":
        _ = try SafetensorsShards(index: path)
    case "tokenizer":
        _ = try HuggingFaceModel(path: input.directory).tokenizer()
    default:
        preconditionFailure(
            "GRPO_FUZZ is \(reader), expected gguf, safetensors, config, index, tokenizer, data, "
                + "template, program or math")
    }
}

/// The file as problems and as texts; what is wrong with it must be said in words.
private func readData(_ file: DataPath, seed: Int) {
    var random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    let task = JSONLProblems(
        file: file, verifier: seed.isMultiple(of: 2) ? .number : .exact, heldOut: 1)
    let faults = task.problems()
    precondition(faults.allSatisfy { !$0.message.isEmpty })
    if faults.isEmpty {
        let problem = task.problem(3, split: .train, using: &random)
        for held in task.testProblems(limit: 4, seed: 0) {
            _ = task.verify(problem.prompt, held)
        }
        precondition(task.contains(problem, in: .test) == false)
    }
    let texts = JSONLTexts(file: file)
    if texts.problems().isEmpty { _ = texts.document(2, using: &random) }
}

/// The bytes as a completion with a program in it, and as what comes over the pipe of its judge; of
/// that only the one form with the nonce may be a report.
private func readProgram(_ bytes: UnsafeBufferPointer<UInt8>) {
    let text = String(decoding: bytes, as: UTF8.self)
    for entryPoint in ["f", nil] {
        let sources = ProgramText.sources(in: text, prompt: "P\n", entryPoint: entryPoint)
        precondition(sources?.isEmpty != true)
    }
    switch JudgeReport.parse(Array(bytes), nonce: "N") {
    case .nothing: precondition(bytes.count <= 7)
    case .ready: precondition(text.hasPrefix("N ready\n"))
    case .malformed: break
    case .done(let report):
        precondition(text.hasPrefix("N ready\nN done ") && text.hasSuffix("\n"))
        precondition(report.isRight == (report.share == 1) && (0...1).contains(report.share))
    }
}

/// The template on a conversation of three turns, within limits that a second does not exceed.
private func render(_ source: UnsafeBufferPointer<UInt8>) {
    var limits = TemplateLimits()
    limits.steps = 1 << 18
    limits.textLength = 1 << 16
    limits.elements = 1 << 14
    do throws(TemplateError) {
        let template = try ChatTemplate(
            source: String(decoding: source, as: UTF8.self), limits: limits)
        let turns: [ChatMessage] = [
            .system("Be brief."), .user("What is 2 + 3?"), .assistant("<think>2 + 3</think>5"),
        ]
        _ = try template.render(
            messages: turns.map { TemplateData($0) }, addGenerationPrompt: true)
    } catch {
        precondition(!"\(error)".isEmpty)
    }
}

/// The true answer up to the first line feed, and behind it the completion; every way to look for an
/// answer, within the verifier's own bound on its steps.
private func judge(_ source: UnsafeBufferPointer<UInt8>) {
    let parts = source.split(
        separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    let truth = String(decoding: parts[0], as: UTF8.self)
    let completion = String(decoding: parts.last!, as: UTF8.self)
    for answer in [completion, AnswerExtraction.mathematical(in: completion), truth] {
        let (verdict, steps) = MathematicsVerifier.measuredVerdict(on: answer, truth: truth)
        precondition(steps <= MathematicsVerifier.mostSteps, "\(steps) steps")
        // Whatever can be graded is its own right answer.
        precondition(answer != truth || verdict != .wrong, "\(truth) is not itself")
    }
    _ = MathematicsVerifier.canonicalText(of: completion)
}

/// A file in the directory that `GRPO_FUZZ_DIRECTORY` names, overwritten with each input.
private struct InputFile {
    let directory: String
    let path: String
    private let descriptor: CInt

    init(name: String) {
        directory = ProcessInfo.processInfo.environment["GRPO_FUZZ_DIRECTORY"] ?? "."
        path = directory + "/" + name
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "\(path) cannot be created")
    }

    func replace(with bytes: UnsafeRawBufferPointer) {
        let written = pwrite(descriptor, bytes.baseAddress, bytes.count, 0)
        precondition(
            written == bytes.count && ftruncate(descriptor, bytes.count) == 0,
            "\(path) cannot be written")
    }
}
