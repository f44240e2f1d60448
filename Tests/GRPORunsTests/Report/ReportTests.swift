import Foundation
import GRPOJSON
import GRPORuns
import GRPOTraining
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("The report page and its pictures")
struct ReportTests {
    private func result(
        _ stage: String, _ passAt1: Double, _ interval: ClosedRange<Double>, greedy: Double,
        format: Double, length: Double, heldOutChecked: Bool? = nil
    ) -> EvaluationResult {
        EvaluationResult(
            stage: stage, task: "sums", problems: 500, samples: 4, temperature: 1,
            passAt1: passAt1, passAt1Interval: interval, passAt1Greedy: greedy, passAtK: 0.5,
            majAtK: 0.25, format: format, meanLength: length, heldOutChecked: heldOutChecked)
    }

    private func run(_ name: String, steps: Int = 40, stages: [String] = ["grpo"])
        -> ReportData.Run
    {
        var records: [MetricsRecord] = []
        for stage in stages {
            for step in 1...steps {
                var record = MetricsRecord(stage: stage, step: step)
                record.set("reward", 0.25 + 0.7 * Double(step) / Double(steps))
                record.set("rewards/accuracy/mean", Double(step % 2))
                record.set("completions/mean_length", 20 + Double(step))
                record.set("kl", step == 1 ? .nan : 0.001 * Double(step))
                record.set("frac_reward_zero_std", 0.5)
                records.append(record)
            }
        }
        let rows = [
            result("base", 0.3105, 0.2911...0.3302, greedy: 0.402, format: 0.61, length: 23.44),
            result("grpo", 0.912, 0.897...0.925, greedy: 0.95, format: 0.99, length: 41.2),
        ]
        let hostile = ReportData.Completion(
            stage: "grpo", step: 40, prompt: "Q:57+68=?",
            text: "<think><script>alert(1)</script>\u{202E}\u{1B}[2J</think>", reward: 1.2,
            advantage: -0.353453)
        return ReportData.Run(
            name: name, recipe: "seed: 0\nname: \"<b>\"\n",
            environment: [.init(key: "engine", value: .string("onednn <3"))], records: records,
            evaluations: rows, completions: [hostile])
    }

    @Test("the page holds the numbers, escapes model text and needs nothing else")
    func page() {
        let html = ReportPage.html(ReportData(title: "quick & small", runs: [run("a")]))
        for text in [
            "<title>quick &amp; small</title>",
            "<td>0.310</td><td>[0.291, 0.330]</td><td>0.402</td>",
            "<td>0.912</td><td>[0.897, 0.925]</td><td>0.950</td><td>0.990</td><td>41.2</td>",
            "500 problems, 4 samples each at temperature 1",
            "reward 1.2, advantage -0.3535", "&lt;think&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
            "\\u{202E}\\u{1B}[2J", "name: &quot;&lt;b&gt;&quot;", "onednn &lt;3",
            "rewards/accuracy/mean", "the mean of 3 to 5", "smoothed",
            "prefers-color-scheme: dark",
        ] { #expect(html.contains(text), "\(text) is missing") }
        #expect(!html.contains("<script"))
        #expect(!html.contains("http:"))
        #expect(!html.contains("https:"))
        #expect(!html.unicodeScalars.contains("\u{1B}"))
        #expect(!html.unicodeScalars.contains("\u{202E}"))
    }

    @Test("each chart is well-formed, with as many points as recorded numbers")
    func charts() throws {
        let svg = try #require(ReportPicture.svg([run("a")], keys: ["reward", "kl"]))
        let dots = svg.split(separator: "\n").filter { $0.contains("class=\"dots") }
        #expect(dots.map { $0.split(separator: "h0").count - 1 } == [40, 39])
        #expect(XMLParser(data: Data(svg.utf8)).parse())
        #expect(!svg.contains(" nan") && !svg.contains(">nan"))
    }

    @Test("several runs and stages lie over each other with a legend")
    func overlay() throws {
        let runs = [run("first", stages: ["zero", "final"]), run("second <x>", stages: ["zero"])]
        let html = ReportPage.html(ReportData(title: "two", runs: runs))
        #expect(html.contains("<span class=\"key c1\"></span>second &lt;x&gt;"))
        #expect(html.contains("<title>first, final</title>"))
        #expect(html.contains(">final</text>"))
        let svg = try #require(ReportPicture.svg(runs))
        #expect(XMLParser(data: Data(svg.utf8)).parse())
        #expect(svg.contains("second &lt;x&gt;</text>"))
    }

    @Test("losses of different stages do not share an axis")
    func separate() {
        var both = ReportData.Run(name: "x")
        for stage in ["pretrain", "grpo"] {
            var record = MetricsRecord(stage: stage, step: 1)
            record.set("loss", 1.0)
            both.records.append(record)
        }
        let html = ReportPage.html(ReportData(title: "x", runs: [both]))
        #expect(html.contains(">pretrain: loss<") && html.contains(">grpo: loss<"))
    }

    @Test("a run without anything still makes a page")
    func empty() {
        let html = ReportPage.html(
            ReportData(title: "empty", runs: [ReportData.Run(name: "x")]))
        #expect(html.contains("<h1>empty</h1>"))
        #expect(!html.contains("<svg"))
        #expect(ReportPicture.svg([ReportData.Run(name: "x")]) == nil)
    }

    @Test("constant, single and empty curves have a range")
    func flat() {
        for values in [[0.0], [3, 3, 3], [-1e-9], [1e300, -1e300], [.nan]] {
            var flat = ReportData.Run(name: "x")
            flat.records = values.enumerated().map { index, value in
                var record = MetricsRecord(stage: "s", step: index + 1)
                record.set("reward", value)
                record.set("kl", 1.0)
                return record
            }
            let svg = ReportPicture.svg([flat], keys: ["reward", "kl"]) ?? ""
            #expect(!svg.contains(" nan") && !svg.contains("inf"), "\(values)")
        }
    }

    @Test("completions come from the first and the last step of the last stage with a reward")
    func completions() throws {
        let scratch = Scratch(), directory = scratch.run
        let lock = try directory.open(resuming: false)
        let metrics = try MetricsWriter(path: directory.metrics)
        try metrics.append(MetricsRecord(stage: "pretrain", step: 1))
        let rollouts = try RolloutWriter(directory, stage: "grpo")
        for step in 1...2 {
            var record = MetricsRecord(stage: "grpo", step: step)
            record.set("reward", 0.5)
            try metrics.append(record)
            let rows = (0..<16).map {
                JSONValue.object([
                    .init(
                        key: "problem",
                        value: .object([.init(key: "prompt", value: .string("p\(step)"))])),
                    .init(key: "text", value: .string("t\($0)")),
                    .init(key: "reward", value: .double(1)),
                ])
            }
            try rollouts.write(rows, step: step)
        }
        let run = ReportData.Run(directory: directory, evaluations: [])
        #expect(
            run.completions.map(\.prompt) == Array(repeating: "p1", count: 3)
                + Array(repeating: "p2", count: 7))
        #expect(
            run.completions.map(\.text) == [
                "t0", "t5", "t10", "t0", "t2", "t4", "t6", "t8", "t10", "t12",
            ])
        #expect(run.records.count == 3)
        withExtendedLifetime(lock) {}
    }

    @Test("evaluations have the command's field names")
    func evaluationJSON() {
        let row = result("base", 0.25, 0.1...0.4, greedy: 0.2, format: 0, length: 12)
        #expect(
            JSONValue(encoding: row).text
                == #"{"stage":"base","task":"sums","problems":500,"samples":4,"temperature":1.0,"pass@1":0.25,"pass@1_interval":[0.1,0.4],"pass@1_greedy":0.2,"pass@k":0.5,"maj@k":0.25,"format":0.0,"mean_length":12.0,"held_out_checked":null,"examples":[]}"#
        )
        #expect(
            EvaluationResult.table([row]).text.contains("base   sums   0.250  [0.100, 0.400]"))
    }

    @Test("an evaluation that may ask what training has shown is marked, another is not")
    func caution() {
        func page(_ checked: Bool?) -> String {
            var run = ReportData.Run(name: "x")
            run.evaluations = [
                result(
                    "base", 0.2, 0.1...0.3, greedy: 0, format: 0, length: 1,
                    heldOutChecked: checked)
            ]
            return ReportPage.html(ReportData(title: "x", runs: [run]))
        }
        #expect(page(false).contains("was not checked"))
        #expect(!page(true).contains("was not checked"))
        #expect(!page(nil).contains("was not checked"))
    }

    @Test("a curve that is 0 at every step is named, not drawn; short curves are not smoothed")
    func zero() {
        var run = ReportData.Run(name: "x")
        for step in 1...3 {
            var record = MetricsRecord(stage: "grpo", step: step)
            record.set("reward", Double(step))
            record.set("kl", 0.0)
            run.records.append(record)
        }
        let html = ReportPage.html(ReportData(title: "x", runs: [run]))
        #expect(html.contains("0 at every step, not drawn: kl."))
        #expect(html.components(separatedBy: "<svg").count == 2)
        #expect(!html.contains("mean of 1"))
        #expect(ReportPicture.svg([run])?.contains("mean of 1 ") == false)
    }

    @Test("a long title is set smaller, so that it stays within the picture")
    func longTitle() {
        var run = ReportData.Run(name: "x")
        for stage in ["pretrain", "a-stage-with-quite-a-long-name"] {
            var record = MetricsRecord(stage: stage, step: 1)
            record.set("sampling/sampling_logp_difference/max", 1.0)
            run.records.append(record)
        }
        let html = ReportPage.html(ReportData(title: "x", runs: [run]))
        let titles = html.split(separator: "\n").filter { $0.contains("class=\"title\"") }
        #expect(titles.count == 2)
        // 48 letters of 7.4 units fit into 392; 69 do not, and 13 x 392 / (69 x 7.4) is 9.98.
        #expect(titles.first { $0.contains(">pretrain: ") }?.contains("style") == false)
        #expect(titles.first { $0.contains(">a-stage") }?.contains("font-size: 9.98px") == true)
    }

    @Test(
        "times as people say them",
        arguments: [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (5999, "100 min"), (9000, "2.5 h")])
    func durations(seconds: Double, text: String) {
        #expect(ShortNumber.duration(seconds) == text)
    }
}
