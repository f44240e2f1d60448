import Foundation
import GRPOJSON
import GRPORuns
import GRPOTraining
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("A study's table")
struct StudyTableTests {
    private static let reference = [0.78, 0.83, 0.80, 0.81, 0.79]

    private func measured(
        _ arm: String, _ values: [Double], hackGap: Double? = 0.1
    ) -> [StudyMeasurement] {
        values.enumerated().map { seed, value in
            var records: [MetricsRecord] = []
            for step in 1...20 {
                var record = MetricsRecord(stage: "grpo", step: step)
                record.set("rewards/accuracy/mean", value * Double(step) / 20)
                record.set("completions/mean_length", 20 + Double(seed))
                records.append(record)
            }
            return StudyMeasurement(
                arm: arm, seed: seed,
                evaluation: EvaluationResult(
                    stage: "grpo", task: "sums", problems: 500, samples: 4, temperature: 1,
                    passAt1: value, passAt1Interval: value - 0.02...value + 0.02,
                    passAt1Greedy: value, passAtK: 1, majAtK: 1, format: 0.9, meanLength: 40),
                hackGap: hackGap, seconds: hackGap == nil ? nil : 12,
                tokens: 1000, records: records)
        }
    }

    private func table(
        _ arms: [(String, [Double])], controls: [(String, [Double])] = []
    ) -> (StudyTable, [StudyMeasurement]) {
        let measurements = (arms + controls).flatMap { measured($0.0, $0.1) }
        let table = StudyTable(
            study: "s", judge: "judged",
            arms: arms.map { ($0.0, false) }
                + controls.map { ($0.0, true) },
            measurements, wallSeconds: 60)
        return (table, measurements)
    }

    /// Of scipy 1.17: `ttest_rel` and its `confidence_interval`.
    @Test("the paired t test is scipy's")
    func paired() throws {
        let (table, _) = table([
            ("reference", Self.reference), ("arm", [0.81, 0.84, 0.79, 0.86, 0.83]),
        ])
        let difference = try #require(table.rows[1].difference)
        #expect(abs(difference.mean - 0.024) < 1e-12)
        #expect(abs(try #require(difference.probability) - 0.08977587078380869) < 1e-9)
        let interval = try #require(difference.interval)
        #expect(abs(interval.lowerBound + 0.0059032289389040205) < 1e-9)
        #expect(abs(interval.upperBound - 0.05390322893890397) < 1e-9)
        #expect(table.rows[1].verdict == .noDifference)
        #expect(table.rows[0].difference == nil && table.rows[0].holm == nil)
        #expect(abs(try #require(table.rows[0].hackGap) - 0.1) < 1e-12)
    }

    @Test("the ranking tells differences from none, and what could have been missed")
    func ranking() {
        let up = Self.reference.map { $0 + 0.1 }.enumerated().map {
            $0.element + 0.002 * Double($0.offset)
        }
        let down = Self.reference.enumerated().map { $0.element - 0.2 - 0.003 * Double($0.offset) }
        let (table, _) = table(
            [
                ("reference", Self.reference), ("up", up), ("down", down),
                ("same", [0.79, 0.82, 0.81, 0.80, 0.79]),
            ], controls: [("random_reward", [0.1, 0.2, 0.1, 0.2, 0.1])])
        #expect(table.rows.dropFirst().map(\.verdict) == [.better, .worse, .noDifference, .worse])
        let lines = table.ranking
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("Better than reference: up +0.104 [+0.10"))
        #expect(lines[1].hasPrefix("No difference from reference: same +0.000 [-0.0"))
        #expect(
            lines[1].hasSuffix(
                "these seeds find it 4 times in 5, at the level 0.05)"))
        #expect(lines[2].hasPrefix("Worse than reference: down -0.206"))
        #expect(lines[3] == "Controls against reference: random_reward 0.140, worse")
    }

    @Test("a difference that Holm's correction does not leave is none")
    func corrected() throws {
        let slight = zip(Self.reference, [0.02, 0.05, 0.01, 0.04, 0.02]).map { $0 + $1 }
        let (alone, _) = table([("reference", Self.reference), ("slight", slight)])
        #expect(alone.rows[1].verdict == .better)
        let others = (1...5).map {
            ("other\($0)", [0.79, 0.82, 0.81, 0.80, 0.79 + 0.001 * Double($0)])
        }
        let (among, _) = table(
            [("reference", Self.reference), ("slight", slight)] + others)
        #expect(among.rows[1].verdict == .noDifference)
        #expect(among.rows[1].difference?.probability == alone.rows[1].difference?.probability)
        #expect(
            among.rows[1].holm == alone.rows[1].difference?.probability.map { $0 * 6 })
    }

    @Test("one seed, and seeds that agree exactly, claim nothing")
    func fewSeeds() {
        let (one, _) = table([("reference", [0.5]), ("arm", [0.9])])
        #expect(one.rows[1].verdict == .untested)
        #expect(one.rows[1].difference?.mean == 0.4)
        #expect(one.ranking == ["Not tested, for want of seeds: arm 0.900"])
        // The interval of the single evaluation.
        #expect(one.rows[1].interval == 0.9 - 0.02...0.9 + 0.02)
        let (agreed, _) = table([("reference", [0.5, 0.5]), ("arm", [0.75, 0.75])])
        #expect(agreed.rows[1].verdict == .unanimous)
        let (same, _) = table([("reference", [0.5, 0.6]), ("arm", [0.5, 0.6])])
        #expect(same.rows[1].verdict == .noDifference)
        #expect(same.rows[1].holm == 1)
    }

    @Test("seeds that agree up to rounding are not tested, and the reason is said")
    func unanimous() throws {
        let (table, _) = table(
            [("reference", [0.6, 0.7]), ("arm", [0.7, 0.8])],
            controls: [("random_reward", [0.5, 0.6])])
        let difference = try #require(table.rows[1].difference)
        #expect(difference.values[0] != difference.values[1])
        #expect(difference.probability == nil && difference.interval == nil)
        #expect(table.rows.dropFirst().map(\.verdict) == [.unanimous, .unanimous])
        #expect(
            table.ranking == [
                "Not tested against reference, for want of a deviation: arm, all 2 seeds differ by "
                    + "exactly +0.100",
                "Controls against reference: random_reward 0.550, all 2 seeds differ by exactly -0.100",
            ])
        #expect(
            table.json["arms"]?.elements?[1]["verdict"]?.string
                == "all seeds differ by the same")
        // Agreement on nothing, up to rounding: 0.1 + 0.2 is not 0.3.
        let none = PairedDifference([0.1 + 0.2 - 0.3, 0])
        #expect(none.mean == 0 && none.interval == 0...0 && none.probability == 1)
        // One sample in a million is no rounding.
        #expect(PairedDifference([0.1, 0.1 + 1e-6]).probability != nil)
    }

    @Test("what is detectable is so at the level that Holm's correction leaves")
    func detectable() throws {
        let arm = [0.79, 0.82, 0.81, 0.80, 0.79]
        let (alone, _) = table([("reference", Self.reference), ("same", arm)])
        let controls = (1...3).map { number in
            ("control\(number)", Self.reference.map { $0 * 0.1 * Double(number) })
        }
        let others = (1...3).map {
            ("other\($0)", [0.79, 0.82, 0.81, 0.80, 0.79 + 0.001 * Double($0)])
        }
        let (among, _) = table(
            [("reference", Self.reference), ("same", arm)] + others, controls: controls)
        #expect(among.rows.suffix(3).allSatisfy { $0.verdict == .worse && $0.remaining == 5 })
        #expect(alone.rows[1].level == 0.05 && among.rows[1].level == 0.0125)
        let least = try #require(alone.rows[1].detectable)
        let corrected = try #require(among.rows[1].detectable)
        let deviation = try #require(among.rows[1].difference?.deviation)
        // scipy's noncentral t of 4 degrees of freedom: the effect in deviations.
        #expect(abs(least / deviation - 1.6819970833232674) < 1e-4)
        #expect(abs(corrected / deviation - 2.4767903705) < 1e-4)
        #expect(among.ranking[0].hasSuffix("at the level 0.05 / 4 that Holm's correction leaves)"))
        let row = try #require(among.json["arms"]?.elements?[1])
        #expect(row["detectable_difference"]?.number == corrected)
        #expect(row["detectable_level"]?.number == 0.0125)
        #expect(among.cells(among.rows[1])[6] == ShortNumber.fixed(corrected))
    }

    @Test("the hack gap is the run's own, of the last steps; empty where it has none")
    func hackGap() throws {
        let job = try #require(try SmallStudy().plan().jobs.first)
        let records = (1...100).map { step in
            var record = MetricsRecord(stage: "grpo", step: step)
            record.set("rewards/cosine/mean", -0.7)
            if step > 85, step != 93 { record.set("hack_gap/rollouts", step > 90 ? 0.25 : 1) }
            return record
        }
        #expect(StudyPlan.hackGap(job.recipe, records) == 0.25)
        #expect(StudyPlan.hackGap(job.recipe, Array(records.prefix(80))) == nil)
        let (table, _) = table([("reference", Self.reference)])
        #expect(table.cells(table.rows[0])[10] == "+0.100")
    }

    @Test("the JSON has the fields of the design, numbers or null")
    func json() throws {
        let (table, _) = table(
            [("reference", Self.reference), ("arm", [0.81, 0.84, 0.79, 0.86, 0.83])],
            controls: [("no_training", [0.3, 0.3, 0.3, 0.3, 0.31])])
        let document = table.json
        #expect(document["study"]?.string == "s" && document["wall_s"]?.number == 60)
        let arms = try #require(document["arms"]?.elements)
        #expect(arms.map { $0["name"]?.string } == ["reference", "arm", "no_training"])
        #expect(arms.map { $0["control"]?.bool } == [false, false, true])
        #expect(arms[0]["difference"] == .null && arms[0]["p_holm"] == .null)
        for key in ["pass@1", "difference", "p_holm", "format", "mean_length"] {
            #expect(arms[1][key]?.number != nil, "\(key)")
        }
        for key in ["pass@1_interval", "difference_interval", "seeds"] {
            #expect(arms[1][key]?.elements?.isEmpty == false, "\(key)")
        }
        #expect(JSONValue(document.prettyText) != nil)
    }

    @Test("the CSV has as many fields in each line as in its header")
    func csv() {
        let (table, measurements) = table([("reference", Self.reference), ("a,\"b", [0.5, 0.6])])
        let lines = StudyCSV.table(table).components(separatedBy: "\r\n")
        #expect(lines.count == 4 && lines[3].isEmpty)
        #expect(lines[0].split(separator: ",").count == 21)
        #expect(lines[1].components(separatedBy: ",").count == 21)
        #expect(lines[2].hasPrefix("s,\"a,\"\"b\",false,0 1,0.55,"))
        #expect(StudyCSV.seeds(measurements).components(separatedBy: "\r\n").count == 9)
    }

    @Test("the page stands alone: table, differences, curves with bands, names escaped")
    func page() throws {
        let plan = try SmallStudy().plan()
        let measurements =
            measured("accuracy", Self.reference) + measured("again", [0.9, 0.93, 0.91, 0.92, 0.9])
            + measured("random_reward", [0.1, 0.2, 0.1, 0.2, 0.1])
        let table = StudyTable(plan, measurements, wallSeconds: 1)
        let html = StudyPage.html(table, plan, measurements)
        for part in [
            "<title>study</title>", "Better than accuracy: again", "control: random_reward",
            "pass@1 less that of accuracy, with 95% intervals", "class=\"band c0\"",
            "<h2>Curves</h2>", "rewards/accuracy/mean",
            "<td>+tags</td><td>grpo.rewards: [accuracy, tag_count: {weight: 0.5",
            "Every run; here the intervals are over problems",
        ] { #expect(html.contains(part), "\(part) is missing") }
        #expect(!html.contains("<script") && !html.contains("http:") && !html.contains("https:"))
        #expect(!html.contains(" nan") && !html.contains(">nan"))
        for svg in html.components(separatedBy: "<svg").dropFirst() {
            let element = "<svg" + svg.components(separatedBy: "</svg>")[0] + "</svg>"
            #expect(XMLParser(data: Data(element.utf8)).parse())
        }
    }
}
