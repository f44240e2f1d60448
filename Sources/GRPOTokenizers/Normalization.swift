import Foundation

/// One step of what is done to a text before it is split.
package enum NormalizationStep: Codable, Equatable, Sendable {
    /// Unicode's canonical composition (UAX 15).
    case nfc
    /// Unicode's compatibility composition (UAX 15).
    case nfkc
    /// Puts a string before every stretch of text between added tokens.
    case prepend(String)
    case replace(String, with: String)
    /// Writes spaces as `▁` and puts one before a stretch that does not begin with it; done last,
    /// when all added tokens are cut out.
    case metaspace(Prefix)

    /// Which stretches get a `▁` before them.
    package enum Prefix: String, Codable, Sendable {
        case always
        /// The one that begins the text.
        case first
        case never
    }

    var isMetaspace: Bool { if case .metaspace = self { true } else { false } }
}

extension [NormalizationStep] {
    /// The normalised stretch of text; `isFirst` says whether the text begins with it.
    func normalize(_ text: String, isFirst: Bool) -> String {
        reduce(text) { $1.apply(to: $0, isFirst: isFirst) }
    }
}

extension NormalizationStep {
    fileprivate func apply(to text: String, isFirst: Bool) -> String {
        switch self {
        case .nfc:
            return text.unicodeScalars.allSatisfy(isUnchangedByNFC)
                ? text : composingHangul(text.precomposedStringWithCanonicalMapping)
        case .nfkc:
            return text.utf8.allSatisfy { $0 < 0x80 }
                ? text : composingHangul(text.precomposedStringWithCompatibilityMapping)
        case .prepend(let prefix):
            return text.isEmpty ? text : prefix + text
        case .metaspace(let prefix):
            let spaced = replacing(" ", with: "\u{2581}", in: text)
            let isWanted = prefix == .always || prefix == .first && isFirst
            let isThere = spaced.utf8.starts(with: "\u{2581}".utf8)
            return isWanted && !isThere ? "\u{2581}" + spaced : spaced
        case .replace(let found, let replacement):
            return replacing(found, with: replacement, in: text)
        }
    }

    /// Byte by byte, since canonically equal strings are equal to `String`.
    private func replacing(_ found: String, with new: String, in text: String) -> String {
        let (found, new) = (Array(found.utf8), Array(new.utf8))
        guard let first = found.first else { return text }
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.contains(first) else { return String(decoding: bytes, as: UTF8.self) }
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count + bytes.count / 2)
            var position = 0
            while position < bytes.count {
                if bytes[position] == first, bytes[position...].starts(with: found) {
                    result += new
                    position += found.count
                } else {
                    result.append(bytes[position])
                    position += 1
                }
            }
            return String(decoding: result, as: UTF8.self)
        }
    }
}

/// Composes a Hangul syllable without a final consonant and the final that follows it (The Unicode
/// Standard, 3.12), which Foundation's composition leaves apart.
private func composingHangul(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { (0x11A8...0x11C2).contains($0.value) }) else {
        return text
    }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if (0x11A8...0x11C2).contains(scalar.value), let last = result.last,
            (0xAC00..<0xD7A4).contains(last.value), (last.value - 0xAC00) % 28 == 0,
            let whole = Unicode.Scalar(last.value + scalar.value - 0x11A7)
        {
            result.removeLast()
            result.append(whole)
        } else {
            result.append(scalar)
        }
    }
    return String(result)
}

/// Whether a scalar is composed as it stands, whatever its neighbours: true only of blocks known to
/// hold no mark and nothing that decomposes without composing again.
private func isUnchangedByNFC(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300, 0x400..<0x483, 0x2010..<0x2060, 0x3400..<0xA000, 0x3000..<0x302A,
        0x3041..<0x3097, 0x309B..<0x3100, 0xAC00..<0xD7A4, 0xFF01..<0xFFE0, 0x1F000..<0x1FB00:
        true
    default: false
    }
}
