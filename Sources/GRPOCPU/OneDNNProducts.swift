import CGRPOOneDNN
import GRPOTensors

/// The opened library; whatever refers to it keeps it open.
final class OneDNNLibrary: @unchecked Sendable {
    let handle: OpaquePointer

    init(workers: Int) throws(EngineUnavailable) {
        var reason = [CChar](repeating: 0, count: 256)
        guard let handle = grpo_onednn_open(Int32(workers), &reason, reason.count) else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw EngineUnavailable(description: String(decoding: text, as: UTF8.self))
        }
        self.handle = handle
    }

    deinit {
        grpo_onednn_close(handle)
    }

    /// Major, minor and patch.
    var version: String {
        var version: [Int32] = [0, 0, 0]
        grpo_onednn_version(handle, &version)
        return version.map(String.init).joined(separator: ".")
    }
}

/// The shape that decides a packed layout.
struct OneDNNShape: Hashable {
    let outputs: Int
    let inputs: Int
    let bfloat16: Bool
}

/// The products of one panel's shape, a block of rows each, that read one packed layout.
final class OneDNNPanel: @unchecked Sendable {
    let shape: OneDNNShape
    private let library: OneDNNLibrary
    /// By the index of `ProductTiles.rowBlocks`.
    let products: [OpaquePointer]
    let packedBytes: Int
    let scratchBytes: Int

    /// Nil if the library has no fast product for the shape.
    ///
    /// The library chooses the layout for the largest block; should it choose another for a smaller
    /// one, that block takes over the first's, or all share a row-major one.
    init?(library: OneDNNLibrary, shape: OneDNNShape) {
        func product(rows: Int, like: OpaquePointer?, plain: Bool = false) -> OpaquePointer? {
            grpo_onednn_product_create(
                library.handle, Int64(rows), Int64(shape.outputs), Int64(shape.inputs),
                shape.bfloat16 ? 1 : 0, 0, like, plain ? 1 : 0)
        }
        var products: [OpaquePointer] = []
        for rows in ProductTiles.rowBlocks {
            guard var made = product(rows: rows, like: nil) else { break }
            if let first = products.first, grpo_onednn_product_same_layout(first, made) == 0 {
                grpo_onednn_product_destroy(made)
                guard let other = product(rows: rows, like: first) else { break }
                made = other
            }
            products.append(made)
        }
        if products.count < ProductTiles.rowBlocks.count {
            products.forEach(grpo_onednn_product_destroy)
            products = ProductTiles.rowBlocks.compactMap {
                product(rows: $0, like: nil, plain: true)
            }
        }
        guard products.count == ProductTiles.rowBlocks.count else {
            products.forEach(grpo_onednn_product_destroy)
            return nil
        }
        self.shape = shape
        self.library = library
        self.products = products
        packedBytes = grpo_onednn_product_packed_bytes(products[0])
        scratchBytes = products.map { grpo_onednn_product_scratch_bytes($0) }.max() ?? 0
    }

    deinit {
        products.forEach(grpo_onednn_product_destroy)
    }
}

/// The products that add one panel of a weight gradient, a block of tokens each.
///
/// The panel is the left matrix, dyᵀ [outputs, tokens]; x [tokens, inputs] is the packed one.
final class OneDNNGradientPanel: @unchecked Sendable {
    struct Block {
        let tokens: Int
        let product: OpaquePointer
        /// From row-major x.
        let packing: OpaquePointer
        let packedBytes: Int
    }

    private let library: OneDNNLibrary
    /// By the index of `ProductTiles.tokenBlocks`.
    let blocks: [Block]
    let scratchBytes: Int

    /// - Parameter other: whose packed layout is shared.
    init?(library: OneDNNLibrary, shape: OneDNNShape, like other: OneDNNGradientPanel?) {
        var blocks: [Block] = []
        var scratchBytes = 0
        for (index, tokens) in ProductTiles.tokenBlocks.enumerated() {
            let product = grpo_onednn_product_create(
                library.handle, Int64(shape.outputs), Int64(shape.inputs), Int64(tokens),
                shape.bfloat16 ? 1 : 0, 1, other?.blocks[index].product, 0)
            guard let product else { break }
            let packing = grpo_onednn_packing_create(
                product, shape.bfloat16 ? 1 : 0, Int64(shape.inputs), 1)
            guard let packing else {
                grpo_onednn_product_destroy(product)
                break
            }
            scratchBytes = max(
                scratchBytes, grpo_onednn_product_scratch_bytes(product),
                grpo_onednn_packing_scratch_bytes(packing))
            blocks.append(
                Block(
                    tokens: tokens, product: product, packing: packing,
                    packedBytes: grpo_onednn_product_packed_bytes(product)))
        }
        self.library = library
        self.blocks = blocks
        self.scratchBytes = scratchBytes
        if blocks.count < ProductTiles.tokenBlocks.count { return nil }
    }

    deinit {
        for block in blocks {
            grpo_onednn_packing_destroy(block.packing)
            grpo_onednn_product_destroy(block.product)
        }
    }
}

/// The way of a weight's values into the packed layout of a panel.
final class OneDNNPacking: @unchecked Sendable {
    struct Key: Hashable {
        let shape: OneDNNShape
        let inputStride: Int
        let outputStride: Int
    }

    let packing: OpaquePointer
    private let panel: OneDNNPanel
    let scratchBytes: Int

    init(_ key: Key, panel: OneDNNPanel) {
        guard
            let packing = grpo_onednn_packing_create(
                panel.products[0], 0, Int64(key.inputStride), Int64(key.outputStride))
        else { preconditionFailure("oneDNN cannot pack \(key)") }
        self.packing = packing
        self.panel = panel
        scratchBytes = grpo_onednn_packing_scratch_bytes(packing)
    }

    deinit {
        grpo_onednn_packing_destroy(packing)
    }
}
