import Foundation
import GRPOJSON

/// The tensors of one safetensors file, or of several with an index
/// (`{"weight_map": {tensor: file}}`), as one.
package struct SafetensorsShards: TensorReader, Sendable {
    /// The file, or the index.
    package let path: String
    /// The files, each once.
    package let files: [SafetensorsFile]
    private let places: [String: Place]

    private struct Place {
        let file: Int
        let tensor: SafetensorsTensor
    }

    /// One file.
    package init(file: SafetensorsFile) {
        path = file.path
        files = [file]
        places = Dictionary(
            uniqueKeysWithValues: file.tensors.map { ($0.name, Place(file: 0, tensor: $0)) })
    }

    /// The files of an index, which must lie beside it, and hold what it says and no more.
    package init(index: String) throws(ModelFileError) {
        path = index
        let names = try SafetensorsIndex(path: index).fileNames
        let directory = URL(fileURLWithPath: index).deletingLastPathComponent()
        var files: [SafetensorsFile] = []
        var places: [String: Place] = [:]
        for name in Set(names.values).sorted() {
            let file = try SafetensorsFile(path: directory.appendingPathComponent(name).path)
            for tensor in file.tensors {
                guard names[tensor.name] == name else {
                    throw ModelFileError(
                        file: file.path, place: .tensor(tensor.name),
                        found: "a tensor that the index puts in "
                            + (names[tensor.name].map { printable($0) } ?? "no file"),
                        expected: "only those of this file", remedy: Self.mixed)
                }
                places[tensor.name] = Place(file: files.count, tensor: tensor)
            }
            files.append(file)
        }
        if let (tensor, name) = names.sorted(by: { $0.key < $1.key })
            .first(where: { places[$0.key] == nil })
        {
            throw ModelFileError(
                file: index, place: .tensor(tensor), found: "no such tensor in \(printable(name))",
                expected: "it there", remedy: Self.mixed)
        }
        self.files = files
        self.places = places
    }

    private static let mixed = "Index and files belong to different models; fetch them again."

    /// All tensors, file by file.
    package var tensors: [SafetensorsTensor] { files.flatMap(\.tensors) }

    /// The tensor of this name, if there is one.
    package func find(_ name: String) -> SafetensorsTensor? { places[name]?.tensor }

    /// The tensor of this name in a type that can be read; a missing one is an error.
    func readable(_ name: String) throws(ModelFileError) -> SafetensorsTensor {
        guard let place = places[name] else {
            throw ModelFileError(
                file: path, place: .tensor(name), found: "no such tensor",
                expected: "it among the \(places.count) tensors",
                remedy: "`grpo inspect` lists them; weights and config.json may belong to "
                    + "different models.")
        }
        guard place.tensor.type.blocks != nil else {
            throw files[place.file].unreadable(place.tensor)
        }
        return place.tensor
    }

    /// Whether two tensors are there, of one type and shape, with the same bytes.
    func equal(_ first: String, _ second: String) -> Bool {
        guard let first = places[first], let second = places[second],
            first.tensor.type == second.tensor.type, first.tensor.shape == second.tensor.shape
        else { return false }
        return files[first.file].withBytes(of: first.tensor) { left in
            files[second.file].withBytes(of: second.tensor) { right in
                guard left.count == right.count, let first = left.baseAddress,
                    let second = right.baseAddress
                else { return left.isEmpty && right.isEmpty }
                return memcmp(first, second, left.count) == 0
            }
        }
    }

    package func read(
        _ name: String, into destination: UnsafeMutableBufferPointer<Float>
    ) throws(ModelFileError) {
        let tensor = try readable(name)
        guard let place = places[name] else { return }
        try files[place.file].read(tensor, into: destination)
    }
}
