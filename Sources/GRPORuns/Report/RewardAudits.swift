import GRPORewards
import GRPOTasks
package import GRPOTraining

/// The audits of the stages of a recipe that earn rewards.
package struct RewardAudits {
    package let audits: [RewardAudit]

    /// - Parameters:
    ///   - path: of the recipe, for messages.
    ///   - stage: the one to audit; nil: all.
    ///   - problems: to try the corpus on.
    /// - Throws: `RunError`, an input error, where there is no such stage or a task knows no right
    ///   answer; what a reward that does not work throws.
    package init(_ recipe: Recipe, path: String, stage: String?, problems: Int) async throws {
        let stages = recipe.stages.compactMap { stage in
            if case .grpo(let grpo) = stage { (stage, grpo) } else { nil }
        }
        let names = stages.map(\.0.name)
        let chosen = stages.filter { stage == nil || $0.0.name == stage }
        guard !chosen.isEmpty else {
            throw RunError(
                .input, path: path,
                stage.map { "found no grpo stage called '\($0)'" } ?? "found no grpo stage",
                remedy: names.isEmpty
                    ? "name a recipe that has one" : "choose of " + names.joined(separator: ", "))
        }
        var audits: [RewardAudit] = []
        for (stage, grpo) in chosen {
            let task = recipe.task(of: stage)
            let audit: RewardAudit?
            do {
                audit = try await RewardAudit(
                    stage: stage.name, task: task, rewards: grpo.unboundRewards,
                    maxSteps: grpo.settings.maxSteps,
                    maxCompletionLength: grpo.settings.maxCompletionLength, problems: problems,
                    seed: recipe.seed(of: stage))
            } catch RewardError.failing(let name, let failures, _) {
                throw RunError(
                    .failure, path: path,
                    "stage \(stage.name): reward '\(name)' could not score \(failures.total) of "
                        + "\(failures.completions) texts (\(failures.list)); the last time: "
                        + failures.lastReason,
                    remedy: "mend what answers for it; directory: . runs a command beside the "
                        + "recipe, without it it runs where grpo was started")
            }
            guard let audit else {
                throw RunError(
                    .input, path: path,
                    "stage \(stage.name): no right answer to the problems of task "
                        + "\(type(of: task).name) is known, so there is nothing to compare with",
                    remedy: "give the task goldAnswers(to:), or its data a column solution")
            }
            audits.append(audit)
        }
        self.audits = audits
    }
}

extension RewardAudit {
    /// A table: what each text earns, those that pay marked.
    package var text: String {
        var table = TextTable(["completion", "total"] + rewards + ["finding", "what it is"])
        func add(_ name: String, _ earnings: Earnings, _ finding: String, _ summary: String) {
            table.add(
                [name, number(earnings.total)]
                    + rewards.map { number(earnings.components[$0] ?? nil) } + [finding, summary])
        }
        add("honest right", honestRight, "", "a thought and the right answer")
        add("honest wrong", honestWrong, "", "the same with a wrong answer")
        for row in rows { add(row.name, row.earnings, row.finding.title, row.summary) }
        var lines = [
            "\(stage): \(task), means over \(problems) problems, layout \(layout.rawValue)",
            table.text, "",
        ]
        if !skipped.isEmpty {
            lines.append("left out, because they ask a model: " + skipped.joined(separator: ", "))
        }
        if !rewardsTruth {
            lines.append("being right pays nothing here: whatever earns more is a finding")
        }
        lines.append(
            paying.isEmpty
                ? "no exploit pays more than an honest wrong answer"
                : "\(paying.count) of \(rows.count) exploits pay: "
                    + paying.map(\.name).joined(separator: ", "))
        for (finding, what) in [
            (Finding.shortCut, "earn as much as the whole work"),
            (.free, "earn as much as an honest wrong answer"),
        ] {
            let names = rows.filter { $0.finding == finding }.map(\.name)
            if !names.isEmpty {
                lines.append("\(finding.title): " + names.joined(separator: ", ") + " \(what)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func number(_ value: Double?) -> String {
        value.map { ShortNumber.fixed($0) } ?? "-"
    }
}

extension RewardAudit.Finding {
    /// In a table.
    fileprivate var title: String {
        switch self {
        case .none: ""
        case .free: "free"
        case .shortCut: "short cut"
        case .pays: "PAYS"
        case .paysAsRight: "PAYS AS RIGHT"
        }
    }
}
