extension Backend {
    /// Rows of a table: `[tokens, width]`.
    package func embedding(_ table: Tensor, _ tokens: [Int32]) -> Tensor {
        require(table, parameterType, rank: 2, "embedding table")
        for token in tokens {
            precondition(
                token >= 0 && token < table.rows, "token \(token) of a vocabulary of \(table.rows)")
        }
        let y = empty([tokens.count, table.columns], parameterType)
        embedding(table, tokens, y: y)
        return y
    }

    /// Adds each row of `dy` to the row of its token.
    package func embeddingBackward(_ dy: Tensor, _ tokens: [Int32], into dTable: Tensor) {
        require(dy, parameterType, [tokens.count, dTable.columns], "dy of an embedding")
        embeddingBackward(dy, tokens, dTable: dTable)
    }

    /// x Wᵀ + bias + residual: `[tokens, outputs]`.
    package func linear(
        _ x: Tensor, _ weight: Weight, bias: Tensor? = nil, adding residual: Tensor? = nil
    ) -> Tensor {
        require(x, activationType, [x.rows, weight.inputs], "x of a product")
        if let bias { require(bias, parameterType, [weight.outputs], "bias") }
        if let residual {
            require(residual, parameterType, [x.rows, weight.outputs], "residual")
        }
        let y = empty([x.rows, weight.outputs], parameterType)
        linear(x, weight, bias: bias, residual: residual, y: y)
        return y
    }

    /// dy W: `[tokens, inputs]`.
    package func linearBackwardInput(_ dy: Tensor, _ weight: Weight) -> Tensor {
        require(dy, activationType, [dy.rows, weight.outputs], "dy of a product")
        let dx = empty([dy.rows, weight.inputs], parameterType)
        linearBackwardInput(dy, weight, dx: dx)
        return dx
    }

    /// Adds dyᵀ x to the weight's gradient and the column sums of dy to the bias's.
    package func linearBackwardWeight(
        _ dy: Tensor, _ x: Tensor, into dWeight: Tensor, bias dBias: Tensor? = nil
    ) {
        require(dWeight, parameterType, [dy.columns, x.columns], "gradient of a weight")
        require(dy, activationType, [x.rows, dy.columns], "dy of a product")
        require(x, activationType, rank: 2, "x of a product")
        if let dBias { require(dBias, parameterType, [dy.columns], "gradient of a bias") }
        linearBackwardWeight(dy, x, dWeight: dWeight, dBias: dBias)
    }

    /// The logits of every row: `[tokens, vocabulary]`. For inspection; training and sampling never
    /// hold them all.
    package func logits(_ hidden: Tensor, _ weight: Weight) -> Tensor {
        require(hidden, activationType, [hidden.rows, weight.inputs], "hidden states")
        let y = empty([hidden.rows, weight.outputs], parameterType)
        logits(hidden, weight, logits: y)
        return y
    }

    func require(_ tensor: Tensor, _ dtype: DType, _ shape: [Int], _ what: String) {
        precondition(
            tensor.dtype == dtype && tensor.shape == shape,
            "\(what): found \(tensor.dtype) \(tensor.shape), expected \(dtype) \(shape)")
    }

    func require(_ tensor: Tensor, _ dtype: DType, rank: Int, _ what: String) {
        precondition(
            tensor.dtype == dtype && tensor.shape.count == rank,
            "\(what): found \(tensor.dtype) \(tensor.shape), expected \(dtype) of rank \(rank)")
    }
}
