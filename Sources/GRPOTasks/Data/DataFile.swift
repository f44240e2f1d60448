import Foundation
import GRPOJSON

/// A file of records: JSON lines, or one JSON array of objects; either may be gzipped. Which it is
/// says the content, not the name.
final class DataFile: Sendable {
    /// The longest record, in bytes.
    static let longestRecord = 1 << 24
    /// `{"a":1}` is the shortest record with a column. Of shorter ones only so many are looked at,
    /// for the list of records would be larger than they are.
    private static let leastRecord = 7
    private static let mostEmpty = 1 << 16
    /// The values of a record that is kept as a tree, which takes thirty times the memory of its
    /// text.
    static let mostValues = 1 << 16

    private let source: DataBytes
    /// Where the text begins, behind the mark of byte order that some writers put there.
    private let start: Int
    private let isArray: Bool

    var path: String { source.path }

    init(path: String) throws(DataError) {
        source = try DataBytes(path: path)
        start = source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        isArray =
            source.bytes[start...].first { !ByteSearch.isSpace($0) } == UInt8(ascii: "[")
    }

    /// Where each record begins. For this an array is parsed, its records once more when they are
    /// read; lines are only looked through. Neither keeps anything but the offsets, nor looks beyond
    /// the longest record there may be.
    func offsets() throws(DataError) -> RecordOffsets {
        let offsets =
            isArray
            ? try Self.elements(of: source, from: start) : try Self.lines(of: source, from: start)
        guard !offsets.isEmpty else {
            throw DataError(
                file: path, found: "no record", expected: "a record on each line",
                remedy: "fetch or copy the file again")
        }
        return offsets
    }

    /// The record that begins at `offset`.
    func row(
        at offset: Int, conversations: Set<String>, objects: Set<String> = []
    ) throws(DataError) -> DataRow {
        let rest = UnsafeRawBufferPointer(rebasing: source.bytes[offset...])
        let record =
            isArray
            ? rest.prefix(Self.longestRecord)
            : rest[..<Self.endOfLine(in: rest, from: 0)]
        var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: record))
        do throws(JSONFault) {
            let row = try DataRow(&scanner, conversations: conversations, objects: objects)
            if !isArray { try scanner.end() }
            return withExtendedLifetime(source) { row }
        } catch {
            throw Self.error(error, from: offset, of: source)
        }
    }

    /// All of the record that begins at `offset`, lists and what is nested too.
    func value(at offset: Int) throws(DataError) -> JSONValue {
        let rest = UnsafeRawBufferPointer(rebasing: source.bytes[offset...])
        let record =
            isArray
            ? rest.prefix(Self.longestRecord)
            : rest[..<Self.endOfLine(in: rest, from: 0)]
        var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: record))
        do throws(JSONFault) {
            let value = try JSONValue(&scanner, most: Self.mostValues)
            if !isArray { try scanner.end() }
            return withExtendedLifetime(source) { value }
        } catch {
            throw Self.error(error, from: offset, of: source)
        }
    }

    /// The line of an offset, counted from 1. Only for errors: it looks through all before.
    func line(of offset: Int) -> Int { Self.line(of: offset, in: source) }

    // MARK: - Finding records

    private static func lines(
        of source: DataBytes, from start: Int
    ) throws(DataError) -> RecordOffsets {
        let bytes = source.bytes
        var offsets = RecordOffsets()
        var empty = 0
        var start = start
        while start < bytes.count {
            guard let first = bytes[start...].firstIndex(where: { !ByteSearch.isSpace($0) }) else {
                break
            }
            let most = min(bytes.count, first + longestRecord + 1)
            let end = endOfLine(in: UnsafeRawBufferPointer(rebasing: bytes[..<most]), from: first)
            guard end - first <= longestRecord else { throw tooLong(first, source) }
            if end - first < leastRecord { empty += 1 }
            guard empty <= mostEmpty else { throw tooManyEmpty(first, source) }
            offsets.append(first)
            start = end + 1
        }
        return withExtendedLifetime(source) { offsets }
    }

    private static func elements(
        of source: DataBytes, from start: Int
    ) throws(DataError) -> RecordOffsets {
        var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: source.bytes[start...]))
        var offsets = RecordOffsets()
        var long: Int?
        var empty = 0
        do throws(JSONFault) {
            try scanner.array { (scanner) throws(JSONFault) in
                let kind = try scanner.kind()
                guard kind == .object else {
                    throw JSONFault(
                        offset: scanner.position, found: kind.rawValue, expected: "an object")
                }
                let first = start + scanner.position
                offsets.append(first)
                guard try scanner.skip(within: longestRecord) else {
                    long = first
                    throw JSONFault(
                        offset: scanner.position, found: "more", expected: "\(longestRecord) bytes")
                }
                if start + scanner.position - first < leastRecord { empty += 1 }
                guard empty <= mostEmpty else {
                    throw JSONFault(
                        offset: scanner.position, found: "more than \(mostEmpty) empty records",
                        expected: "columns in each")
                }
            }
            try scanner.end()
        } catch {
            if let long { throw tooLong(long, source) }
            throw Self.error(error, from: start, of: source)
        }
        return withExtendedLifetime(source) { offsets }
    }

    /// The index of the line feed at or after `start`, or the end.
    private static func endOfLine(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = bytes.baseAddress, start < bytes.count,
            let found = memchr(base + start, 0x0A, bytes.count - start)
        else { return bytes.count }
        return UnsafeRawPointer(found) - base
    }

    // MARK: - Errors

    private static func line(of offset: Int, in source: DataBytes) -> Int {
        var line = 1
        var start = 0
        while true {
            let end = endOfLine(in: source.bytes, from: start)
            guard end < min(offset, source.bytes.count) else { return line }
            line += 1
            start = end + 1
        }
    }

    private static func error(
        _ fault: JSONFault, from offset: Int, of source: DataBytes
    ) -> DataError {
        // A fault at the end of a line belongs to that line.
        let place = min(offset + fault.offset, source.bytes.count - 1)
        let line = line(of: place, in: source)
        var start = place
        while start > 0, source.bytes[start - 1] != 0x0A { start -= 1 }
        return DataError(
            file: source.path, line: line,
            found: "\(fault.found) at byte \(place - start + 1)", expected: fault.expected,
            remedy: "write one JSON object on each line, or one array of objects, in UTF-8")
    }

    private static func tooManyEmpty(_ offset: Int, _ source: DataBytes) -> DataError {
        DataError(
            file: source.path, line: line(of: offset, in: source),
            found: "more than \(mostEmpty) empty records", expected: "columns in each",
            remedy: "write one JSON object on each line, or fetch the file again")
    }

    private static func tooLong(_ offset: Int, _ source: DataBytes) -> DataError {
        DataError(
            file: source.path, line: line(of: offset, in: source),
            found: "a record of more than \(longestRecord) bytes", expected: "at most that",
            remedy: "write one JSON object on each line, or cut the record")
    }
}
