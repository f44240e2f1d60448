/// Searching and classifying UTF-8 bytes. Model text is compared byte by byte, because Swift's
/// strings treat canonically equivalent characters as equal and fuse a tag's `>` with a
/// combining mark that follows it.
package enum ByteSearch {
    package static let thinkOpen = Array("<think>".utf8)
    package static let thinkClose = Array("</think>".utf8)
    package static let answerOpen = Array("<answer>".utf8)
    package static let answerClose = Array("</answer>".utf8)
    package static let hashMarks = Array("####".utf8)
    package static let boxOpen = Array("\\boxed{".utf8)

    /// The last place of `pattern` (not empty) in `bytes`, or nil.
    package static func last(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        var start = bytes.endIndex - pattern.count
        while start >= bytes.startIndex {
            if bytes[start..<(start + pattern.count)].elementsEqual(pattern) {
                return start..<(start + pattern.count)
            }
            start -= 1
        }
        return nil
    }

    /// All places of `pattern` (not empty) in `bytes`, from the front, not overlapping.
    package static func all(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var start = bytes.startIndex
        while start + pattern.count <= bytes.endIndex {
            let place = start..<(start + pattern.count)
            if bytes[place].elementsEqual(pattern) {
                places.append(place)
                start = place.upperBound
            } else {
                start += 1
            }
        }
        return places
    }

    /// Without white space at either end.
    package static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return bytes[bytes.startIndex..<bytes.startIndex] }
        return bytes[first...last]
    }

    /// Space, tab, line feed or carriage return.
    package static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// `0` to `9`.
    package static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// `A` to `Z` and `a` to `z`.
    package static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
