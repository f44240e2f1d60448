import Foundation
import Yams

/// Turns YAML text into a ``RecipeNode`` tree with a place on every node.
///
/// A recipe is small, so the limits are generous for people and tight for bombs: 1 MiB of text,
/// 64 levels, 20,000 nodes after aliases are expanded.
package enum RecipeReader {
    static let byteLimit = 1 << 20
    static let depthLimit = 64
    static let nodeLimit = 20_000

    /// The tree of a file. Throws ``RecipeError`` for a file that cannot be read, that is not
    /// UTF-8, or that is not one YAML document with unique keys.
    package static func read(file path: String) throws(RecipeError) -> RecipeNode {
        let start = Place.file(path, line: 1, column: 1)
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            let found =
                !exists ? "no such file" : isDirectory.boolValue ? "a directory" : "not readable"
            throw RecipeError([
                RecipeProblem(
                    start, "found \(found), expected a recipe",
                    remedy: (exists ? nil : NearestName.remedy(forFile: path))
                        ?? "give the path of a YAML file")
            ])
        }
        return try read([UInt8](data), name: path)
    }

    /// The tree of the bytes of a file called `name`.
    package static func read(_ bytes: [UInt8], name: String) throws(RecipeError) -> RecipeNode {
        guard bytes.count <= byteLimit else {
            throw RecipeError([
                RecipeProblem(
                    .file(name, line: 1, column: 1),
                    "the file has \(bytes.count) bytes, a recipe has at most \(byteLimit)",
                    remedy: "check that this is a recipe and not a data file")
            ])
        }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            let valid = String(decoding: validPrefix(of: body), as: UTF8.self)
            throw RecipeError([
                RecipeProblem(
                    end(of: valid.unicodeScalars, in: name), "found a byte that is not UTF-8",
                    remedy: "save the file as UTF-8")
            ])
        }
        return try read(text) { mark in
            .file(name, line: mark?.line ?? 1, column: mark?.column ?? 1)
        }
    }

    /// The tree of text that stands at one place, such as the value of a `--set` argument.
    package static func read(_ text: String, at place: Place) throws(RecipeError) -> RecipeNode {
        try read(text) { _ in place }
    }

    private static func read(
        _ text: String, place: (Mark?) -> Place
    ) throws(RecipeError) -> RecipeNode {
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let root = try parser.singleRoot() else {
                return RecipeNode(.scalar("", quoted: false), at: place(nil))
            }
            var count = 0
            return try convert(root, depth: 0, count: &count, place: place)
        } catch let problem as RecipeProblem {
            throw RecipeError([problem])
        } catch let error as YamlError {
            throw RecipeError([problem(error, text: text, place: place)])
        } catch {
            throw RecipeError([RecipeProblem(place(nil), "\(error)")])
        }
    }

    private static func convert(
        _ node: Node, depth: Int, count: inout Int, place: (Mark?) -> Place
    ) throws -> RecipeNode {
        let here = place(node.mark)
        count += 1
        guard count <= nodeLimit, depth <= depthLimit else {
            throw RecipeProblem(
                here, "the tree has more than \(nodeLimit) nodes or \(depthLimit) levels",
                remedy: "remove nested aliases")
        }
        switch node {
        case .scalar(let scalar):
            let quoted = ![.any, .plain].contains(scalar.style)
            return RecipeNode(.scalar(scalar.string, quoted: quoted), at: here)
        case .sequence(let sequence):
            let elements = try sequence.map {
                try convert($0, depth: depth + 1, count: &count, place: place)
            }
            return RecipeNode(.sequence(elements), at: here)
        case .mapping(let mapping):
            let entries = try mapping.map { key, value in
                guard case .scalar(let name) = key else {
                    throw RecipeProblem(
                        place(key.mark), "found a list or mapping as a key, expected a name")
                }
                if name.string == "<<" {
                    throw RecipeProblem(
                        place(key.mark), "merge keys (<<) are not part of recipes",
                        remedy: "use base: for another file, or write the keys out")
                }
                return RecipeNode.Entry(
                    key: name.string, keyPlace: place(key.mark),
                    value: try convert(value, depth: depth + 1, count: &count, place: place))
            }
            return RecipeNode(.mapping(entries), at: here)
        case .alias:
            throw RecipeProblem(here, "found an alias without its anchor")
        }
    }

    private static func problem(
        _ error: YamlError, text: String, place: (Mark?) -> Place
    ) -> RecipeProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let tab = text.contains("\t") ? "use spaces, not tabs, to indent" : nil
            let around = context.map { " (\($0.text))" } ?? ""
            return RecipeProblem(place(mark), "not valid YAML: \(problem)\(around)", remedy: tab)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
            return RecipeProblem(
                place(context.mark), "the key \(names) is written more than once here",
                remedy: "keep one")
        case .reader(let problem, let offset, _, _):
            var mark: Place?
            if let offset, case .file(let name, _, _) = place(nil) {
                mark = end(of: text.utf8.prefix(offset), in: name)
            }
            return RecipeProblem(mark ?? place(nil), "not valid YAML: \(problem)")
        default:
            return RecipeProblem(place(nil), "not valid YAML: \(error)")
        }
    }

    private static func end(of prefix: Substring.UTF8View, in name: String) -> Place {
        end(of: String(decoding: prefix, as: UTF8.self).unicodeScalars, in: name)
    }

    private static func end(of prefix: String.UnicodeScalarView, in name: String) -> Place {
        let line = 1 + prefix.count { $0 == "\n" }
        let column = 1 + prefix.reversed().prefix { $0 != "\n" }.count
        return .file(name, line: line, column: column)
    }

    private static func validPrefix(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            length += UTF8.width(scalar)
        }
        return bytes.prefix(length)
    }
}
