/// What a stage that samples tells while it runs, and asks: implemented by the run, which writes
/// files.
package protocol SampleMonitor: AnyObject {
    /// Something went on within a step, for a live line.
    func progress(_ activity: StageActivity)
    /// The rows that a step kept, in their order and perhaps none, and the state after it. With
    /// both written down the stage can go on from here: what it says of later steps is the same
    /// as if it had never stopped. Called once for every step, before `stepped`.
    func kept(_ rows: [SampleRow], _ state: SampleState) throws
    /// A step is done.
    func stepped(_ record: StepRecord) throws
    /// Whether the stage should end after this step.
    var isInterrupted: Bool { get }
}
