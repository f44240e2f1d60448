import Foundation

/// What rewards that ask a server check of its address and its key.
enum ServerAddress {
    /// What is wrong with a URL, or nil.
    static func problem(_ url: String) -> String? {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty
        else { return "must be an http or https URL, found '\(url)'" }
        guard parts.user == nil, parts.password == nil else {
            return "must not contain a user or a password, which a run writes down; "
                + "give the key with key_variable"
        }
        return nil
    }

    /// What is wrong with the environment variable that a recipe names, or nil.
    static func problem(keyVariable name: String?) -> String? {
        guard let name, key(name) == nil else { return nil }
        return "the environment variable '\(name)' is not set or not a key of printable ASCII; "
            + "export it before the run (the key itself never belongs in a recipe)"
    }

    /// The key in an environment variable.
    static func key(_ variable: String?) -> String? {
        guard let variable, let key = ProcessInfo.processInfo.environment[variable], !key.isEmpty,
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return key
    }
}
