/// How products are cut. Everything follows from shapes; threads never enter.
enum ProductTiles {
    /// Rows that one task multiplies.
    static let rowsOfTask = 256
    /// Blocks of rows, largest first; any number of rows is a sum of these.
    static let rowBlocks = [256, 64, 16, 4, 1]
    /// Rows of a block of a weight gradient's sum over tokens, and the smaller ones that the last
    /// block may be padded to.
    static let tokenBlocks = [16, 32, 64, 128, 256]
    /// Tokens whose inputs are packed at once; bounds the memory of the packed copy.
    static let tokensOfPass = 1024

    /// Outputs to a panel of a weight: few for narrow weights, so that every worker has some; more for
    /// wide ones, where a task's own cost counts. All are whole blocks of 64.
    static func panelWidth(outputs: Int) -> Int {
        min(outputs, outputs <= 1024 ? 64 : outputs <= 8192 ? 128 : 256)
    }

    /// Calls `body(first row, index in rowBlocks)` for the blocks that make up `rows`.
    static func forEachRowBlock(_ rows: Int, _ body: (_ first: Int, _ block: Int) -> Void) {
        var first = 0
        for (index, size) in rowBlocks.enumerated() {
            while rows - first >= size {
                body(first, index)
                first += size
            }
        }
    }

    /// The block of tokens that holds `count`, of which there are at most 256.
    static func tokenBlock(_ count: Int) -> Int {
        tokenBlocks.firstIndex { count <= $0 } ?? tokenBlocks.count - 1
    }
}
