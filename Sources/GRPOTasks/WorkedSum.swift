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

    /// One column as it was added up.
    package struct Column: Sendable, Hashable {
        /// The digit of the first number.
        package let first: Int
        /// The digit of the second.
        package let second: Int
        /// The carry from the column below; 0 in the units.
        package let carry: Int
        /// What was made of them.
        package let result: Int
    }

    /// The columns, from the units upwards.
    package let columns: [Column]
    /// What the working arrives at.
    package let answer: String

    /// Adds `a` and `b`, neither negative, with at most one slip.
    package init(_ a: Int, _ b: Int, slip: Slip? = nil) {
        let first = Self.digits(a)
        let second = Self.digits(b)
        let count = max(first.count, second.count)
        var carry = 0
        var columns: [Column] = []
        var answer = ""
        for column in 0..<count {
            let x = column < first.count ? first[column] : 0
            let y = column < second.count ? second[column] : 0
            var result = x + y + carry
            if let slip, slip.column == column { result += slip.amount }
            precondition((0...19).contains(result), "column result \(result) is not 0 to 19")
            columns.append(Column(first: x, second: y, carry: carry, result: result))
            answer = (column == count - 1 ? "\(result)" : "\(result % 10)") + answer
            carry = result / 10
        }
        self.columns = columns
        self.answer = answer
    }

    /// The columns as written, joined by spaces.
    package var working: String {
        columns.enumerated().map { index, column in
            "\(column.first)+\(column.second)" + (index == 0 ? "" : "+\(column.carry)")
                + "=\(column.result)"
        }.joined(separator: " ")
    }

    /// Adds `a` and `b` with a slip of one, up or down, in a column chosen at random. It changes
    /// the answer by one in that column's place, so the answer is wrong.
    package init(
        slippingOn a: Int, _ b: Int, using random: inout any RandomNumberGenerator
    ) {
        self.init(a, b, slip: Self.slip(on: a, b, using: &random))
    }

    /// A slip of one, up or down, in a column of `a + b` chosen at random.
    package static func slip(
        on a: Int, _ b: Int, using random: inout any RandomNumberGenerator
    ) -> Slip {
        let first = digits(a)
        let second = digits(b)
        let column = random.drawInteger(below: max(first.count, second.count))
        let up = random.drawInteger(below: 2) == 1
        let x = column < first.count ? first[column] : 0
        let y = column < second.count ? second[column] : 0
        // A column of 0 + 0 can only slip upwards, one of 9 + 9 (19 with a carry) only downwards.
        let amount = x + y == 0 ? 1 : x + y == 18 ? -1 : up ? 1 : -1
        return Slip(column: column, amount: amount)
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
