package import GRPOTensors

/// A weight as its engine wants it, cut into panels of outputs.
///
/// Panels depend on the weight's shape alone, so the sums of an output are formed in one way
/// whatever the number of rows or threads.
package class PackedWeight: @unchecked Sendable {
    /// Columns of the product.
    package let outputs: Int
    /// Columns of x.
    package let inputs: Int
    /// float32 or bfloat16: of x and of the weight's elements.
    package let type: DType
    /// Whether the values are those of the transpose, [inputs, outputs].
    package let transposed: Bool
    /// The number of outputs of every panel but perhaps the last.
    package let panelWidth: Int

    init(outputs: Int, inputs: Int, type: DType, transposed: Bool, panelWidth: Int) {
        precondition(
            type == .float32 || type == .bfloat16, "a weight of \(type) in a matrix engine")
        precondition(
            outputs > 0 && inputs > 0 && panelWidth > 0,
            "a weight [\(outputs), \(inputs)] in panels of \(panelWidth)")
        self.outputs = outputs
        self.inputs = inputs
        self.type = type
        self.transposed = transposed
        self.panelWidth = panelWidth
    }

    package var panelCount: Int { (outputs + panelWidth - 1) / panelWidth }

    /// The outputs of a panel.
    package func panel(_ index: Int) -> Range<Int> {
        index * panelWidth..<min(outputs, (index + 1) * panelWidth)
    }
}
