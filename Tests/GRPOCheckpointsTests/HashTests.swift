import Foundation
import GRPOCheckpoints
import Testing

@Suite("Hashes and names of steps")
struct HashTests {
    @Test("a file's hash is that of its bytes, across the pieces it is read in")
    func file() throws {
        let path = NSTemporaryDirectory() + "grpo-hash-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = String(repeating: "0123456789abcde\n", count: 300_000)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try Hash.sha256(ofFile: path) == Hash.sha256(text))
        #expect(
            Hash.sha256("abc")
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(throws: CheckpointError.self) { try Hash.sha256(ofFile: path + ".none") }
    }

    @Test("steps and their names")
    func steps() {
        #expect(StepName.text(100) == "step-000100")
        #expect(StepName.text(1_234_567) == "step-1234567")
        #expect(StepName.step(of: "step-000100.h5") == 100)
        for name in ["step-00x.h5", "step-100.h5", "step-.h5", "000100", "step--00001"] {
            #expect(StepName.step(of: name) == nil, "\(name)")
        }
    }
}
