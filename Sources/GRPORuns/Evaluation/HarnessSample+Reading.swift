import GRPOJSON
import GRPOTasks
import GRPOTraining

extension HarnessSample {
    /// Why a row cannot be read.
    struct Fault: Error {
        var key: String
        var found: String
        var expected: String
    }

    /// A problem from its row. A row that lm-evaluation-harness itself has written has no verdict
    /// for each completion: one response, and its `exact_match` of 0 or 1, is what can be read.
    static func problem(_ row: JSONValue) throws(Fault) -> EvaluatedProblem {
        let responses = try self.responses(row)
        let details = row["completions"]?.elements
        guard details == nil || details?.count == responses.count else {
            throw Fault(
                key: "completions", found: "\(details?.count ?? 0) entries",
                expected: "\(responses.count), one for each response")
        }
        let completions = zip(responses, details ?? responses.map { _ in .null }).map {
            Completion(
                text: $0, tokenCount: $1["tokens"]?.integer ?? 0,
                finishReason: reason($1["finish_reason"]))
        }
        let verdicts: [Bool]?
        if let details {
            verdicts = try self.verdicts(details)
        } else {
            verdicts = try share(row, responses.count)
        }
        if verdicts == nil, details == nil {
            throw Fault(
                key: "exact_match", found: "none", expected: "0 or 1, whether the answer is right")
        }
        let greedy = row.present("greedy")
        var problem = EvaluatedProblem(
            problem: try document(row),
            asked: row["arguments"]?["gen_args_0"]?["arg_0"]?.string ?? "",
            opening: row["opening"]?.string ?? "", completions: completions,
            answers: details?.map { $0["answer"]?.string } ?? filtered(row, responses.count),
            isRight: verdicts,
            ungradable: row["ungradable"]?.integer ?? 0,
            greedy: greedy.map {
                Completion(
                    text: $0["text"]?.string ?? "", tokenCount: $0["tokens"]?.integer ?? 0,
                    finishReason: reason($0["finish_reason"]))
            },
            greedyIsRight: greedy?["right"]?.bool, measures: measures(details ?? []))
        // What a row does not say must not count as 0.
        func everyEntry(_ knows: (JSONValue) -> Bool) -> Bool {
            details?.allSatisfy(knows) ?? false
        }
        problem.knowsTokens = everyEntry { $0["tokens"]?.integer != nil }
        problem.knowsEndings = everyEntry {
            $0["finish_reason"]?.string.flatMap(FinishReason.init(rawValue:)) != nil
        }
        return problem
    }

    private static func reason(_ value: JSONValue?) -> FinishReason {
        value?.string.flatMap(FinishReason.init(rawValue:)) ?? .stop
    }

    private static func responses(_ row: JSONValue) throws(Fault) -> [String] {
        guard let requests = row["resps"]?.elements, requests.count == 1,
            let responses = requests[0].elements, !responses.isEmpty
        else {
            throw Fault(
                key: "resps", found: row["resps"]?.summary ?? "none",
                expected: "one list of responses")
        }
        let texts = responses.compactMap(\.string)
        guard texts.count == responses.count else {
            throw Fault(
                key: "resps", found: "what is not text", expected: "texts: a task that generates")
        }
        return texts
    }

    private static func filtered(_ row: JSONValue, _ count: Int) -> [String?] {
        let list = row["filtered_resps"]?.elements ?? []
        let flat = list.first?.elements ?? list
        return (0..<count).map { index in
            let text = index < flat.count ? flat[index].string : nil
            return text == noAnswer ? nil : text
        }
    }

    private static func verdicts(_ details: [JSONValue]) throws(Fault) -> [Bool]? {
        let verdicts = details.map { $0["right"]?.bool }
        if verdicts.allSatisfy({ $0 == nil }) { return nil }
        guard !verdicts.contains(nil) else {
            throw Fault(
                key: "completions", found: "some without a verdict",
                expected: "right: true or false in each, or null in all")
        }
        return verdicts.compactMap { $0 }
    }

    private static func share(_ row: JSONValue, _ count: Int) throws(Fault) -> [Bool]? {
        guard let share = (row["exact_match"] ?? row["acc"])?.number else { return nil }
        guard share == 0 || share == 1 else {
            throw Fault(
                key: "exact_match", found: "\(share) without a verdict for each completion",
                expected: "0 or 1")
        }
        return Array(repeating: share == 1, count: count)
    }

    /// The problem itself, or for a row of the harness's own tasks what names it.
    private static func document(_ row: JSONValue) throws(Fault) -> Problem {
        let document = row["doc"]
        let names = [document?["id"]?.string, row["doc_hash"]?.string]
        guard let id = names.compactMap({ $0 }).first ?? row["doc_id"]?.integer.map({ "\($0)" })
        else {
            throw Fault(key: "doc_id", found: "none", expected: "what names the problem")
        }
        let columns = document?["columns"]?.members?.compactMap { member in
            member.value.string.map { (member.key, $0) }
        }
        return Problem(
            id: id,
            prompt: document?["prompt"]?.string ?? document?["question"]?.string ?? "",
            answer: document?["answer"]?.string ?? row["target"]?.string ?? "",
            columns: Dictionary(columns ?? [], uniquingKeysWith: { first, _ in first }),
            messages: document?["messages"]?.elements?.compactMap { turn in
                turn["role"]?.string.flatMap { role in
                    turn["content"]?.string.map { Message(role: role, content: $0) }
                }
            },
            scenario: document?["scenario"]?.string.flatMap(Scenario.init(rawValue:))
                ?? .reasoning)
    }

    private static func measures(_ details: [JSONValue]) -> [EvaluatedProblem.Measure] {
        let names = details.first?["measures"]?.members?.map(\.key) ?? []
        return names.map { name in
            EvaluatedProblem.Measure(
                name: name, values: details.map { $0["measures"]?[name]?.number })
        }
    }
}
