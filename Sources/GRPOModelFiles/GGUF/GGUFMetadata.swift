package import GRPOTokenizers

/// Typed access to the metadata. A missing key or one of another type is a `ModelFileError` that
/// names the key; with a default, only one of another type is.
extension GGUFFile {
    /// An integer of any width.
    package func integer(_ key: String) throws(ModelFileError) -> Int {
        try value(key, "an integer", \.integer)
    }

    /// An integer of any width, or `fallback` where the key is absent.
    package func integer(_ key: String, default fallback: Int) throws(ModelFileError) -> Int {
        try metadata[key] == nil ? fallback : integer(key)
    }

    /// A floating-point number.
    package func real(_ key: String) throws(ModelFileError) -> Double {
        try value(key, "a floating-point number", \.real)
    }

    /// A floating-point number, or `fallback` where the key is absent.
    package func real(_ key: String, default fallback: Double) throws(ModelFileError) -> Double {
        try metadata[key] == nil ? fallback : real(key)
    }

    /// A truth value.
    package func bool(_ key: String) throws(ModelFileError) -> Bool {
        try value(key, "a truth value") { if case .bool(let value) = $0 { value } else { nil } }
    }

    /// A truth value, or `fallback` where the key is absent.
    package func bool(_ key: String, default fallback: Bool) throws(ModelFileError) -> Bool {
        try metadata[key] == nil ? fallback : bool(key)
    }

    /// A string.
    package func string(_ key: String) throws(ModelFileError) -> String {
        try value(key, "a string") { if case .string(let value) = $0 { value } else { nil } }
    }

    /// A string, or `fallback` where the key is absent.
    package func string(_ key: String, default fallback: String) throws(ModelFileError) -> String {
        try metadata[key] == nil ? fallback : string(key)
    }

    /// An array of strings.
    package func strings(_ key: String) throws(ModelFileError) -> TextList {
        try value(key, "an array of strings") {
            if case .array(.string(let values)) = $0 { values } else { nil }
        }
    }

    /// An array of integers of any width.
    package func integers(_ key: String) throws(ModelFileError) -> [Int] {
        try value(key, "an array of integers") {
            if case .array(let array) = $0 { array.integers } else { nil }
        }
    }

    /// An array of floating-point numbers.
    package func reals(_ key: String) throws(ModelFileError) -> [Double] {
        try value(key, "an array of floating-point numbers") {
            if case .array(let array) = $0 { array.reals } else { nil }
        }
    }

    private func value<Value>(
        _ key: String, _ expected: String, _ convert: (GGUFValue) -> Value?
    ) throws(ModelFileError) -> Value {
        guard let found = metadata[key] else {
            throw ModelFileError(
                file: path, place: .key(key), found: "no such key", expected: expected,
                remedy: "The file lacks what this architecture needs; convert the model again.")
        }
        guard let value = convert(found) else {
            throw ModelFileError(
                file: path, place: .key(key), found: found.summary, expected: expected,
                remedy: "The file is not what this architecture writes; convert the model again.")
        }
        return value
    }
}
