import CGRPOKernels
import CGRPOOneDNN
package import GRPOTensors
import Synchronization

/// oneDNN, called on one thread at a time with weights in its own layout.
///
/// Every panel of a weight has a product for 256, 64, 16, 4 and 1 rows; all read one packed copy,
/// and a row comes out the same bit for bit from each. On AVX-512 without AMX, where `BlockedWeight`
/// and `BlockedGradient` are faster, the library is left aside.
package final class OneDNNEngine: MatrixEngine, @unchecked Sendable {
    package let kind = EngineKind.onednn
    package let name: String
    package let coreName: String
    package let multipliesBFloat16: Bool
    package let pool: WorkerPool
    private let library: OneDNNLibrary
    private let usesBlocked: Bool
    private var exactTypes: Set<DType> = []
    private let tables = Mutex(Tables())

    private struct Tables {
        var panels: [OneDNNShape: OneDNNPanel] = [:]
        var packings: [OneDNNPacking.Key: OneDNNPacking] = [:]
        var gradients: [OneDNNShape: OneDNNGradientPanel] = [:]
    }

    /// - Parameter usesBlocked: whether `BlockedWeight` may take the library's place.
    package init(pool: WorkerPool, usesBlocked: Bool = true) throws(EngineUnavailable) {
        library = try OneDNNLibrary(workers: pool.threads)
        self.pool = pool
        self.usesBlocked = usesBlocked
        name = "oneDNN " + library.version
        let probe = OneDNNShape(outputs: 64, inputs: 96, bfloat16: true)
        let wide = OneDNNPanel(library: library, shape: probe)
        multipliesBFloat16 = wide != nil
        let single = OneDNNPanel(
            library: library, shape: OneDNNShape(outputs: 64, inputs: 96, bfloat16: false))
        guard let best = wide ?? single, single != nil else {
            throw EngineUnavailable(
                description: "\(name) has no fast matrix product for this processor")
        }
        let implementation = String(cString: grpo_onednn_product_implementation(best.products[0]))
        coreName = implementation.split(separator: ":").last.map(String.init) ?? implementation
        let types: [DType] = multipliesBFloat16 ? [.float32, .bfloat16] : [.float32]
        exactTypes = Set(types.filter(rowsComeOutEqual))
    }

    package func rowsAreExact(for type: DType) -> Bool {
        exactTypes.contains(type)
    }

    package func usesBlocked(for type: DType) -> Bool {
        usesBlocked && BlockedWeight.isAvailable(for: type)
            && !(type == .bfloat16 && MatrixEngines.hasAMX)
    }

    // MARK: Weights

    package func makePackedWeight(
        outputs: Int, inputs: Int, type: DType, transposed: Bool, memory: PackedMemory
    ) -> PackedWeight {
        if usesBlocked(for: type) {
            return BlockedWeight(
                outputs: outputs, inputs: inputs, type: type, transposed: transposed,
                memory: memory)
        }
        let width = ProductTiles.panelWidth(outputs: outputs)
        let last = outputs - (outputs - 1) / width * width
        let parts = [width, last].map { outputsOfPanel in
            let shape = OneDNNShape(
                outputs: outputsOfPanel, inputs: inputs, bfloat16: type == .bfloat16)
            let panel = self.panel(shape)
            let key = OneDNNPacking.Key(
                shape: shape, inputStride: transposed ? outputs : 1,
                outputStride: transposed ? 1 : inputs)
            return (panel, packing(key, panel: panel))
        }
        return OneDNNWeight(
            outputs: outputs, inputs: inputs, type: type, transposed: transposed,
            panelWidth: width, panels: (parts[0].0, parts[1].0),
            packings: (parts[0].1, parts[1].1), memory: memory)
    }

    /// The library's own layouts fill up blocks of 64 outputs, and every panel has the first one's
    /// bytes.
    package func packedBytes(outputs: Int, inputs: Int, type: DType) -> Int {
        guard !usesBlocked(for: type) else {
            return BlockedWeight.bytes(outputs: outputs, inputs: inputs, type: type)
        }
        let width = ProductTiles.panelWidth(outputs: outputs)
        let panels = (outputs + width - 1) / width
        return panels * ((width + 63) / 64 * 64) * inputs * type.byteCount
    }

    private func panel(_ shape: OneDNNShape) -> OneDNNPanel {
        tables.withLock { tables in
            if let panel = tables.panels[shape] { return panel }
            guard let panel = OneDNNPanel(library: library, shape: shape) else {
                preconditionFailure("\(name) has no fast product for \(shape)")
            }
            tables.panels[shape] = panel
            return panel
        }
    }

    private func packing(_ key: OneDNNPacking.Key, panel: OneDNNPanel) -> OneDNNPacking {
        tables.withLock { tables in
            if let packing = tables.packings[key] { return packing }
            let packing = OneDNNPacking(key, panel: panel)
            tables.packings[key] = packing
            return packing
        }
    }

    // MARK: Weight gradients

    /// Outputs to a panel of a gradient: enough panels to share out, each large enough that adding
    /// to it costs little beside the product.
    private static func gradientWidth(outputs: Int) -> Int {
        min(outputs, outputs < 384 ? 32 : outputs < 1024 ? 96 : widestGradient)
    }

    private static let widestGradient = 192

    private func gradientPanels(
        width: Int, last: Int, inputs: Int, bfloat16: Bool
    ) -> (OneDNNGradientPanel, OneDNNGradientPanel) {
        tables.withLock { tables in
            func panel(_ outputs: Int, like other: OneDNNGradientPanel?) -> OneDNNGradientPanel {
                let shape = OneDNNShape(outputs: outputs, inputs: inputs, bfloat16: bfloat16)
                if let panel = tables.gradients[shape] { return panel }
                guard let panel = OneDNNGradientPanel(library: library, shape: shape, like: other)
                else { preconditionFailure("\(name) has no fast gradient for \(shape)") }
                tables.gradients[shape] = panel
                return panel
            }
            // The packed x must suit every panel: all follow the layout of the widest.
            let widest = panel(Self.widestGradient, like: nil)
            return (panel(width, like: widest), panel(last, like: widest))
        }
    }

    package func weightGradient(
        _ dy: UnsafeRawPointer, _ x: UnsafeRawPointer, rows: Int, outputs: Int, inputs: Int,
        type: DType, dWeight: UnsafeMutablePointer<Float>
    ) {
        let pass = ProductTiles.tokensOfPass
        for first in stride(from: 0, to: rows, by: pass) {
            addGradient(
                dy + first * outputs * type.byteCount, x + first * inputs * type.byteCount,
                rows: min(pass, rows - first), outputs: outputs, inputs: inputs, type: type,
                dWeight: dWeight)
        }
    }

    /// The part of at most `tokensOfPass` rows: x is packed block by block, then every panel of
    /// outputs adds the blocks in order.
    private func addGradient(
        _ dy: UnsafeRawPointer, _ x: UnsafeRawPointer, rows: Int, outputs: Int, inputs: Int,
        type: DType, dWeight: UnsafeMutablePointer<Float>
    ) {
        let width = Self.gradientWidth(outputs: outputs)
        let panelCount = (outputs + width - 1) / width
        let (main, tail) = gradientPanels(
            width: width, last: outputs - (panelCount - 1) * width, inputs: inputs,
            bfloat16: type == .bfloat16)
        let whole = main.blocks[main.blocks.count - 1]
        let stride = (whole.packedBytes + 63) / 64 * 64
        let blockCount = (rows + whole.tokens - 1) / whole.tokens
        func block(_ index: Int) -> (first: Int, count: Int, kind: Int) {
            let first = index * whole.tokens
            let count = min(whole.tokens, rows - first)
            return (first, count, ProductTiles.tokenBlock(count))
        }

        let shared = pool.sharedScratch(bytes: blockCount * stride)
        let packed = (0..<blockCount).map { index in
            let product = main.blocks[block(index).kind].product
            guard let packed = grpo_onednn_packed_create(product, shared + index * stride) else {
                preconditionFailure("oneDNN cannot describe block \(index) of \(blockCount)")
            }
            return packed
        }
        defer { packed.forEach(grpo_onednn_packed_destroy) }

        pool.run(tasks: blockCount) { index, worker in
            let (first, count, kind) = block(index)
            let rowBytes = inputs * type.byteCount
            var source = x + first * rowBytes
            let block = main.blocks[kind]
            if count < block.tokens {
                let padded = pool.scratch(worker, .operand, bytes: block.tokens * rowBytes)
                padded.copyMemory(from: source, byteCount: count * rowBytes)
                (padded + count * rowBytes).initializeMemory(
                    as: UInt8.self, repeating: 0, count: (block.tokens - count) * rowBytes)
                source = UnsafeRawPointer(padded)
            }
            let status = grpo_onednn_pack(
                block.packing, Int32(worker), source, packed[index],
                pool.scratch(worker, .library, bytes: main.scratchBytes))
            precondition(status == 0, "oneDNN failed to pack x (status \(status))")
        }
        pool.run(tasks: panelCount) { panel, worker in
            let products = panel == panelCount - 1 ? tail : main
            let column = panel * width
            let columns = min(width, outputs - column)
            let turned = pool.scratch(
                worker, .operand, bytes: columns * whole.tokens * type.byteCount)
            let scratch = pool.scratch(worker, .library, bytes: products.scratchBytes)
            for index in 0..<blockCount {
                let (first, count, kind) = block(index)
                let tokens = products.blocks[kind].tokens
                Self.transpose(
                    dy + (first * outputs + column) * type.byteCount, stride: outputs,
                    rows: count, columns: columns, into: turned, padded: tokens, type: type)
                let status = grpo_onednn_multiply(
                    products.blocks[kind].product, Int32(worker), turned, packed[index],
                    dWeight + column * inputs, scratch)
                precondition(status == 0, "oneDNN failed to multiply (status \(status))")
            }
        }
    }

    /// dyᵀ [columns, padded] of a part of dy, with zeros after the last row.
    private static func transpose(
        _ dy: UnsafeRawPointer, stride: Int, rows: Int, columns: Int,
        into target: UnsafeMutableRawPointer, padded: Int, type: DType
    ) {
        if type == .bfloat16 {
            grpo_transpose_16(
                dy.assumingMemoryBound(to: UInt16.self), Int64(stride), Int64(rows),
                Int64(columns), target.assumingMemoryBound(to: UInt16.self), Int64(padded),
                Int64(padded))
        } else {
            grpo_transpose_32(
                dy.assumingMemoryBound(to: UInt32.self), Int64(stride), Int64(rows),
                Int64(columns), target.assumingMemoryBound(to: UInt32.self), Int64(padded),
                Int64(padded))
        }
    }

    // MARK: Exactness

    /// Multiplies a few rows in every block size and compares them bit by bit.
    private func rowsComeOutEqual(_ type: DType) -> Bool {
        let products = MatrixProducts(engine: self)
        let (rows, outputs, inputs) = (256, 80, 100)
        func number(_ index: Int) -> Float {
            Float((index &* 2_654_435_761) >> 7 & 0xFFFF) / 32768 - 1
        }
        let values = (0..<outputs * inputs).map(number)
        let weight = values.withUnsafeBufferPointer {
            products.pack($0.baseAddress!, outputs: outputs, inputs: inputs, type: type)
        }
        let x = (0..<rows * inputs).map { number($0 + 7919) }
        let halves = x.map { BFloat16($0).bits }
        func multiplied(from first: Int, count: Int) -> [UInt32] {
            var y = [Float](repeating: 0, count: count * outputs)
            func multiply(_ bytes: UnsafeRawBufferPointer) {
                let start = bytes.baseAddress! + first * inputs * type.byteCount
                products.multiply(start, rows: count, weight, y: &y)
            }
            if type == .bfloat16 {
                halves.withUnsafeBytes(multiply)
            } else {
                x.withUnsafeBytes(multiply)
            }
            return y.map(\.bitPattern)
        }
        let together = multiplied(from: 0, count: rows)
        return [1, 4, 16, 64].allSatisfy { count in
            multiplied(from: 3, count: count)
                == Array(together[3 * outputs..<(3 + count) * outputs])
        }
    }
}
