import Foundation
import GRPOTasks

/// A directory for the data files of one test; it goes with the test.
final class DataScratch {
    private let directory = NSTemporaryDirectory() + "grpo-data-\(UUID().uuidString)"

    init() {
        try! FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> DataPath { DataPath(directory + "/" + name) }

    @discardableResult
    func write(_ text: String, to name: String = "data.jsonl") -> DataPath {
        write(Array(text.utf8), to: name)
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String = "data.jsonl") -> DataPath {
        let file = path(name)
        try! Data(bytes).write(to: URL(fileURLWithPath: file.path))
        return file
    }

    /// A file of `count` questions `What is I?` with the answer I.
    func questions(_ range: Range<Int>, to name: String = "data.jsonl") -> DataPath {
        write(
            range.map { "{\"prompt\": \"What is \($0)?\", \"answer\": \($0)}\n" }.joined(),
            to: name)
    }

    /// A message without the directory, which differs from run to run.
    func relative(_ message: String) -> String {
        message.replacingOccurrences(of: directory + "/", with: "")
    }
}

/// A gzip member with its content stored and not compressed (RFC 1951 and 1952).
func gzipped(_ content: [UInt8]) -> [UInt8] {
    precondition(content.count <= 0xFFFF, "\(content.count) bytes, a stored block has 65535")
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
    var checksum: UInt32 = 0xFFFF_FFFF
    for byte in content {
        checksum ^= UInt32(byte)
        for _ in 0..<8 {
            checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0)
        }
    }
    let count = UInt32(content.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1] + little(count, 2) + little(~count, 2)
        + content + little(~checksum, 4) + little(count, 4)
}

/// The training problems of a whole pass.
func trainingProblems(_ task: JSONLProblems, _ count: Int, pass: Int = 0) -> [Problem] {
    var random: any RandomNumberGenerator = SplitMix64(seed: 0)
    return (0..<count).map {
        task.problem(pass * count + $0, split: .train, using: &random)
    }
}

/// The first documents.
func documents(_ texts: JSONLTexts, _ count: Int) -> [TextDocument] {
    var random: any RandomNumberGenerator = SplitMix64(seed: 0)
    return (0..<count).map { texts.document($0, using: &random) }
}
