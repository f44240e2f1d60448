/// A sum added up column by column, from the units upwards, with its carries.
///
/// The units are written `7+8=15`, every further column with the carry, be it 0 or 1:
/// `5+6+1=12`. The answer is the last column's result followed by the last digits of the columns
/// below it.
package struct WorkedSum: Sendable {
    /// A slip: in this column (0: the units) `amount` is added to the true result.
    package struct Slip: Sendable, Hashable {
        package let column: Int
        package let amount: Int

        package init(column: Int, amount: Int) {
            self.column = column
            self.amount = amount
        }
    }

    /// The columns as written, joined by spaces.
    package let working: String
    /// What the working arrives at.
    package let answer: String

    /// Adds `a` and `b`, neither negative, with at most one slip.
    package init(_ a: Int, _ b: Int, slip: Slip? = nil) {
        let first = Self.digits(a)
        let second = Self.digits(b)
        let columns = max(first.count, second.count)
        var carry = 0
        var written: [String] = []
        var answer = ""
        for column in 0..<columns {
            let x = column < first.count ? first[column] : 0
            let y = column < second.count ? second[column] : 0
            var result = x + y + carry
            if let slip, slip.column == column { result += slip.amount }
            precondition((0...19).contains(result), "column result \(result) is not 0 to 19")
            written.append(column == 0 ? "\(x)+\(y)=\(result)" : "\(x)+\(y)+\(carry)=\(result)")
            answer = (column == columns - 1 ? "\(result)" : "\(result % 10)") + answer
            carry = result / 10
        }
        working = written.joined(separator: " ")
        self.answer = answer
    }

    /// Adds `a` and `b` with a slip of one, up or down, in a column chosen at random. It changes
    /// the answer by one in that column's place, so the answer is wrong.
    package init(
        slippingOn a: Int, _ b: Int, using random: inout any RandomNumberGenerator
    ) {
        let first = Self.digits(a)
        let second = Self.digits(b)
        let column = random.drawInteger(below: max(first.count, second.count))
        let up = random.drawInteger(below: 2) == 1
        let x = column < first.count ? first[column] : 0
        let y = column < second.count ? second[column] : 0
        // A column of 0 + 0 can only slip upwards, one of 9 + 9 (19 with a carry) only downwards.
        let amount = x + y == 0 ? 1 : x + y == 18 ? -1 : up ? 1 : -1
        self.init(a, b, slip: Slip(column: column, amount: amount))
    }

    /// The answer of who adds every column but forgets the carries: right where there are none.
    package static func hastyAnswer(_ a: Int, _ b: Int) -> String {
        let first = digits(a)
        let second = digits(b)
        let columns = max(first.count, second.count)
        var answer = ""
        for column in 0..<columns {
            let result =
                (column < first.count ? first[column] : 0)
                + (column < second.count ? second[column] : 0)
            answer = (column == columns - 1 ? "\(result)" : "\(result % 10)") + answer
        }
        return answer
    }

    /// Decimal digits from the units upwards.
    private static func digits(_ number: Int) -> [Int] {
        precondition(number >= 0, "cannot write out the sum of a negative number, \(number)")
        return String(number).reversed().map { $0.wholeNumberValue! }
    }
}
