/// The files that `Scripts/fetch` brings, each with the name under which it does.
///
/// For messages about a file that is not there: a remedy must help, and the script helps with these
/// files alone.
package enum FetchedFile {
    /// From the project's root.
    package static let names = [
        "Models/smollm2.gguf": "smollm2",
        "Datasets/gsm8k/train.jsonl": "gsm8k",
        "Datasets/gsm8k/test.jsonl": "gsm8k",
        "Datasets/math/train.jsonl": "math",
        "Datasets/math/test.jsonl": "math",
        "Datasets/math500/test.jsonl": "math500",
    ]

    /// The command that brings the file at a path, or nil.
    package static func command(bringing path: String) -> String? {
        names.first { file, _ in path == file || path.hasSuffix("/" + file) }
            .map { "./Scripts/fetch \($0.value)" }
    }
}
