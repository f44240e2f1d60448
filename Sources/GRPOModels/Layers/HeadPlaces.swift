/// Which rows are the heads of q and of k where every head of every token is a row: the same in all
/// layers of a pass, and made for the first that asks.
package final class HeadPlaces {
    private let tokens: Int
    private var made: (heads: Int, keyValueHeads: Int, query: [Int32], key: [Int32])?

    init(tokens: Int) {
        self.tokens = tokens
    }

    /// The rows of q's heads, and those of k's, token by token; v's stand behind them.
    func rows(heads: Int, keyValueHeads: Int) -> (query: [Int32], key: [Int32]) {
        if let made, made.heads == heads, made.keyValueHeads == keyValueHeads {
            return (made.query, made.key)
        }
        let count = heads + 2 * keyValueHeads
        func rows(of range: Range<Int>) -> [Int32] {
            var rows: [Int32] = []
            rows.reserveCapacity(tokens * range.count)
            for token in 0..<tokens {
                for head in range { rows.append(Int32(token * count + head)) }
            }
            return rows
        }
        let found = (query: rows(of: 0..<heads), key: rows(of: heads..<heads + keyValueHeads))
        made = (heads, keyValueHeads, found.query, found.key)
        return found
    }
}
