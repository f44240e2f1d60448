package import GRPOTasks
import GRPOTensors

/// The order in which a stage shows its data: what has an end is shuffled anew in every epoch, and
/// each of it shown once in each. What is drawn hangs on the place alone, counted from 0 over all
/// epochs, not on how much a step takes.
package struct EpochOrder {
    private let random: RandomStream
    private let shuffles: RandomStream
    /// Nil where the data has no end.
    private let count: Int?

    /// - Parameter data: names the random numbers, such as "documents".
    package init(count: Int?, seed: UInt64, stage: String, data: String) {
        self.count = count
        random = RandomStream(seed: seed, name: "\(stage)/\(data)")
        shuffles = RandomStream(seed: seed, name: "\(stage)/shuffle")
    }

    /// The index in the source of what is shown at a place, and the randomness it is drawn with.
    package func draw(_ place: Int) -> (index: Int, generator: any RandomNumberGenerator) {
        guard let count else { return (place, random.generator(step: 0, slot: place)) }
        let (epoch, rest) = place.quotientAndRemainder(dividingBy: count)
        var shuffle = shuffles.generator(step: epoch, slot: 0)
        let slot = IndexPermutation(count: count, seed: shuffle.next())[rest]
        return (epoch * count + slot, random.generator(step: epoch, slot: slot))
    }
}

extension EpochOrder {
    /// The document shown at a place.
    package func document(_ place: Int, of source: any TextStream) -> TextDocument {
        var (index, generator) = draw(place)
        return source.document(index, using: &generator)
    }

    /// The pairs shown at these places.
    func pairs(_ places: Range<Int>, of source: any PairSource) -> [PreferencePair] {
        places.map { place in
            var (index, generator) = draw(place)
            return source.pair(index, using: &generator)
        }
    }
}
