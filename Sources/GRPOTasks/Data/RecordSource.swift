/// A task, texts or pairs whose records stand in a file that a `DataSource` names.
package protocol RecordSource {
    var source: DataSource { get }
}

extension JSONLProblems: RecordSource {}
extension JSONLTexts: RecordSource {}
extension JSONLPairs: RecordSource {}
extension ReasoningGymRows: RecordSource {}
