import GRPOJSON
import Testing

/// What is passed over is checked as what is read.
struct JSONSkippingTests {
    private func read(_ bytes: [UInt8]) -> JSONFault? {
        fault(bytes) { (scanner) throws(JSONFault) in _ = try scanner.string() }
    }

    private func skip(_ bytes: [UInt8]) -> JSONFault? {
        fault(bytes) { (scanner) throws(JSONFault) in try scanner.skip() }
    }

    private func fault(
        _ bytes: [UInt8], _ body: (inout JSONScanner) throws(JSONFault) -> Void
    ) -> JSONFault? {
        bytes.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            do throws(JSONFault) {
                try body(&scanner)
                try scanner.end()
                return nil
            } catch {
                return error
            }
        }
    }

    /// Every lead byte with every kind of second byte, whole, cut and too long.
    @Test func stringsOfAllBytes() {
        let rests: [[UInt8]] = [[], [0x80], [0x80, 0xBF], [0x80, 0x80, 0x80], [0x5C, 0x6E]]
        let continuations: [UInt8] = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
        for lead in UInt8.min...UInt8.max {
            for second in continuations {
                for rest in rests {
                    let bytes = [0x22, lead, second] + rest + [0x22]
                    #expect(read(bytes) == skip(bytes), "\(bytes)")
                }
            }
        }
    }

    @Test(arguments: [
        "\"\\u0041\\ud83d\\ude00é\"", "\"\\ud83d\"", "\"\\q\"", "\"a", "\"a\\", "\"\u{1F}\"",
        "\"\"", " \"x\" ",
    ])
    func strings(text: String) {
        #expect(read(Array(text.utf8)) == skip(Array(text.utf8)))
    }

    @Test(arguments: [
        "{}", "[]", "{\"a\": {\"é\": [1, -2.5e3, true, false, null, \"x\"]}, \"b\": []}", "[[[]]]",
    ])
    func values(text: String) {
        #expect(skip(Array(text.utf8)) == nil)
    }

    @Test(arguments: ["{", "{1: 2}", "{\"a\" 1}", "{\"a\": 1,}", "[1,]", "[1 2]", "{\"a\": tru}"])
    func faults(text: String) {
        #expect(skip(Array(text.utf8)) != nil)
    }

    /// Up to a length everything is as without it; of what is longer no more is looked at.
    @Test(arguments: [
        "\"a\\u0041\\ud83d\\ude00é\"", "[1, [2.5e3, true], {\"a\": null}]", "{\"é\": \"\\n\"}",
    ])
    func withinALength(text: String) throws {
        let value = Array(text.utf8)
        // A byte that no text holds stands behind it.
        let bytes = Array("  ".utf8) + value + [0xFF]
        for length in 0...value.count + 1 {
            try bytes.withUnsafeBytes { bytes in
                var scanner = JSONScanner(bytes)
                let isWhole = try scanner.skip(within: length)
                #expect(isWhole == (length >= value.count), "\(length)")
                if isWhole { #expect(scanner.position == 2 + value.count) }
            }
        }
        let faulty = Array("[1, x".utf8)
        faulty.withUnsafeBytes { bytes in
            _ = #expect(throws: JSONFault.self) {
                var scanner = JSONScanner(bytes)
                _ = try scanner.skip(within: 100)
            }
        }
    }
}
