/// Expressions of one class of scalars, `C`, `C+`, `C{1,n}` and `\s?C+`, where `C` is `\p{..}` or a
/// bracket of scalars, ranges and properties: the steps of DeepSeek's tokenizers.
struct ClassRunScanner: WordScanner {
    private let takesSpace: Bool
    private let longest: Int
    private let set: ScalarSet
    private let table = ScalarClass.Table()

    /// A run of any length of `set`, or of `longest` scalars at most.
    init(_ set: ScalarSet, longest: Int = .max, takesSpace: Bool = false) {
        self.set = set
        self.longest = longest
        self.takesSpace = takesSpace
    }

    /// Nil if the expression is not of this form.
    init?(pattern: String) {
        var rest = Array(pattern.unicodeScalars)[...]
        let takesSpace = rest.starts(with: #"\s?"#.unicodeScalars)
        if takesSpace { rest = rest.dropFirst(3) }
        guard let set = ScalarSet(parsing: &rest) else { return nil }
        switch String(String.UnicodeScalarView(rest)) {
        case "" where !takesSpace: self.init(set, longest: 1)
        case "+": self.init(set, takesSpace: takesSpace)
        case "{1,3}" where !takesSpace: self.init(set, longest: 3)
        default: return nil
        }
    }

    @inline(__always)
    func match(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        var position = start
        while position < bytes.count {
            let (first, length) = ScalarClass.next(in: bytes, at: position, table)
            if takesSpace, first == .space {
                let end = runEnd(in: bytes, from: position + length)
                if end > position + length { return position..<end }
            }
            if contains(bytes, position, first) {
                return position..<runEnd(in: bytes, from: position)
            }
            position += length
        }
        return nil
    }

    @inline(__always)
    private func contains(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: Int, _ kind: ScalarClass
    ) -> Bool {
        set.contains(scalarValue(in: bytes, at: position).value, kind)
    }

    @inline(__always)
    private func runEnd(in bytes: UnsafeBufferPointer<UInt8>, from position: Int) -> Int {
        var end = position
        var count = 0
        while end < bytes.count, count < longest {
            let (kind, length) = ScalarClass.next(in: bytes, at: end, table)
            guard contains(bytes, end, kind) else { break }
            end += length
            count += 1
        }
        return end
    }
}

/// `\s+$`: the spaces before the end of the text or, of spaces that hold line ends, before the last
/// of these (`$` matches before a line feed).
struct TrailingSpaceScanner: WordScanner {
    private let table = ScalarClass.Table()

    func match(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        var position = start
        while position < bytes.count {
            let (first, length) = ScalarClass.next(in: bytes, at: position, table)
            guard first == .space else {
                position += length
                continue
            }
            let end = ScalarClass.runEnd(in: bytes, of: .space, from: position, table)
            if end == bytes.count { return position..<end }
            let run = bytes[position..<end]
            if let line = run.lastIndex(of: UInt8(ascii: "\n")), line > position {
                return position..<line
            }
            position = end
        }
        return nil
    }
}

/// A set of Unicode scalars: some by value, some by class.
struct ScalarSet: Sendable {
    private var classes: ScalarClass
    /// One bit for each scalar below U+10000.
    private var basic: [UInt64] = []
    /// The ranges above.
    private var high: [ClosedRange<UInt32>] = []

    init(_ classes: ScalarClass) { self.classes = classes }

    /// Takes one class off the front of an expression; nil if it is of another form.
    init?(parsing rest: inout ArraySlice<Unicode.Scalar>) {
        classes = []
        if let property = Self.property(&rest) {
            classes = property
            return
        }
        guard rest.popFirst() == "[", rest.first != "^" else { return nil }
        basic = Array(repeating: 0, count: 0x10000 / 64)
        while let first = rest.first, first != "]" {
            if let property = Self.property(&rest) {
                classes.formUnion(property)
                continue
            }
            guard let lower = Self.scalar(&rest) else { return nil }
            var upper = lower
            if rest.first == "-", rest.dropFirst().first != "]" {
                rest = rest.dropFirst()
                guard let end = Self.scalar(&rest), end >= lower else { return nil }
                upper = end
            }
            insert(lower.value...upper.value)
        }
        guard rest.popFirst() == "]" else { return nil }
    }

    private static func property(_ rest: inout ArraySlice<Unicode.Scalar>) -> ScalarClass? {
        let names: [(String, ScalarClass)] = [
            ("L", .letter), ("N", .number), ("P", .punctuation), ("S", .symbol), ("M", .mark),
        ]
        for (name, value) in names {
            let spelling = "\\p{\(name)}".unicodeScalars
            if rest.starts(with: spelling) {
                rest = rest.dropFirst(spelling.count)
                return value
            }
        }
        return nil
    }

    private static func scalar(_ rest: inout ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
        guard let first = rest.popFirst(), first != "[", first != "&" || rest.first != "&" else {
            return nil
        }
        guard first == "\\" else { return first }
        switch rest.popFirst() {
        case "r": return "\r"
        case "n": return "\n"
        case "t": return "\t"
        case let escaped? where !escaped.properties.isAlphabetic && !("0"..."9" ~= escaped):
            return escaped
        default: return nil
        }
    }

    private mutating func insert(_ range: ClosedRange<UInt32>) {
        for value in range.clamped(to: 0...0xFFFF) where range.contains(value) {
            basic[Int(value / 64)] |= 1 << UInt64(value % 64)
        }
        if range.upperBound > 0xFFFF { high.append(range) }
    }

    @inline(__always)
    func contains(_ value: UInt32, _ kind: ScalarClass) -> Bool {
        if !classes.isDisjoint(with: kind) { return true }
        if basic.isEmpty { return false }
        if value < 0x10000 { return basic[Int(value / 64)] >> UInt64(value % 64) & 1 == 1 }
        return high.contains { $0.contains(value) }
    }
}
