import Foundation

/// An ablation: one base recipe, arms that change some of its settings, seeds, and one judge.
///
/// ```yaml
/// base: ../quickstart.yaml
/// seeds: [0, 1, 2]
/// set: {threads: 1, grpo.max_steps: 40}       # for every arm, keys as in --set
/// shared: [pretrain]                          # run once, with the first seed
/// processes: 2
/// judge: {task: sums, split: test, problems: 500}
/// arms:                                       # the first is the reference
///   accuracy: {grpo.rewards: [accuracy]}
///   +format:  {grpo.rewards: [accuracy, format: 0.2]}
/// ```
///
/// `judge` holds settings of an evaluation; what it leaves out is the base's. Its problems are held
/// out, its verifier is the task's own: no reward, and no setting of an arm, can move it.
package struct Study: Sendable {
    package let name: String
    /// The study's file, as it was named.
    package let file: String
    package let seeds: [Int]
    package let shared: [String]
    package let processes: Int
    /// The arms of the file, the reference first, and then the controls.
    package let arms: [StudyArm]
    /// The base recipe's file.
    let base: String
    /// What every arm sets.
    let settings: [RecipeNode.Entry]
    /// Settings of the evaluation.
    let judge: [RecipeNode.Entry]
    let sharedPlace: Place
    let place: Place

    package var reference: StudyArm { arms[0] }

    private static let keys = [
        "name", "base", "seeds", "set", "shared", "processes", "judge", "arms",
    ]

    /// - Throws: `RecipeError` with everything that is wrong with the study's own keys; what is wrong
    ///   with a setting of an arm is found when its recipe is made (`StudyPlan`).
    package static func load(file: String) throws(RecipeError) -> Study {
        try Study(RecipeReader.read(file: file), file: file)
    }

    init(_ root: RecipeNode, file: String) throws(RecipeError) {
        guard let entries = root.entries else {
            throw RecipeError([
                RecipeProblem(
                    root.place,
                    "found \(root.isNull ? "an empty file" : root.summary), "
                        + "expected a study",
                    remedy: "a study is a mapping with the keys "
                        + Self.keys.joined(separator: ", "))
            ])
        }
        var problems: [RecipeProblem] = []
        for entry in entries where !Self.keys.contains(entry.key) {
            problems.append(
                RecipeProblem(
                    entry.keyPlace, "unknown key '\(entry.key)' of a study",
                    remedy: NearestName.remedy(for: entry.key, among: Self.keys)))
        }
        var plain = root
        plain.content = .mapping(
            entries.filter { ["name", "seeds", "shared", "processes"].contains($0.key) })
        var values = StudySettings()
        do throws(RecipeError) {
            values = try RecipeDocument(root: plain).decode(StudySettings.self).value
        } catch {
            problems += error.problems
        }
        self.file = file
        place = root.place
        name = values.name ?? RecipePath.plainStem(of: file)
        seeds = values.seeds
        shared = values.shared
        sharedPlace = root.place(of: "shared")
        processes = values.processes
        base = Self.base(root, &problems)
        settings = Self.mapping(root, "set", &problems)
        judge = Self.judge(root, &problems)
        arms = Self.arms(root, &problems) + StudyControl.allCases.map { StudyArm($0) }
        guard problems.isEmpty else { throw RecipeError(problems) }
    }

    private static func base(_ root: RecipeNode, _ problems: inout [RecipeProblem]) -> String {
        guard let node = root["base"], let written = node.text else {
            problems.append(
                RecipeProblem(
                    root["base"]?.place ?? root.place,
                    "base: expected the path of a recipe, found "
                        + (root["base"]?.summary ?? "nothing"),
                    remedy: "write base: ../quickstart.yaml, seen from the study's file"))
            return ""
        }
        let directory = (file(of: node.place) as NSString).deletingLastPathComponent
        let path =
            written.hasPrefix("/")
            ? written : (directory as NSString).appendingPathComponent(written)
        if !FileManager.default.fileExists(atPath: path) {
            problems.append(
                RecipeProblem(
                    node.place, "base: found no file \(path), expected a recipe",
                    remedy: NearestName.remedy(forFile: path)))
        }
        return path
    }

    private static func file(of place: Place) -> String {
        if case .file(let name, _, _) = place { name } else { "" }
    }

    private static func mapping(
        _ root: RecipeNode, _ key: String, _ problems: inout [RecipeProblem]
    ) -> [RecipeNode.Entry] {
        guard let node = root[key], !node.isNull else { return [] }
        guard let entries = node.entries else {
            problems.append(
                RecipeProblem(
                    node.place, "\(key): expected a mapping of settings, found \(node.summary)"))
            return []
        }
        return entries
    }

    /// Problems of the test split alone are asked: an arm has trained on the others.
    private static func judge(
        _ root: RecipeNode, _ problems: inout [RecipeProblem]
    ) -> [RecipeNode.Entry] {
        let entries = mapping(root, "judge", &problems)
        if let split = entries.first(where: { $0.key == "split" }), split.value.text != "test" {
            problems.append(
                RecipeProblem(
                    split.value.place, "split: found \(split.value.summary), expected test",
                    remedy: "a study judges by problems that no arm has trained on"))
        }
        return entries.filter { $0.key != "split" }
    }

    /// What every arm has in common, and so none may set.
    private static let common: KeyValuePairs = [
        "seed": "the seeds are the study's: seeds: [0, 1, 2]",
        "name": "a run is named after its arm",
        "evaluation": "all arms are judged alike: put it into judge:",
        "threads": "it changes no result: put it into set:",
        "base": "a study has one base; write the settings that differ",
        "set": "write the settings themselves: {grpo.beta: 0}",
    ]

    private static func arms(
        _ root: RecipeNode, _ problems: inout [RecipeProblem]
    ) -> [StudyArm] {
        guard let node = root["arms"], let entries = node.entries, !entries.isEmpty else {
            problems.append(
                RecipeProblem(
                    root["arms"]?.place ?? root.place,
                    "arms: expected at least one arm, found \(root["arms"]?.summary ?? "nothing")",
                    remedy: "write arms: {NAME: {grpo.rewards: [accuracy]}}"))
            return []
        }
        for entry in entries {
            if StudyControl(rawValue: entry.key) != nil {
                problems.append(
                    RecipeProblem(
                        entry.keyPlace,
                        "'\(entry.key)' is a control, which every study has anyway",
                        remedy: "give the arm another name"))
            } else if !RunDirectory.isPlainName(entry.key) {
                problems.append(
                    RecipeProblem(
                        entry.keyPlace,
                        "'\(entry.key)' names an arm's files: it must be made of letters, digits, "
                            + "_, -, + and ."))
            }
            guard entry.value.isNull || entry.value.entries != nil else {
                problems.append(
                    RecipeProblem(
                        entry.value.place,
                        "\(entry.key): expected a mapping of settings, found "
                            + entry.value.summary))
                continue
            }
            for setting in entry.value.entries ?? [] {
                let head = setting.key.split(separator: ".").first.map(String.init)
                guard let reason = common.first(where: { $0.key == head })?.value else { continue }
                problems.append(
                    RecipeProblem(
                        setting.keyPlace, "an arm cannot set \(setting.key)", remedy: reason))
            }
        }
        return entries.map {
            StudyArm(name: $0.key, settings: $0.value.entries ?? [], at: $0.keyPlace)
        }
    }
}
