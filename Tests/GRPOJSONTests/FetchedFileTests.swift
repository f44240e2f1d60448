import Foundation
import GRPOJSON
import Testing

struct FetchedFileTests {
    /// The script and the messages that name it know the same files.
    @Test func theScriptBringsThem() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let script = try String(
            contentsOf: root.appendingPathComponent("Scripts/fetch"), encoding: .utf8)
        let functions = script.split(separator: "\n").compactMap { line in
            line.hasPrefix("fetch_") ? line.dropFirst(6).prefix { $0 != "(" } : nil
        }
        #expect(Set(functions.map(String.init)) == Set(FetchedFile.names.values))
        for file in FetchedFile.names.keys {
            let parts = file.split(separator: "/").map(String.init)
            #expect(script.contains(parts.dropLast().joined(separator: "/")), "\(file)")
            #expect(script.contains(parts.last!), "\(file)")
        }
    }

    @Test func onlyWhatItBringsIsNamed() {
        for path in ["Models/smollm2.gguf", "../Models/smollm2.gguf", "/a b/Models/smollm2.gguf"] {
            #expect(FetchedFile.command(bringing: path) == "./Scripts/fetch smollm2")
        }
        #expect(
            FetchedFile.command(bringing: "/x/Datasets/gsm8k/test.jsonl")
                == "./Scripts/fetch gsm8k")
        for path in ["smollm2.gguf", "OtherModels/smollm2.gguf", "Models/qwen.gguf", ""] {
            #expect(FetchedFile.command(bringing: path) == nil)
        }
    }
}
