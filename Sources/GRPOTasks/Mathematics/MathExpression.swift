/// A mathematical text as a tree, before anything is computed.
indirect enum MathExpression: Hashable, Sendable {
    case number(NumberLiteral)
    case symbol(String)
    /// Words, not mathematics.
    case text(String)
    /// `204_5`: digits in a base.
    case based(digits: String, base: Int)
    case sum([MathExpression])
    case product([MathExpression])
    case negation(MathExpression)
    case quotient(MathExpression, MathExpression)
    case power(MathExpression, MathExpression)
    /// The root of an index, 2 for the square root.
    case root(MathExpression, index: MathExpression)
    /// A known function, or an unknown one such as `f`.
    case call(String, [MathExpression])
    case percent(MathExpression)
    /// `a ± b` where `sign` is 1, `a ∓ b` where it is -1; `a` is 0 for `±b`.
    case plusMinus(MathExpression, MathExpression, sign: Int)
    /// `a : b`.
    case ratio(MathExpression, MathExpression)
    /// Between brackets with commas: a tuple, an interval with its ends open or closed.
    case sequence(MathToken.Bracket, [MathExpression], MathToken.Bracket)
    /// Between `\{` and `\}`.
    case set([MathExpression])
    /// Parted by commas, `and` or `or`, without brackets.
    case list([MathExpression])
    case union([MathExpression])
    case intersection([MathExpression])
    case difference(MathExpression, MathExpression)
    case matrix([[MathExpression]])
    /// `a = b < c`: one more operand than relations.
    case relation([MathExpression], [MathToken.Relation])
}
