import GRPOJSON
import GRPOTasks

/// A group as a program or a server is asked about it: one JSON object on one line.
///
///     {"id": 17, "step": 3, "max_steps": 100, "problem_id": "57+68", "scenario": "reasoning",
///      "prompt": "Q:57+68=?", "messages": null, "answer": "125", "columns": {"a": 57},
///      "completions": ["...", "..."], "token_counts": [12, 40],
///      "finish_reasons": ["stop", "length"], "seed": 6513270269}
///
/// `messages` is the conversation a chat prompt shows where it is more than the question. `columns`
/// are all the other columns of the data set, with the types they have there. `seed` is 53 bits
/// that belong to this group in this step: what draws must draw from it.
package struct GroupRequest: Sendable {
    package let id: Int
    package let group: RewardGroup

    package init(id: Int, group: RewardGroup) {
        self.id = id
        self.group = group
    }

    /// Without a line end; contains none.
    package var line: String {
        JSONValue.object([
            "id": .int(id),
            "step": .int(group.step),
            "max_steps": group.maxSteps.map { .int($0) } ?? .null,
            "problem_id": .string(group.problem.id),
            "scenario": .string(group.problem.scenario.rawValue),
            "prompt": .string(group.problem.prompt),
            "messages": messages,
            "answer": .string(group.problem.answer),
            "columns": .object(columns),
            "completions": .array(group.completions.map { .string($0.text) }),
            "token_counts": .array(group.completions.map { .int($0.tokenCount) }),
            "finish_reasons": .array(group.completions.map { .string($0.finishReason.rawValue) }),
            "seed": .int(Int(group.seed >> 11)),
        ]).text
    }

    private var messages: JSONValue {
        guard let messages = group.problem.messages else { return .null }
        return .array(
            messages.map { .object(["role": .string($0.role), "content": .string($0.content)]) })
    }

    /// In the order of their names: equal groups make equal lines.
    private var columns: [JSONValue.Member] {
        let problem = group.problem
        return problem.columns.sorted { $0.key < $1.key }.map { name, text in
            let value = problem.jsonColumns.contains(name) ? JSONValue(text) : nil
            return JSONValue.Member(key: name, value: value ?? .string(text))
        }
    }
}
