/// A safetensors file written byte by byte, right or wrong, for the tests.
struct SafetensorsBytes {
    var header: String
    var data: [UInt8] = []
    /// What the file claims, where it is not the truth.
    var claimedLength: UInt64?

    var bytes: [UInt8] {
        GGUFBytes.integer(claimedLength ?? UInt64(header.utf8.count)) + Array(header.utf8) + data
    }

    /// One tensor's entry.
    static func entry(
        _ name: String, _ type: String = "F32", _ shape: String = "[1]", _ begin: Int = 0,
        _ end: Int = 4
    ) -> String {
        #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
    }

    /// A file of these entries and this many zeros.
    init(_ entries: String..., zeros: Int) {
        header = "{" + entries.joined(separator: ",") + "}"
        data = [UInt8](repeating: 0, count: zeros)
    }

    init(header: String, data: [UInt8] = []) {
        self.header = header
        self.data = data
    }

    /// A small right file: three types, a scalar and an empty tensor.
    static func sample() -> SafetensorsBytes {
        var file = SafetensorsBytes(
            entry("h", "F16", "[2]", 24, 28), entry("w", "F32", "[2, 3]", 0, 24),
            entry("b", "BF16", "[]", 28, 30), entry("none", "F32", "[0, 5]", 30, 30),
            #""__metadata__":{"format":"pt","a":"\u00e9\n"}"#, zeros: 0)
        let values: [Float] = [1, 2, 3, 4, 5, 6]
        file.data = values.flatMap { GGUFBytes.integer($0.bitPattern) }
        file.data += GGUFBytes.integer(UInt16(0x3C00)) + GGUFBytes.integer(UInt16(0xC000))
        file.data += GGUFBytes.integer(UInt16(0x4049))
        return file
    }
}
