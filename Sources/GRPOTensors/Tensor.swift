/// A dense, row-major array on reference-counted storage: a copyable handle, not a value.
///
/// A tensor has no strides; a view is a run of whole rows. It is not `Sendable`, on purpose: one
/// thread owns the tensors, and workers see raw pointers for the length of one operation.
package struct Tensor {
    package let storage: Storage
    /// The first element's place in the storage, in elements.
    package let offset: Int
    package let shape: [Int]
    package let dtype: DType

    package init(storage: Storage, offset: Int = 0, shape: [Int], dtype: DType) {
        let count = shape.reduce(1, *)
        precondition(
            (offset + count) * dtype.byteCount <= storage.byteCount,
            "a tensor of shape \(shape) at \(offset) on \(storage.byteCount) bytes")
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.dtype = dtype
    }

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }

    /// The size of the first dimension; 1 for a scalar.
    package var rows: Int { shape.first ?? 1 }

    /// The number of elements in a row: the product of all dimensions but the first.
    package var columns: Int { shape.dropFirst().reduce(1, *) }

    package var address: UnsafeMutableRawPointer {
        storage.bytes + offset * dtype.byteCount
    }

    /// The rows in `range`, on the same storage.
    package func rows(_ range: Range<Int>) -> Tensor {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of shape \(shape)")
        return Tensor(
            storage: storage, offset: offset + range.lowerBound * columns,
            shape: [range.count] + shape.dropFirst(), dtype: dtype)
    }

    /// The same elements under another shape.
    package func reshaped(_ newShape: [Int]) -> Tensor {
        precondition(newShape.reduce(1, *) == count, "\(shape) reshaped to \(newShape)")
        return Tensor(storage: storage, offset: offset, shape: newShape, dtype: dtype)
    }

    /// The elements as a typed buffer; valid while the tensor is.
    package func buffer<T: Element>(of type: T.Type) -> UnsafeMutableBufferPointer<T> {
        precondition(T.dtype == dtype, "\(dtype) elements read as \(T.dtype)")
        return UnsafeMutableBufferPointer(
            start: address.assumingMemoryBound(to: T.self), count: count)
    }

    /// The first element's address as a typed pointer.
    package func pointer<T: Element>(of type: T.Type) -> UnsafeMutablePointer<T> {
        precondition(T.dtype == dtype, "\(dtype) elements read as \(T.dtype)")
        return address.assumingMemoryBound(to: T.self)
    }

    /// The elements widened to Double, row by row.
    package var doubles: [Double] {
        switch dtype {
        case .float32: buffer(of: Float.self).map(Double.init)
        case .float64: Array(buffer(of: Double.self))
        case .bfloat16: buffer(of: BFloat16.self).map { Double($0.float) }
        case .int32: buffer(of: Int32.self).map(Double.init)
        }
    }

    /// The elements narrowed to Float, row by row.
    package var floats: [Float] {
        switch dtype {
        case .float32: Array(buffer(of: Float.self))
        case .float64: buffer(of: Double.self).map(Float.init)
        case .bfloat16: buffer(of: BFloat16.self).map(\.float)
        case .int32: buffer(of: Int32.self).map(Float.init)
        }
    }

    /// Replaces the elements, rounding each to the tensor's type.
    ///
    /// - Parameter values: as many as the tensor has elements, row by row.
    package func fill(from values: some Collection<Double>) {
        precondition(values.count == count, "\(values.count) values for shape \(shape)")
        let isFilled: Void? = values.withContiguousStorageIfAvailable { values in
            switch dtype {
            case .float32: fill(Float.self, values) { Float($0) }
            case .float64: fill(Double.self, values) { $0 }
            case .bfloat16: fill(BFloat16.self, values) { BFloat16(Float($0)) }
            case .int32: fill(Int32.self, values) { Int32($0) }
            }
        }
        if isFilled == nil { fill(from: Array(values)) }
    }

    private func fill<T: Element>(
        _ type: T.Type, _ values: UnsafeBufferPointer<Double>, _ convert: (Double) -> T
    ) {
        let target = buffer(of: type)
        for index in values.indices { target[index] = convert(values[index]) }
    }

    /// The raw bytes of the elements.
    package var rawBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: address, count: count * dtype.byteCount)
    }
}
