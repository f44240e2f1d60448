import Foundation
import GRPOJSON
import GRPORewards
import GRPOTasks

/// Answers of programs that are broken, careless or malicious, drawn by a seed.
struct HostileAnswers {
    struct Case {
        /// What the program writes, its line end included where it writes one.
        var bytes: [UInt8]
        /// Whether the program ends after that.
        var ends = false
        /// What the scores must be, reasons aside; nil where any will do that are scores at all.
        var expected: [Kind]?
    }

    enum Kind: Hashable {
        case value(Double)
        case notApplicable
        case failed(RewardFailure)
        case ungradable

        init(_ score: Score) {
            self =
                switch score {
                case .value(let value): .value(value)
                case .notApplicable: .notApplicable
                case .failed(let failure, _): .failed(failure)
                case .ungradable: .ungradable
                }
        }
    }

    static let kinds = 27
    /// The most bytes of an answer.
    static let limit = 4096

    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// The answer of a kind to request `id` about `count` completions.
    mutating func answer(_ kind: Int, id: Int, count: Int) -> Case {
        let values = (0..<count).map { _ in Double(Int(random.next() % 2001) - 1000) / 8 }
        let all = values.map { "\($0)" }
        func line(_ text: String, _ expected: [Kind]?) -> Case {
            Case(bytes: Array((text + "\n").utf8), expected: expected)
        }
        func scores(_ elements: [String]) -> String {
            "{\"scores\": [\(elements.joined(separator: ", "))]}"
        }
        func every(_ failure: RewardFailure) -> [Kind] {
            Array(repeating: .failed(failure), count: count)
        }
        /// Valid but for one element.
        func spoilt(_ element: String, _ kind: Kind) -> (String, [Kind]) {
            let place = Int(random.next() % UInt64(count))
            var (elements, expected) = (all, values.map { Kind.value($0) })
            (elements[place], expected[place]) = (element, kind)
            return (scores(elements), expected)
        }
        func drawn(_ texts: [String]) -> String { texts[Int(random.next() % UInt64(texts.count))] }

        switch kind {
        case 0: return line(scores(all), values.map { .value($0) })
        case 1: return line("\(spoilt("null", .notApplicable).0)", nil)
        case 2:
            let (text, expected) = spoilt(
                drawn(["NaN", "Infinity", "-Infinity", "1e999", "-1E+400"]), .failed(.nonFinite))
            return line(text, expected)
        case 3:
            let (text, expected) = spoilt(
                drawn(["\"0.5\"", "\"NaN\"", "true", "[1]", "{\"a\": NaN}", "\"\\u001b[2J\""]),
                .failed(.malformed))
            return line(text, expected)
        case 4: return line(scores(Array(all.dropLast())), every(.malformed))
        case 5: return line(scores(all + ["1"]), every(.malformed))
        case 6:
            let noise = (0..<Int(random.next() % 200)).map { _ in
                let byte = UInt8(truncatingIfNeeded: random.next())
                return byte == 10 ? 11 : byte
            }
            return Case(bytes: Array("!".utf8) + noise + [10], expected: every(.malformed))
        case 7:
            return Case(
                bytes: Array("{\"note\": \"".utf8) + [0xC3, 0x28, 0xFF]
                    + Array("\", \"scores\": [1]}\n".utf8), expected: every(.malformed))
        case 8: return line(String(repeating: "[", count: 3000), every(.malformed))
        case 9: return line(String(scores(all).dropLast()) + ", \"scores\": []}", every(.malformed))
        case 10:
            return line("{\"id\": \(id + 1), " + scores(all).dropFirst(), every(.malformed))
        case 11:
            return line("{\"id\": \(id), " + scores(all).dropFirst(), values.map { .value($0) })
        case 12: return line("{\"error\": \"\\u001b]52;c;x\\u0007\"}", every(.crash))
        case 13: return line(scores(all) + "\n" + scores(all), every(.malformed))
        case 14: return line("", every(.malformed))
        case 15: return line(String(repeating: " ", count: Self.limit) + "1", every(.malformed))
        case 16: return line(scores(all) + "\r", values.map { .value($0) })
        case 17: return line("\u{FEFF}" + scores(all), every(.malformed))
        case 18:
            return line(
                drawn([
                    "[\(all.joined(separator: ","))]", "1", "null", "\"scores\"", "{}",
                    "{\"scores\": null}", "{\"scores\": {}}", "{\"scores\": 1}", "{\"score\": [1]}",
                ]), every(.malformed))
        case 19:
            let (text, expected) = spoilt(String(repeating: "9", count: 400), .failed(.nonFinite))
            return line(text, expected)
        case 20:
            let (text, expected) = spoilt(
                drawn(["01", "+1", ".5", "1.", "0x10", "1_000", "inf", "nan", "--1", "None"]),
                .failed(.malformed))
            return line(text, Array(repeating: .failed(.malformed), count: expected.count))
        case 21: return line(scores(all) + drawn([",", "}", "\0", " x", "//"]), every(.malformed))
        case 22:
            return Case(
                bytes: Array(scores(all).utf8.dropLast()), ends: true, expected: every(.crash))
        case 23: return Case(bytes: [], ends: true, expected: every(.crash))
        case 24:
            // Python's way to say that it has nothing to say.
            return line(
                scores(all.map { _ in "null" }),
                Array(repeating: .notApplicable, count: count))
        case 25:
            let (text, expected) = spoilt(
                drawn(["1e308", "-1e200", "1e30", "1000000.5"]), .failed(.malformed))
            return line(text, expected)
        default:
            var bytes = Array(scores(all).utf8)
            for _ in 0..<3 {
                let byte = UInt8(truncatingIfNeeded: random.next())
                bytes[Int(random.next() % UInt64(bytes.count))] = byte == 10 ? 13 : byte
            }
            return Case(bytes: bytes + [10], expected: nil)
        }
    }
}
