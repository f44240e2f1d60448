/// Where the records of a file begin: four bytes for each, and eight in a file beyond 4 GiB, so that
/// the list of many short records is no larger than they are.
struct RecordOffsets: RandomAccessCollection {
    private var near: [UInt32] = []
    /// Those that do not fit, which stand behind all that do.
    private var far: [Int] = []

    var startIndex: Int { 0 }
    var endIndex: Int { near.count + far.count }

    subscript(place: Int) -> Int {
        place < near.count ? Int(near[place]) : far[place - near.count]
    }

    mutating func reserveCapacity(_ count: Int) { near.reserveCapacity(count) }

    /// Adds an offset, which lies behind all before.
    mutating func append(_ offset: Int) {
        if let offset = UInt32(exactly: offset) {
            near.append(offset)
        } else {
            far.append(offset)
        }
    }
}
