extension DataSet {
    /// Distinct held-out pairs, at most `limit`, in a fixed order that is not the file's: in that,
    /// pairs of a kind often stand together.
    ///
    /// - Parameter pair: reads the held-out record at a place.
    func heldOutPairs(limit: Int, _ pair: (Int) -> PreferencePair) -> [PreferencePair] {
        guard test.count > 0 else { return [] }
        let order = IndexPermutation(count: test.count, seed: 0)
        var seen: Set<PreferencePair> = []
        var found: [PreferencePair] = []
        for place in 0..<test.count where found.count < limit {
            let next = pair(order[place])
            if seen.insert(next).inserted { found.append(next) }
        }
        return found
    }
}
