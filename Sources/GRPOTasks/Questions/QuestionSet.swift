/// The problems of one or two files.
package struct QuestionSet: Sendable {
    /// Held out, each once.
    package let test: [Problem]
    /// To train on, without what is held out.
    package let train: [Problem]
    private let testIDs: Set<String>
    private let trainIDs: Set<String>

    init(test: [Problem], train: [Problem]) {
        var seen: Set<String> = []
        self.test = test.filter { seen.insert($0.id).inserted }
        let held = seen
        self.train = train.filter { !held.contains($0.id) }
        testIDs = held
        trainIDs = Set(self.train.map(\.id))
    }

    func contains(_ problem: Problem, in split: Split) -> Bool {
        (split == .train ? trainIDs : testIDs).contains(problem.id)
    }
}
