import CGRPOHDF5

/// An HDF5 file that exists as a plan: its metadata in memory and, for each array, where its bytes
/// belong. Streaming it produces the file's bytes from start to end, the arrays' straight from
/// where they lie.
///
/// The library itself never writes to a device, so no failing device can leave it half closed, and
/// saving needs no second copy of the weights. Equal content gives equal bytes: datasets are laid
/// out in the order of their names, and no object carries a time.
struct HDF5Image: ~Copyable {
    private let image: OpaquePointer
    private let datasets: [NamedArray]
    /// The arrays that have bytes, by their place in the file.
    private let placed: [(offset: Int, array: NamedArray)]
    /// The length of the file in bytes.
    let byteCount: Int

    /// Bytes handed on at a time: small enough to stay in the cache between two consumers.
    static let chunkBytes = 1 << 20

    /// Lays out the datasets, which must be sorted and checked (`sortedDatasets`).
    init(_ datasets: [NamedArray], attributes: [(name: String, value: String)])
        throws(CheckpointError)
    {
        guard let image = grpo_h5_image_create() else { throw .lastHDF5("a new checkpoint") }
        do throws(CheckpointError) {
            var placed: [(offset: Int, array: NamedArray)] = []
            for (name, value) in attributes {
                guard grpo_h5_image_attribute(image, name, value, value.utf8.count) == 0 else {
                    throw .lastHDF5("attribute \(name.debugDescription) of a new checkpoint")
                }
            }
            for array in datasets {
                let extents = array.shape.map { UInt64($0) }
                let bytes = array.bytes().count
                var offset: UInt64 = 0
                let result = grpo_h5_image_add(
                    image, array.name, array.type.code, Int32(extents.count), extents,
                    UInt64(bytes), &offset)
                guard result == 0 else {
                    throw .lastHDF5("dataset \(array.name.debugDescription) of a new checkpoint")
                }
                if bytes > 0 { placed.append((Int(offset), array)) }
            }
            guard grpo_h5_image_finish(image) == 0 else { throw .lastHDF5("a new checkpoint") }
            self.image = image
            self.datasets = datasets
            self.placed = placed.sorted { $0.offset < $1.offset }
            byteCount = Int(grpo_h5_image_length(image))
        } catch {
            grpo_h5_image_free(image)
            throw error
        }
    }

    deinit { grpo_h5_image_free(image) }

    /// Hands the file's bytes, in order, to `consume`, in pieces of at most `chunkBytes`. Small
    /// pieces are gathered, so a small file arrives at once.
    func stream(
        _ consume: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let gathered = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.chunkBytes, alignment: 16)
        defer { gathered.deallocate() }
        var used = 0

        func flush() throws(CheckpointError) {
            if used > 0 { try consume(UnsafeRawBufferPointer(rebasing: gathered[..<used])) }
            used = 0
        }

        var position = 0
        func metadata(upTo end: Int) throws(CheckpointError) {
            precondition(position <= end, "datasets overlap at \(end), already at \(position)")
            while position < end {
                if used == gathered.count { try flush() }
                let count = min(end - position, gathered.count - used)
                grpo_h5_image_read(
                    image, UInt64(position), count, gathered.baseAddress?.advanced(by: used))
                used += count
                position += count
            }
        }

        for (offset, array) in placed {
            try metadata(upTo: offset)
            let bytes = array.bytes()
            if bytes.count <= gathered.count - used {
                UnsafeMutableRawBufferPointer(rebasing: gathered[used...]).copyMemory(from: bytes)
                used += bytes.count
            } else {
                try flush()
                for start in stride(from: 0, to: bytes.count, by: Self.chunkBytes) {
                    let end = min(start + Self.chunkBytes, bytes.count)
                    try consume(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                }
            }
            position += bytes.count
        }
        try metadata(upTo: byteCount)
        try flush()
    }
}
