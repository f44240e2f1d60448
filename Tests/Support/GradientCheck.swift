package import GRPOModels
package import GRPOTensors

/// Compares hand-written gradients with central differences.
///
/// With steps of 1e-5 the truncation error of a difference is about 1e-10 of the third derivative
/// and its rounding error 1e-11 of the loss, so in Double a right backward agrees to better than
/// 1e-6 and a wrong one does not.
package struct GradientCheck {
    /// One tensor the loss depends on, with the gradient that backward claims.
    package struct Variable {
        package let name: String
        package let values: Tensor
        package let gradient: [Double]

        package init(_ name: String, _ values: Tensor, gradient: [Double]) {
            self.name = name
            self.values = values
            self.gradient = gradient
        }
    }

    /// The variables of a layer: its input, and every parameter of its store.
    package static func variables(
        input: Tensor, dx: Tensor, _ parameters: [Parameter]
    ) -> [Variable] {
        [Variable("x", input, gradient: dx.doubles)]
            + parameters.map { Variable($0.name, $0.values, gradient: $0.gradient!.doubles) }
    }

    /// The norm-wise relative error of every variable's gradient.
    ///
    /// - Parameters:
    ///   - changed: called after a variable's values changed.
    ///   - loss: a function of the variables' values, in Double.
    package static func errors(
        _ variables: [Variable], step: Double = 1e-5, changed: () -> Void = {},
        loss: () -> Double
    ) -> [String: Double] {
        var errors: [String: Double] = [:]
        for variable in variables {
            let values = variable.values.buffer(of: Double.self)
            var differences: [Double] = []
            for index in values.indices {
                let value = values[index]
                func shifted(_ step: Double) -> Double {
                    values[index] = value + step
                    changed()
                    return loss()
                }
                differences.append((shifted(step) - shifted(-step)) / (2 * step))
                values[index] = value
            }
            changed()
            errors[variable.name] = Distance.relative(variable.gradient, differences)
        }
        return errors
    }
}
