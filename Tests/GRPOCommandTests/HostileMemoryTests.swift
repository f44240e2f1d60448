import Foundation
import Testing

/// The memory that `grpo` takes to read a large file which is nothing but hostile, as the kernel
/// counts it: the file's own pages too.
@Suite("Memory of hostile files", .serialized)
struct HostileMemoryTests {
    /// What is in the file, and where the file lies.
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        let content: String
        /// Made of so many bytes.
        let make: @Sendable (Int) -> [UInt8]
        let arguments: [String]
        var testDescription: String { "\(file): \(content)" }

        init(
            _ file: String, _ content: String, _ arguments: [String],
            _ make: @escaping @Sendable (Int) -> [UInt8]
        ) {
            self.file = file
            self.content = content
            self.arguments = arguments
            self.make = make
        }
    }

    private static func repeated(
        _ open: String, _ part: (Int) -> String, _ close: String, _ count: Int
    ) -> [UInt8] {
        var bytes = Array(open.utf8)
        bytes.reserveCapacity(count + 64)
        var index = 0
        while bytes.count < count {
            bytes += part(index).utf8
            index += 1
        }
        bytes.removeLast()
        return bytes + close.utf8
    }

    /// Five characters that no other number gives.
    private static func key(_ index: Int) -> String { String(index + 1_700_000, radix: 36) }

    private static let ones: @Sendable (Int) -> [UInt8] = {
        repeated("[", { _ in "1," }, "]", $0)
    }
    private static let tiny: @Sendable (Int) -> [UInt8] = {
        repeated("{", { "\"\(key($0))\":1," }, "}", $0)
    }
    private static let nested: @Sendable (Int) -> [UInt8] = {
        repeated("", { _ in "{\"a\":[" }, "", $0)
    }

    private static func inside(
        _ open: String, _ close: String, _ make: @escaping @Sendable (Int) -> [UInt8]
    ) -> @Sendable (Int) -> [UInt8] {
        { Array(open.utf8) + make($0) + Array(close.utf8) }
    }

    private static let tokenize = ["tokenize", "--text", "a", "--model", "."]
    private static let inspect = ["inspect", "."]
    private static let sample = ["tasks", "sample", "{jsonl: {file: data.jsonl}}"]

    static let cases: [Case] = [
        Case("tokenizer.json", "ones", tokenize, ones),
        Case("tokenizer.json", "tiny keys", tokenize, tiny),
        Case("tokenizer.json", "deep nesting", tokenize, nested),
        Case(
            "tokenizer.json", "tiny tokens", tokenize,
            { count in
                repeated(
                    "{\"model\":{\"vocab\":{", { "\"\(key($0))\":\($0)," }, "},\"merges\":[]}}",
                    count)
            }),
        Case(
            "tokenizer.json", "tiny merges", tokenize,
            { count in
                repeated(
                    "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[", { _ in "\"a a\"," }, "]}}",
                    count)
            }),
        Case(
            "tokenizer.json", "tiny added tokens", tokenize,
            { count in
                repeated(
                    "{\"model\":{\"vocab\":{},\"merges\":[]},\"added_tokens\":[", { _ in "{}," },
                    "]}", count)
            }),
        Case(
            "tokenizer.json", "a list of steps", tokenize,
            inside("{\"model\":{\"vocab\":{},\"merges\":[]},\"normalizer\":", "}", ones)),
        Case("tokenizer_config.json", "ones", tokenize, inside("{\"a\":", "}", ones)),
        Case(
            "tokenizer_config.json", "a template of ones", tokenize,
            inside("{\"chat_template\":", "}", ones)),
        Case("special_tokens_map.json", "tiny keys", tokenize, tiny),
        Case("config.json", "tiny keys", inspect, tiny),
        Case(
            "model.safetensors.index.json", "ones", inspect, inside("{\"weight_map\":", "}", ones)),
        Case("model.safetensors.index.json", "tiny keys", inspect, tiny),
        Case(
            "model.safetensors.index.json", "tiny tensors", inspect,
            { count in
                repeated(
                    "{\"weight_map\":{", { "\"\(key($0))\":\"a.safetensors\"," }, "}}", count)
            }),
        Case("model.safetensors", "ones", inspect, header(ones)),
        Case(
            "model.safetensors", "tiny metadata", inspect,
            header { count in
                repeated("{\"__metadata__\":{", { "\"\(key($0))\":\"\"," }, "}}", count)
            }),
        Case(
            "model.safetensors", "tiny tensors", inspect,
            header { count in
                repeated(
                    "{",
                    { "\"\(key($0))\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}," },
                    "}", count)
            }),
        Case("data.jsonl", "ones", sample, ones),
        Case("data.jsonl", "tiny columns", sample, tiny),
        Case("data.jsonl", "deep nesting", sample, nested),
        Case("data.jsonl", "empty records", sample, { repeated("", { _ in "{}\n" }, "}", $0) }),
        Case(
            "data.jsonl", "empty records in an array", sample,
            { repeated("[", { _ in "{}," }, "]", $0) }),
        Case(
            "data.jsonl", "tiny turns", sample,
            { count in
                repeated(
                    "{\"prompt\":[", { _ in "{\"role\":\"user\",\"content\":\"\"}," }, "]}", count)
            }),
        Case("model.gguf", "strings without text", ["inspect", "model.gguf"], emptyStrings),
        Case("model.gguf", "strings of a letter", ["inspect", "model.gguf"], letters),
    ]

    private static func header(
        _ make: @escaping @Sendable (Int) -> [UInt8]
    ) -> @Sendable (Int) -> [UInt8] {
        { count in
            let text = make(count)
            return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
        }
    }

    private static let emptyStrings: @Sendable (Int) -> [UInt8] = { strings("", $0) }
    private static let letters: @Sendable (Int) -> [UInt8] = { strings("a", $0) }

    /// A GGUF file of one array of equal strings.
    private static func strings(_ text: String, _ count: Int) -> [UInt8] {
        func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        let element = bytes(UInt64(text.utf8.count)) + text.utf8
        let number = count / element.count
        var file = Array("GGUF".utf8) + bytes(UInt32(3)) + bytes(UInt64(0)) + bytes(UInt64(1))
        file += bytes(UInt64(1)) + Array("s".utf8) + bytes(UInt32(9)) + bytes(UInt32(8))
        file += bytes(UInt64(number))
        for _ in 0..<number { file += element }
        return file
    }

    private static let sound = [
        "tokenizer.json":
            "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"pre_tokenizer\":"
            + "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}}",
        "config.json": "{}",
    ]

    /// Eight MB, in a directory of its own with a sound tokenizer beside it; the peak beyond that of
    /// the same command on the same content of 200 bytes.
    @Test("take less than twice their bytes and a MiB", arguments: cases)
    func peak(of hostile: Case) throws {
        let size = 8_000_000
        let small = try Self.peak(of: hostile, size: 200)
        let large = try Self.peak(of: hostile, size: size)
        #expect(
            large - small <= 2 * size + 1 << 20, "\(large - small) bytes more than the \(small)")
    }

    private static func peak(of hostile: Case, size: Int) throws -> Int {
        let files = try CommandRun()
        var names = Self.sound
        names[hostile.file] = nil
        if hostile.file.hasPrefix("model.") { names["tokenizer.json"] = nil }
        for (name, text) in names { try files.write(text, name) }
        try Data(hostile.make(size)).write(to: URL(fileURLWithPath: files.file(hostile.file)))
        return try peak(hostile.arguments, in: files.path)
    }

    /// The most memory that a command had resident, in bytes; whatever it made of the file, it must
    /// not have crashed.
    private static func peak(_ arguments: [String], in directory: String) throws -> Int {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in 0..<3 as Range<Int32> {
            posix_spawn_file_actions_addopen(
                &actions, descriptor, "/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY, 0)
        }
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory, GrpoProcess.path]
        let words = (shell + arguments).map { strdup($0) }
        let variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for word in words + variables { free(word) } }
        var process = pid_t()
        try #require(
            posix_spawn(
                &process, shell[0], &actions, nil, words + [nil], variables + [nil]) == 0)
        // What wait4 counts begins with the size of this process; the peak of the new one is asked
        // for while it runs.
        var status: Int32 = 0
        var peak = 0
        while true {
            let lines = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8))?
                .split(separator: "\n")
            let line = lines?.first { $0.hasPrefix("VmHWM:") }
            let kilobytes = line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
            peak = max(peak, kilobytes * 1024)
            let ended = waitpid(process, &status, WNOHANG)
            try #require(ended >= 0)
            if ended == process { break }
            usleep(500)
        }
        let signal = status & 0x7F
        #expect(signal == 0, "ended by signal \(signal)")
        try #require(peak > 1 << 20, "\(peak) bytes")
        return peak
    }
}
