import Foundation

/// Elementary functions of Double, for code that is not hot.
package enum Scalar {
    package static func exp(_ x: Double) -> Double { Foundation.exp(x) }
    package static func log(_ x: Double) -> Double { Foundation.log(x) }
    package static func sin(_ x: Double) -> Double { Foundation.sin(x) }
    package static func cos(_ x: Double) -> Double { Foundation.cos(x) }
    package static func pow(_ x: Double, _ y: Double) -> Double { Foundation.pow(x, y) }
}
