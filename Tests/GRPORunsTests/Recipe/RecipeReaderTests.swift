import Foundation
import GRPORuns
import Testing

@Suite("Reading recipe files")
struct RecipeReaderTests {
    private func failure(_ bytes: [UInt8]) -> String? {
        do throws(RecipeError) {
            _ = try RecipeReader.read(bytes, name: "r.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    private func failure(_ text: String) -> String? { failure(Array(text.utf8)) }

    @Test("syntax errors name their place")
    func syntax() {
        #expect(failure("a: [1, 2\nb: 3\n")?.hasPrefix("r.yaml:2:2: not valid YAML: ") == true)
        #expect(failure("a: 1\n\tb: 2\n")?.hasPrefix("r.yaml:2:1: not valid YAML: ") == true)
        #expect(failure("a: 1\n\tb: 2\n")?.contains("use spaces, not tabs") == true)
        #expect(failure("a: *x\n") == "r.yaml:1:4: not valid YAML: found undefined alias")
        #expect(failure("a: 1\n---\nb: 2\n")?.hasPrefix("r.yaml:2:1: not valid YAML: ") == true)
    }

    @Test("a key written twice")
    func duplicates() {
        #expect(
            failure("seed: 1\nname: x\nseed: 2\n")
                == "r.yaml:1:1: the key 'seed' is written more than once here; keep one")
        #expect(failure("a:\n  b: 1\n  'b': 2\n")?.hasPrefix("r.yaml:2:3: the key 'b'") == true)
    }

    @Test("bytes that are not UTF-8 or not text")
    func encoding() {
        #expect(
            failure(Array("a: 1\nb: ä".utf8) + [0xFF, 0x61])
                == "r.yaml:2:5: found a byte that is not UTF-8; save the file as UTF-8")
        #expect(failure("a: 1\nb: \u{1}\n")?.hasPrefix("r.yaml:2:4: not valid YAML: ") == true)
        #expect(failure([0xEF, 0xBB, 0xBF] + Array("a: 1\r\nb: 2\r\n".utf8)) == nil)
    }

    @Test("bombs are refused in bounded time")
    func bombs() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let uses = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(uses)]\n"
        }
        #expect(failure(bomb)?.contains("more than 20000 nodes") == true)
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(failure(deep)?.contains("64 levels") == true)
        #expect(failure(String(repeating: "[", count: 100_000)) != nil)
        #expect(failure(String(repeating: "#", count: 2 << 20))?.contains("at most") == true)
    }

    @Test("lists and mappings are no keys, and merge keys are refused")
    func keys() {
        #expect(failure("? [a]\n: 1\n")?.contains("as a key") == true)
        #expect(
            failure("x: &x {a: 1}\ny: {<<: *x}\n")?.hasPrefix("r.yaml:2:5: merge keys") == true)
    }

    @Test("an alias stands for its anchor's value")
    func alias() throws {
        let tree = try RecipeReader.read(Array("x: &x {a: 1}\ny: *x\n".utf8), name: "r.yaml")
        #expect(tree["y"]?["a"]?.text == "1")
    }

    @Test("files that are not there, directories, empty files, lists")
    func files() throws {
        let missing = #expect(throws: RecipeError.self) {
            try RecipeDocument.load(file: "/nowhere/r.yaml")
        }
        #expect(
            missing?.description == "/nowhere/r.yaml:1:1: found no such file, expected a recipe; "
                + "give the path of a YAML file")
        let directory = #expect(throws: RecipeError.self) {
            try RecipeDocument.load(file: "/tmp")
        }
        #expect(directory?.description.contains("found a directory") == true)
        #expect(problems("").first?.hasPrefix("r.yaml:1:1: found an empty file") == true)
        #expect(problems("- a\n- b\n").first?.hasPrefix("r.yaml:1:1: found a list of 2") == true)
    }

    @Test("a schema of a later version is refused")
    func schema() {
        #expect(problems("schema: 1\nseed: 1\n") == [])
        #expect(
            problems("schema: 2\n") == [
                "r.yaml:1:9: schema: found '2', this program reads up to 1; run it with the "
                    + "version of grpo that wrote it"
            ])
    }
}
