/// How much of a data file is held out: below 1 a share, from 1 on a number of questions.
enum HeldOut {
    /// What is wrong with it, or nil.
    static func problem(_ heldOut: Double, least: Double) -> String? {
        guard heldOut.isFinite, heldOut >= least, heldOut < 1 || heldOut.rounded() == heldOut
        else {
            return "must be a share from \(least) to below 1 or a whole number of questions, "
                + "found \(heldOut)"
        }
        return nil
    }
}
