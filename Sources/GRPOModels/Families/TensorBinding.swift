/// A tensor of a model file and the rows of the parameter it fills.
package struct TensorBinding: Sendable, Equatable {
    package let tensorName: String
    package let parameter: String
    package let rows: Range<Int>
    package let shape: [Int]

    package init(tensorName: String, parameter: String, rows: Range<Int>, shape: [Int]) {
        self.tensorName = tensorName
        self.parameter = parameter
        self.rows = rows
        self.shape = shape
    }
}
