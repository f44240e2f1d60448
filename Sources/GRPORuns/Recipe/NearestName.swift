import Foundation

/// The known name that a mistyped one most likely meant.
package enum NearestName {
    /// The candidate at the smallest edit distance, when that is small enough to be a slip: at
    /// most a third of the name's length, and at least one edit is always allowed.
    package static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(1, name.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = editDistance(name.lowercased(), candidate.lowercased())
            if distance <= limit, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        if best == nil, name.count >= 4 {
            // `generations` for `num_generations`: a whole word of the longer name.
            return candidates.filter {
                $0.count >= 4 && ($0.hasSuffix("_" + name) || $0.hasPrefix(name + "_"))
            }.min { ($0.count, $0) < ($1.count, $1) }
        }
        return best?.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    package static func editDistance(_ left: String, _ right: String) -> Int {
        let a = Array(left), b = Array(right)
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }

    /// `did you mean 'Recipes/quickstart.yaml'?` for a path that leads nowhere: the nearest name
    /// in its folder, or nil.
    package static func remedy(forFile path: String) -> String? {
        let folder = (path as NSString).deletingLastPathComponent
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.isEmpty ? "." : folder)
        let visible = (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
        return of((path as NSString).lastPathComponent, among: visible).map {
            "did you mean '\((folder as NSString).appendingPathComponent($0))'?"
        }
    }

    /// `did you mean 'x'?`, or the names that exist.
    static func remedy(for name: String, among candidates: [String]) -> String {
        if let near = of(name, among: candidates) { return "did you mean '\(near)'?" }
        if candidates.isEmpty { return "nothing can be set here" }
        return "known: " + candidates.joined(separator: ", ")
    }
}
