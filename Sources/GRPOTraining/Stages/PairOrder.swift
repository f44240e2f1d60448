import GRPOTasks
import GRPOTensors

/// The order in which a stage shows preference pairs: those with an end are shuffled anew in every
/// epoch, and each shown once in each.
struct PairOrder {
    private let random: RandomStream
    private let shuffles: RandomStream
    /// Nil where the pairs have no end.
    private let count: Int?

    init(count: Int?, seed: UInt64, stage: String) {
        self.count = count
        random = RandomStream(seed: seed, name: "\(stage)/pairs")
        shuffles = RandomStream(seed: seed, name: "\(stage)/shuffle")
    }

    /// The pairs shown as these numbers, counted from 0 over all epochs. What a pair draws hangs on
    /// its place alone, not on how many pairs a step takes.
    func pairs(_ places: Range<Int>, of source: any PairSource) -> [PreferencePair] {
        var epoch = -1
        var order: IndexPermutation?
        return places.map { place in
            guard let count else {
                var generator: any RandomNumberGenerator = random.generator(step: 0, slot: place)
                return source.pair(place, using: &generator)
            }
            let (pass, rest) = place.quotientAndRemainder(dividingBy: count)
            if pass != epoch {
                var generator = shuffles.generator(step: pass, slot: 0)
                order = IndexPermutation(count: count, seed: generator.next())
                epoch = pass
            }
            let index = order?[rest] ?? rest
            var generator: any RandomNumberGenerator = random.generator(step: pass, slot: index)
            return source.pair(pass * count + index, using: &generator)
        }
    }
}
