import Foundation

/// The keys of a study that are plain values.
struct StudySettings: RecipeSettings {
    /// Null: the file's name.
    var name: String?
    /// Of every arm: what is common to a seed is the same in all arms.
    var seeds = [0, 1, 2, 3, 4]
    /// Stages that run once, with the first seed, for all arms and seeds.
    var shared: [String] = []
    /// How many arms run at once, each a process of its own.
    var processes = 1

    static var defaults: StudySettings { StudySettings() }

    func settingProblems() -> [SettingProblem] {
        var found: [SettingProblem] = []
        if let name, !RunDirectory.isPlainName(name) {
            found.append(
                SettingProblem(
                    "name", "'\(name)' must be made of letters, digits, _, -, + and ."))
        }
        if seeds.isEmpty { found.append(SettingProblem("seeds", "expected at least one seed")) }
        for (index, seed) in seeds.enumerated() {
            if seed < 0 {
                found.append(SettingProblem("seeds", "must be at least 0, found \(seed)"))
            }
            if seeds[..<index].contains(seed) {
                found.append(
                    SettingProblem("seeds", "\(seed) is listed twice; one seed is one run"))
            }
        }
        if !(1...64).contains(processes) {
            found.append(
                SettingProblem("processes", "must be between 1 and 64, found \(processes)"))
        }
        return found
    }
}
