import GRPORewards
import Testing

@Suite struct FormatRewardTests {
    @Test(arguments: [
        "<think>7+8=15 5+6+1=12</think><answer>125</answer>",
        "<think>a</think>\n<answer>b</answer>",
        "  \n<think>\nlines\n\nof thought\n</think>\t\r\n<answer>\n1\n</answer>\n",
        "<think>1 < 2 and <b>bold</b></think><answer>x</answer>",
    ])
    func wellFormed(text: String) {
        #expect(FormatReward().isWellFormed(text))
    }

    /// Each way of earning the reward without the format, by name.
    @Test(arguments: [
        ("nothing", ""), ("bare answer", "125"), ("answer only", "<answer>125</answer>"),
        ("thought only", "<think>a</think>"),
        ("empty thought", "<think></think><answer>125</answer>"),
        ("blank thought", "<think> \n\t</think><answer>125</answer>"),
        ("empty answer", "<think>a</think><answer></answer>"),
        ("blank answer", "<think>a</think><answer> </answer>"),
        ("text before", "So: <think>a</think><answer>b</answer>"),
        ("text between", "<think>a</think> so <answer>b</answer>"),
        ("text after", "<think>a</think><answer>b</answer>."),
        ("two thoughts", "<think>a</think><think>b</think><answer>c</answer>"),
        ("two answers", "<think>a</think><answer>b</answer><answer>c</answer>"),
        ("answer first", "<answer>b</answer><think>a</think>"),
        ("answer within the thought", "<think><answer>b</answer></think><answer>b</answer>"),
        ("thought within the answer", "<think>a</think><answer><think>b</answer>"),
        ("nested", "<think>a<answer>b</answer></think>"),
        ("tags stuffed", "<think><think>a</think></think><answer>b</answer>"),
        ("closing tag twice", "<think>a</think></think><answer>b</answer>"),
        ("unclosed answer", "<think>a</think><answer>b"),
        ("unclosed thought", "<think>a<answer>b</answer>"),
        ("crossed", "<think>a<answer></think>b</answer>"),
        ("upper case", "<THINK>a</THINK><ANSWER>b</ANSWER>"),
        ("attribute", "<think >a</think><answer>b</answer>"),
        ("no-break space", "<think>a</think>\u{A0}<answer>b</answer>"),
        ("combining mark", "<think>a</think><answer>b</answer>\u{301}"),
        ("no opening tag", "a</think><answer>b</answer>"),
    ])
    func malformed(trick: String, text: String) {
        #expect(!FormatReward().isWellFormed(text), "\(trick)")
    }

    @Test func promptThatOpensTheThought() {
        let reward = FormatReward(promptOpensThought: true)
        #expect(reward.isWellFormed("a</think><answer>b</answer>"))
        // As a stage hands it over behind a prompt that ends in the tag.
        #expect(reward.isWellFormed("<think>\na</think><answer>b</answer>"))
        #expect(!reward.isWellFormed("<think>\n<think>a</think><answer>b</answer>"))
        #expect(!reward.isWellFormed("a<think>b</think><answer>c</answer>"))
        #expect(!reward.isWellFormed("</think><answer>b</answer>"))
    }

    @Test func blankThoughtWhereAllowed() {
        let reward = FormatReward(promptOpensThought: false, allowBlankThought: true)
        #expect(reward.isWellFormed("<think></think><answer>b</answer>"))
        #expect(!reward.isWellFormed("<think></think><answer></answer>"))
    }
}

/// DeepSeek-R1's own layout.
@Suite struct ThinkLayoutTests {
    private let reward = FormatReward(layout: .think)

    /// The five strings that TRL's tests of `think_format_reward` call valid.
    @Test(arguments: [
        "<think>This is my reasoning.</think>This is my answer.",
        "<think>\nThis is my reasoning.\n</think>\nThis is my answer.",
        "<think>\nThis is\nmy reasoning.\n</think>\nThis is my answer.",
        "<think>\nThis is <some tag> my reasoning.</think>\nThis is my answer.",
        "<think></think>\nThis is my answer.",
    ])
    func validForTRL(text: String) {
        #expect(reward.isWellFormed(text))
    }

    /// The nine that they call invalid.
    @Test(arguments: [
        "<think>\nThis is my reasoning.\nThis is my answer.",
        "<think>This is my reasoning.\nThis is my answer.",
        "This is my reasoning. This is my answer.", "This is my reasoning.\nThis is my answer.",
        "This is my reasoning.</think>\nThis is my answer.",
        "This is my reasoning.</think>This is my answer.",
        "This<think>is my reasoning.</think>\nThis is my answer.",
        "<think>This is<think>my reasoning.</think></think>This is my answer.",
        "<think>This is</think>\nmy\n<think>reasoning.</think>\nThis is my answer.",
    ])
    func invalidForTRL(text: String) {
        #expect(!reward.isWellFormed(text))
    }

    @Test(arguments: [
        ("no answer", "<think>a</think>"), ("a blank answer", "<think>a</think> \n"),
        ("closed twice", "<think>a</think>b</think>c"), ("closed first", "</think><think>a"),
        ("nothing", ""), ("upper case", "<THINK>a</THINK>b"),
    ])
    func stricterThanTRL(trick: String, text: String) {
        #expect(!reward.isWellFormed(text), "\(trick)")
    }

    @Test func aBlankThoughtCanBeRefused() {
        let strict = FormatReward(layout: .think, allowBlankThought: false)
        #expect(!strict.isWellFormed("<think> \n</think>b"))
        #expect(strict.isWellFormed("<think>a</think>b"))
        #expect(!FormatReward().isWellFormed("<think></think><answer>b</answer>"))
    }

    @Test func thePromptCanOpenTheThought() {
        let opened = FormatReward(layout: .think, promptOpensThought: true)
        #expect(opened.isWellFormed("a</think>b"))
        #expect(opened.isWellFormed("<think>a</think>b"))
        #expect(!opened.isWellFormed("<think><think>a</think>b"))
        #expect(!opened.isWellFormed("a</think>"))
    }

    @Test func eachLayoutRefusesWhatIsTheOthersAlone() {
        #expect(reward.isWellFormed("<think>a</think><answer>b</answer>"))
        #expect(!FormatReward().isWellFormed("<think>a</think>b"))
    }
}
