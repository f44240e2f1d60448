/// Whether bytes are well-formed UTF-8 (The Unicode Standard, table 3-7), found without a copy.
enum UTF8Check {
    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            index += 1
            guard lead >= 0x80 else { continue }
            guard let (second, further) = continuation(of: lead), index < bytes.count,
                second.contains(bytes[index])
            else { return false }
            index += 1
            for _ in 0..<further {
                guard index < bytes.count, (0x80...0xBF).contains(bytes[index]) else {
                    return false
                }
                index += 1
            }
        }
        return true
    }

    /// What the second byte may be, and how many more follow; nil for a byte that begins nothing.
    private static func continuation(
        of lead: UInt8
    ) -> (second: ClosedRange<UInt8>, further: Int)? {
        switch lead {
        case 0xC2...0xDF: (0x80...0xBF, 0)
        case 0xE0: (0xA0...0xBF, 1)
        case 0xED: (0x80...0x9F, 1)
        case 0xE1...0xEF: (0x80...0xBF, 1)
        case 0xF0: (0x90...0xBF, 2)
        case 0xF1...0xF3: (0x80...0xBF, 2)
        case 0xF4: (0x80...0x8F, 2)
        default: nil
        }
    }
}
