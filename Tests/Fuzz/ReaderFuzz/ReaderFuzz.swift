import CFuzzHeap
import Foundation
import GRPOModelFiles
import GRPOSandbox
import GRPOTasks
import GRPOTokenizers

/// libFuzzer's entry for the readers of strangers' files; `GRPO_FUZZ` names the one that gets the
/// input.
///
/// Whatever the bytes are, the reader must end in a value or in an error of its own type, within
/// the script's limits of time. Values are read too, not only described.
///
/// While a file is read, at most twice its own bytes and one MiB of memory may be in use beyond what
/// was before (``measured(_:_:)``): files are mapped, their lists are gone through where they lie,
/// and a tree of values is made of small parts alone, of a bounded number of values each. What is
/// built from it then, such as a tokenizer's tables, is not measured. Template, program and
/// mathematics are texts with limits of their own, and have 16 MiB.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let data, count > 0 else { return 0 }
    input.replace(with: UnsafeRawBufferPointer(start: data, count: count))
    // What is made once and stays, such as tables of types, is made now.
    if !isWarm { read(data, count) }
    isWarm = true
    read(data, count)
    return 0
}

nonisolated(unsafe) private var isWarm = false

private func read(_ data: UnsafePointer<UInt8>, _ count: Int) {
    let bytes = UnsafeBufferPointer(start: data, count: count)
    // What a compressed file unpacks to is not its size.
    let isCompressed = bytes.starts(with: [0x1F, 0x8B])
    switch reader {
    case "data":
        let faults = measured(isCompressed ? nil : count) {
            readData(DataPath(input.path), seed: count)
        }
        precondition(faults.allSatisfy { !$0.isEmpty })
    case "template": measured(nil) { render(bytes) }
    case "program": measured(nil) { readProgram(bytes) }
    case "math": measured(nil) { judge(bytes) }
    default:
        do throws(ModelFileError) {
            try read(input.path, count)
        } catch {
            precondition(!error.remedy.isEmpty && !"\(error)".isEmpty)
        }
    }
}

/// What `body` gives, where it takes no more memory than twice `count` and a MiB; nil for the 16 MiB
/// of a text that is no file.
private func measured<Value, Failure: Error>(
    _ count: Int?, _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let most = count.map { 2 * $0 + 1 << 20 } ?? 1 << 24
    fuzz_heap_begin()
    defer {
        let peak = fuzz_heap_peak()
        precondition(peak <= most, "\(peak) bytes in use for \(count ?? 0), at most \(most)")
    }
    return try body()
}

private let reader = ProcessInfo.processInfo.environment["GRPO_FUZZ"] ?? "gguf"

/// The file whose content changes; made once.
nonisolated(unsafe) private let input = InputFile(
    name: [
        "config": "config.json", "index": "model.safetensors.index.json",
        "tokenizer": "tokenizer.json",
    ][reader] ?? "model")

private func read(_ path: String, _ count: Int) throws(ModelFileError) {
    switch reader {
    case "gguf":
        let file = try measured(count) { () throws(ModelFileError) in try GGUFFile(path: path) }
        let model = GGUFModel(file)
        _ = model.summary()
        do throws(ModelFileError) {
            _ = try measured(count) { () throws(ModelFileError) in
                try model.tokenizerDescription()
            }
        } catch {}
        for tensor in file.tensors where tensor.count <= 1 << 16 {
            // A type without a reader is one tensor's fault, not the file's.
            do throws(ModelFileError) { _ = try file.floats(of: tensor.name) } catch {}
        }
        do throws(ModelFileError) { _ = try model.tokenizer() } catch {}
        _ = try model.configuration()
    case "safetensors":
        let file = try measured(count) { () throws(ModelFileError) in
            try SafetensorsFile(path: path)
        }
        for tensor in file.tensors where tensor.count <= 1 << 16 {
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.count)
            defer { values.deallocate() }
            do throws(ModelFileError) { try file.read(tensor, into: values) } catch {}
        }
    case "config":
        _ = try measured(count) { () throws(ModelFileError) in
            try HuggingFaceModel(path: input.directory).configuration()
        }
    case "index":
        _ = try measured(count) { () throws(ModelFileError) in
            try SafetensorsShards(index: path)
        }
    case "tokenizer":
        let model = try HuggingFaceModel(path: input.directory)
        _ = try measured(count) { () throws(ModelFileError) in try model.tokenizerDescription() }
        _ = try model.tokenizer()
    default:
        preconditionFailure(
            "GRPO_FUZZ is \(reader), expected gguf, safetensors, config, index, tokenizer, data, "
                + "template, program or math")
    }
}

/// The file as problems and as texts; what is wrong with it must be said in words, which are given.
private func readData(_ file: DataPath, seed: Int) -> [String] {
    var random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    let task = JSONLProblems(
        file: file, verifier: seed.isMultiple(of: 2) ? .number : .exact, heldOut: 1)
    let faults = task.problems()
    if faults.isEmpty {
        let problem = task.problem(3, split: .train, using: &random)
        for held in task.testProblems(limit: 4, seed: 0) {
            _ = task.verify(problem.prompt, held)
        }
        precondition(task.contains(problem, in: .test) == false)
    }
    let texts = JSONLTexts(file: file)
    if texts.problems().isEmpty { _ = texts.document(2, using: &random) }
    return faults.map(\.message)
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
