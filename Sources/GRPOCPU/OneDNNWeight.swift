import CGRPOOneDNN
import GRPOTensors

/// A weight in oneDNN's layout, a separate block of memory for every panel.
final class OneDNNWeight: PackedWeight, @unchecked Sendable {
    /// Of every panel but the last, and of the last.
    let panels: (OneDNNPanel, OneDNNPanel)
    let packings: (OneDNNPacking, OneDNNPacking)
    private let memory: PackedMemory.Piece
    private let packed: [OpaquePointer]

    init(
        outputs: Int, inputs: Int, type: DType, transposed: Bool, panelWidth: Int,
        panels: (OneDNNPanel, OneDNNPanel), packings: (OneDNNPacking, OneDNNPacking),
        memory: PackedMemory
    ) {
        self.panels = panels
        self.packings = packings
        let count = (outputs + panelWidth - 1) / panelWidth
        let stride = (panels.0.packedBytes + 63) / 64 * 64
        self.memory = memory.piece(byteCount: count * stride)
        let bytes = self.memory.bytes
        // The layout's padding is read too.
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: count * stride)
        packed = (0..<count).map { index in
            let product = (index == count - 1 ? panels.1 : panels.0).products[0]
            guard let packed = grpo_onednn_packed_create(product, bytes + index * stride) else {
                preconditionFailure("oneDNN cannot describe panel \(index) of \(count)")
            }
            return packed
        }
        super.init(
            outputs: outputs, inputs: inputs, type: type, transposed: transposed,
            panelWidth: panelWidth)
    }

    deinit {
        packed.forEach(grpo_onednn_packed_destroy)
    }

    override func pack(
        _ values: UnsafePointer<Float>, panel: Int, worker: Int, pool: WorkerPool
    ) {
        let packing = panel == packed.count - 1 ? packings.1 : packings.0
        let first = self.panel(panel).lowerBound * (transposed ? 1 : inputs)
        let status = grpo_onednn_pack(
            packing.packing, Int32(worker), values + first, packed[panel],
            pool.scratch(worker, .library, bytes: packing.scratchBytes))
        precondition(status == 0, "oneDNN failed to pack a weight (status \(status))")
    }

    override func multiplyTile(
        _ x: UnsafeRawPointer, rows: Int, panel: Int, y: UnsafeMutablePointer<Float>, worker: Int,
        pool: WorkerPool
    ) {
        let products = panel == packed.count - 1 ? panels.1 : panels.0
        let scratch = pool.scratch(worker, .library, bytes: products.scratchBytes)
        let rowBytes = inputs * type.byteCount
        ProductTiles.forEachRowBlock(rows) { first, block in
            let status = grpo_onednn_multiply(
                products.products[block], Int32(worker), x + first * rowBytes, packed[panel],
                y + first * products.shape.outputs, scratch)
            precondition(status == 0, "oneDNN failed to multiply (status \(status))")
        }
    }
}
