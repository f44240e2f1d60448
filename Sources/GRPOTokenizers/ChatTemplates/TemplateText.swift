/// Text in a template, indexed by Unicode scalar as in Python, each scalar knowing whether it came
/// from the conversation.
///
/// The mark travels with its scalar through slicing, joining and replacing, so the rendering
/// tells what the template wrote from what a message did, however the template moved it about.
struct TemplateText: Sendable {
    /// Scalar values, the top bit set for those of the conversation.
    private(set) var units: [UInt32]
    /// Python's `Markup`: what is added to it is escaped for HTML.
    var isMarkup = false

    static let mark: UInt32 = 1 << 31

    init(_ string: String, marked: Bool = false) {
        let mark = marked ? Self.mark : 0
        units = string.unicodeScalars.map { $0.value | mark }
    }

    init(units: some Sequence<UInt32>) {
        self.units = Array(units)
    }

    var count: Int { units.count }
    var isEmpty: Bool { units.isEmpty }

    /// The scalars without their marks.
    var scalars: [UInt32] { units.map { $0 & ~Self.mark } }

    var string: String { Self.string(units[...]) }

    static func string(_ units: ArraySlice<UInt32>) -> String {
        var result = String.UnicodeScalarView()
        result.reserveCapacity(units.count)
        for unit in units {
            result.append(Unicode.Scalar(unit & ~mark) ?? "\u{FFFD}")
        }
        return String(result)
    }

    mutating func append(_ other: TemplateText) {
        units += other.units
    }

    mutating func append(_ string: String) {
        units += string.unicodeScalars.map(\.value)
    }

    static func equal(_ left: some Collection<UInt32>, _ right: some Collection<UInt32>) -> Bool {
        left.elementsEqual(right) { $0 & ~mark == $1 & ~mark }
    }

    // MARK: Searching

    /// The starts of `needle` in `range`, not overlapping, in time linear in both
    /// (Knuth, Morris and Pratt); an empty needle is nowhere.
    func occurrences(of needle: TemplateText, from start: Int = 0, limit: Int = .max) -> [Int] {
        let pattern = needle.scalars
        guard !pattern.isEmpty, limit > 0, start + pattern.count <= count else { return [] }
        var borders = [Int](repeating: 0, count: pattern.count)
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = borders[length - 1] }
            if pattern[index] == pattern[length] { length += 1 }
            borders[index] = length
        }
        var starts: [Int] = []
        length = 0
        for index in start..<count {
            let scalar = units[index] & ~Self.mark
            while length > 0, scalar != pattern[length] { length = borders[length - 1] }
            if scalar == pattern[length] { length += 1 }
            if length == pattern.count {
                starts.append(index + 1 - length)
                length = 0
                if starts.count == limit { break }
            }
        }
        return starts
    }

    func contains(_ needle: TemplateText) -> Bool {
        needle.isEmpty || !occurrences(of: needle, limit: 1).isEmpty
    }

    func hasPrefix(_ prefix: TemplateText) -> Bool {
        count >= prefix.count && Self.equal(units[..<prefix.count], prefix.units)
    }

    func hasSuffix(_ suffix: TemplateText) -> Bool {
        count >= suffix.count && Self.equal(units[(count - suffix.count)...], suffix.units)
    }

    // MARK: Trimming

    /// White space as Python's `str.isspace` counts it.
    static func isSpace(_ unit: UInt32) -> Bool {
        let value = unit & ~mark
        if value < 0x80 {
            return value == 0x20 || (9...13).contains(value) || (28...31).contains(value)
        }
        return Unicode.Scalar(value)?.properties.isWhitespace ?? false
    }

    /// Without the scalars of `set` (white space if nil) at the chosen ends.
    func trimmed(_ set: TemplateText? = nil, left: Bool = true, right: Bool = true) -> TemplateText
    {
        let wanted = set.map { Set($0.scalars) }
        func drops(_ unit: UInt32) -> Bool {
            wanted?.contains(unit & ~Self.mark) ?? Self.isSpace(unit)
        }
        var slice = units[...]
        if left { slice = slice.drop(while: drops) }
        if right { while let last = slice.last, drops(last) { slice.removeLast() } }
        return TemplateText(units: slice)
    }

    /// Scalar by scalar through a mapping that may lengthen it, marks kept.
    func mapped(_ transform: (Int, Unicode.Scalar) -> String) -> TemplateText {
        var result: [UInt32] = []
        result.reserveCapacity(count)
        for (index, unit) in units.enumerated() {
            guard let scalar = Unicode.Scalar(unit & ~Self.mark) else { continue }
            for mapped in transform(index, scalar).unicodeScalars {
                result.append(mapped.value | (unit & Self.mark))
            }
        }
        return TemplateText(units: result)
    }
}

extension TemplateText: Hashable {
    static func == (left: TemplateText, right: TemplateText) -> Bool {
        equal(left.units, right.units)
    }

    func hash(into hasher: inout Hasher) {
        for unit in units { hasher.combine(unit & ~Self.mark) }
    }
}

extension TemplateText: Comparable {
    static func < (left: TemplateText, right: TemplateText) -> Bool {
        left.units.lexicographicallyPrecedes(right.units) { $0 & ~mark < $1 & ~mark }
    }
}
