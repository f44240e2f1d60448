package import GRPOTasks
import GRPOTensors

/// The order in which a stage shows documents: data with an end is shuffled anew in every epoch,
/// and each of its documents shown once in each.
package struct TextOrder {
    private let random: RandomStream
    private let shuffles: RandomStream
    /// Nil where the documents have no end.
    private let count: Int?

    package init(count: Int?, seed: UInt64, stage: String) {
        self.count = count
        random = RandomStream(seed: seed, name: "\(stage)/documents")
        shuffles = RandomStream(seed: seed, name: "\(stage)/shuffle")
    }

    /// The document shown as number `place`, counted from 0 over all epochs. What it draws hangs on
    /// that place alone, not on how many documents a step takes.
    package func document(_ place: Int, of source: any TextStream) -> TextDocument {
        var index = place
        var epoch = 0
        if let count {
            let (pass, rest) = place.quotientAndRemainder(dividingBy: count)
            var generator = shuffles.generator(step: pass, slot: 0)
            let order = IndexPermutation(count: count, seed: generator.next())
            epoch = pass
            index = pass * count + order[rest]
        }
        var generator: any RandomNumberGenerator = random.generator(
            step: epoch, slot: count.map { index % $0 } ?? index)
        return source.document(index, using: &generator)
    }
}
