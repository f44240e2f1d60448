/// How files are named after steps: `step-000100`; longer where the step needs more digits.
package enum StepName {
    package static func text(_ step: Int) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// The step that a file is named after, whatever follows the first point; nil for another name.
    package static func step(of name: some StringProtocol) -> Int? {
        let stem = name.prefix { $0 != "." }
        guard stem.hasPrefix("step-"), let step = Int(stem.dropFirst("step-".count)), step >= 0
        else { return nil }
        return stem == text(step) ? step : nil
    }
}
