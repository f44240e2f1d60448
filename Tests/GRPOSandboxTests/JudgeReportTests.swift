import GRPOSandbox
import Testing

@Suite struct JudgeReportTests {
    private let nonce = "0123456789abcdef0123456789abcdef"

    private func parse(_ text: String) -> JudgeReport.Progress {
        JudgeReport.parse(Array(text.utf8), nonce: nonce)
    }

    @Test func aReportIsRead() {
        #expect(parse("") == .nothing)
        #expect(parse("\(nonce) ready\n") == .ready)
        #expect(
            parse("\(nonce) ready\n\(nonce) done 3 4 finished\n")
                == .done(JudgeReport(passed: 3, total: 4, outcome: .finished)))
        #expect(
            parse("\(nonce) ready\n\(nonce) done 0 0 aborted\n")
                == .done(JudgeReport(passed: 0, total: 0, outcome: .aborted)))
    }

    @Test func everyBeginningOfAReportIsOneThatGoesOn() {
        let whole = "\(nonce) ready\n\(nonce) done 3 4 finished\n"
        for count in 0..<whole.utf8.count {
            let found = JudgeReport.parse(Array(whole.utf8.prefix(count)), nonce: nonce)
            #expect(found == (count < nonce.count + 7 ? .nothing : .ready), "\(count)")
        }
    }

    @Test(arguments: [
        "\n", "ready\n", "0123 ready\n", "N done 1 1 finished\n", "N  ready\n", " N ready\n",
        "N ready \n", "N READY\n", "N ready\n\n", "N ready\nN ready\n", "N ready\r\n",
        "N ready\nN done 1 1 finished\nN done 1 1 finished\n", "N ready\nN done 1 1 finished\nN",
        "N ready\nN done 1 1 finished\n\n", "N ready\nN done 1 1 finished \n",
        "N ready\nN done 1 1 perfect\n", "N ready\nN done 2 1 finished\n",
        "N ready\nN done -1 1 finished\n", "N ready\nN done +1 1 finished\n",
        "N ready\nN done 1 1\n", "N ready\nN done 1 1 1 finished\n",
        "N ready\nN done  1 finished\n",
        "N ready\nN done 1 9999999999999999999999 finished\n", "N ready\nN done ١ ١ finished\n",
        "N ready\nN done 0x1 1 finished\n", "N ready\nN done 1.0 1 finished\n",
        "N ready\ndone 1 1 finished\n", "\0", "N ready\n\u{FEFF}N done 1 1 finished\n",
        "x", "N ready\n0123456789abcdef1", "N ready\n" + String(repeating: "N", count: 2000),
    ])
    func whatIsNoReport(_ text: String) {
        #expect(parse(text.replacing("N", with: nonce)) == .malformed)
    }

    @Test func anotherRunsNonceProvesNothing() {
        let other = "fedcba9876543210fedcba9876543210"
        #expect(parse("\(other) ready\n\(other) done 1 1 finished\n") == .malformed)
        #expect(parse("\(nonce) ready\n\(other) done 1 1 finished\n") == .malformed)
    }

    /// Whatever the bytes are, only the one form with the nonce is a report.
    @Test func noMutationOfAReportRaisesIt() {
        let whole = Array("\(nonce) ready\n\(nonce) done 2 4 finished\n".utf8)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: bytes.append(contentsOf: bytes[place...])
                }
            }
            guard case .done(let report) = JudgeReport.parse(bytes, nonce: nonce) else { continue }
            // A digit changed is a number changed; nothing else may pass.
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(
                text == "\(nonce) ready\n\(nonce) done \(report.passed) \(report.total) "
                    + "\(report.outcome.rawValue)\n"
                    || text.contains(" 0"), "\(text)")
        }
    }

    @Test func onlyAllIsRight() {
        func report(_ passed: Int, _ total: Int, _ outcome: JudgeReport.Outcome) -> JudgeReport {
            JudgeReport(passed: passed, total: total, outcome: outcome)
        }
        #expect(report(3, 3, .finished).isRight)
        #expect(report(3, 3, .finished).share == 1)
        #expect(!report(3, 4, .finished).isRight)
        #expect(report(3, 4, .finished).share == 0.75)
        #expect(!report(0, 0, .finished).isRight)
        #expect(report(0, 0, .finished).share == 0)
        #expect(!report(3, 3, .aborted).isRight)
        #expect(report(3, 3, .aborted).share == 0.75)
    }
}
