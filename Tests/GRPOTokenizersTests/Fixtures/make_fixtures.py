"""Makes the fixtures of the tokenizer tests with Hugging Face `tokenizers` and `transformers`.

    python make_fixtures.py --gguf SmolLM2-135M-Instruct.Q4_1.gguf --corpus TEXT

CORPUS is any English text file to train the two small vocabularies on (the committed ones: the
questions and answers of GSM8K's training set). Needs the packages tokenizers, transformers, gguf.
"""

import argparse
import hashlib
import json
import pathlib
import random

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

HERE = pathlib.Path(__file__).parent
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def save(name, value, **options):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), **options)
    (HERE / name).write_text(text + "\n", encoding="utf-8")


# Strings --------------------------------------------------------------------------------------

WRITTEN = [
    "", " ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", " \n", "\n ", "\t \n \t", "a", " a", "a ",
    "  a", "a  ", "a  b", "a   b", "a\nb", "a\n\nb", "a \n b", "\n\n\nabc", "   \n   x", "\t\tx",
    "x\t\t", "x\r\n\r\ny", " \r\n z", "end \n", "end\n\n\n", "a\u000bb", "a\u000cb", "\u000b\u000c a",
    "Hello, world!", "hello world", " Hello  World ", "HELLO", "The quick brown fox jumps over 13 lazy dogs.",
    "I'm you're he'll she'd it's we've can't", "I'M YOU'RE HE'LL SHE'D IT'S WE'VE CAN'T",
    "'s 't 're 've 'm 'll 'd", "'S 'T 'RE 'VE 'M 'LL 'D", "''s", "'''''s", "!'s", "a's's's", "'", "''",
    " 's", "  's", "\n's", "1's 2're", "x'll x'l x'r x're", "'ll'l'lll", "\u2019s \u2019t we\u2019re",
    "o'clock rock'n'roll 'tis 'twas d'Artagnan", "'re're", "'r e", "'v've",
    "0", "1", "12", "123", "1234567890", " 1", "  1", "   12", "a1", "1a", "a1b2c3", "1 2 3", "1  2   3",
    "3.14159", "1,234,567.89", "-42", "+1-2*3/4=5%", "$100.00", "1e-5", "0x1F", "v1.2.3-rc4", "2024-01-31",
    "12:34:56", "\n1", "\n\n12", "\t7", " \n 7", "7 \n", "x 7 \n\n 8 y", "Q:57+68=?", "What is 3 + 14?",
    "<think>57+68=125</think><answer>125</answer>", "#### 72", "48/2 = <<48/2=24>>24 clips",
    "\u0661\u0662\u0663", "\u0967\u0968\u0969", "\uff11\uff12\uff13", "\u00bd \u00bc \u00b2\u00b3", "\u2167 \u2460 \u3007", "\U0001d7d8\U0001d7d9",
    "x\u00b2+y\u00b2=z\u00b2", "H\u2082O CO\u2082", "10\u2076", " \u0661 \u00bd", "\u096d\u096e abc \u096f", "\U00010a40 \U0001f101",
    "\U00011de0 \U00011de1", "\U00016ff4\U00016ff5", "\U00011df0abc", " \U00011de0", "x\U00011de0y", "  \U00011de3  ",
    "def f(x):\n    return x + 1\n", "if (a == b) {\n\t\treturn !c && d || e;\n}\n", "#include <stdio.h>\nint main(void) { printf(\"%d\\n\", 3); }",
    "SELECT * FROM t WHERE a >= 10 AND b <> 'x';", "let s = \"\\u{1F600}\"", "<div class=\"a\">&nbsp;</div>", "{\"k\": [1, 2.5, null, true]}",
    "for i in range(10):\n        print(i)\n\n\n    pass", "a_b __init__ CamelCase snake_case kebab-case", "->=>==!=<=>=::...", "//////", "-----", "=====", "*****",
    "................................", "________________________________", "    " * 20 + "x", "\n" * 40, "\t" * 17 + "y", " " * 100,
    " " * 101 + "1", "!" * 99, "a" * 300, "ab" * 200, " a" * 150, "A" * 64, "x" * 47, "x" * 48, "x" * 49, "x" * 50, "\u00e9" * 40,
    "caf\u00e9", "cafe\u0301", "na\u00efve", "nai\u0308ve", "\u00c5 \u212b A\u030a", "\ufb01 \uff46\uff49", "\u1e9e\u00df", "\u0130i\u0131I", "a\u0300\u0301\u0302\u0303", "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e\u0320\u034dA",
    "\u0301", " \u0301", "\u0301a", "\u0e01\u0e33\u0e25\u0e31\u0e07", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e", "\u0ba8\u0bbf", "\uac00\uac01\u1100\u1161\u11a8", "\ud55c\uad6d\uc5b4 \ubb38\uc7a5",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8", "\u3042\u3044\u3046\u3048\u304a\u30fb\u30a2\u30a4\u30a6", "\U00020000\U0002a6df", "\u4e00\u4e8c\u4e093\u56db5", "\u3000\u5168\u89d2\u3000\u7a7a\u767d",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "abc \u202e\u05d0\u05d1\u05d2\u202c def", "\u200f\u200e\u061c", "\u0627\u0644\u0633\u0639\u0631 12\u066b5",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!", "\u0393\u03b5\u03b9\u03ac \u03c3\u03bf\u03c5 \u039a\u03cc\u03c3\u03bc\u03b5", "\u10d2\u10d0\u10db\u10d0\u10e0\u10ef\u10dd\u10d1\u10d0", "\u13a3\u13b3\u13a9", "\U00010400\U00010428", "\U0001e900\U0001e922",
    "\U0001f600", "\U0001f600\U0001f601", " \U0001f600 ", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f44d\U0001f3fd", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", "\u2764\ufe0f\u200d\U0001f525", "1\ufe0f\u20e3", "\u00a9\ufe0f\u2122", "a\U0001f600b\U0001f601 c",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\u2603\u2744", "\u2192\u21d2\u2200x\u2208\u211d", "\u222b\u2080\u00b9 x\u00b2 dx = \u2153", "\u201cquoted\u201d \u2018text\u2019 \u2014 dash \u2026", "\u20ac\u00a3\u00a5\u20bf", "\u00a7\u00b6\u2020\u2021",
    "\u00a0", " \u00a0", "\u00a0 ", "a\u00a0b", "a \u00a0 b", "\u00a0\u00a0x", "\u00a05", "\u2003em\u2003space", "\u2009\u200a thin", "\u200bzero\u200bwidth", "\u2028line\u2029para", "a\u2028 b", "\u202f\u205f\u3000", "\u1680ogham", "\u180emongol", "\ufeffbom", "\u0085next\u0085", " \u0085 x", "a\u0085\u0085b", "\u2060\u00ad soft\u00adhyphen",
    "\x00", "\x01\x02\x03", "a\x00b", "\x06", "x\x06y", "the\x06re", "\x11\x12 \x13", "\x1b[31mred\x1b[0m", "\x7f", "\x80\x9f", "\x1c\x1d\x1e\x1f", "a\x1cb", " \x1f ",
    "\u00c1\u00c0", "\u00ff\u00fe", "\U00050000", "\U000f0000\U0010fffd", "\ufffd", "\ufffe\uffff", "\U0010ffff", "\ue000\uf8ff", "\u0378\u0379", "\U000e0001", "\u088f\u0c5c\u0cdc", "\ua7ce\ua7cf\ua7d2 x", " \U00016ea0abc", "\U000323b0\u4e00", "\u1c89\u1c8a \ua7cb",
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_start|>user\nHi<|im_end|>\n", "a<|im_end|>b", " <|im_end|> ", "<|im_end|><|im_end|>", "<|im_end|", "<|im_end", "|im_end|>", "<<|im_end|>>", "<|im_<|im_end|>end|>", "<|IM_END|>", "< |im_end|>", "<|endoftext|>  <|endoftext|>1", "  <|im_start|>\n\n<|im_end|>  x", "1<|im_end|>2", "<repo_name>a/b<file_sep>c.py\n<filename>", "<issue_start><issue_comment>text<issue_closed>", "<jupyter_code>x=1<jupyter_output>1<empty_output>",
    "<|end|>", "<|end|>oftext|>", "<|en", "<|endoftext", "<think>", "<think>x</think>", " <think> ", "<thi<think>nk>", "a<|en<|end|>", "<|en<|endoftext|>",
    "https://example.org/a/b?c=d&e=%20f#g", "user@example.org", "C:\\Windows\\System32", "~/.config/x.yaml", "a/b/c.d.e", "@user #tag $var", "\\frac{1}{2} \\boxed{42}", "`code` **bold** _it_ [a](b)", "| a | b |\n|---|---|\n| 1 | 2 |", "1. one\n2. two\n   - three",
    "A conversation between User and Assistant. The user asks a question, and the Assistant solves it.",
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May.",
]  # fmt: skip

PIECES = [
    "the", " The", "ing", " un", "X", "\u00e9", "\u0301", "\u03b1\u03b2", "\u4e2d\u6587", "\u3042", "\u0639\u0631", "\u05d0", "\uac00", "\U0001f600", "\u200d", "\ufe0f",
    "\U0001f468\u200d\U0001f469", "0", "7", "42", "\u0663", "\u00bd", "\u00b2", "\U0001d7d8", "\U00011de0", " ", " ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\u0085",
    "\u2028", "'", "'s", "'re", "'LL", "'d", "\u2019", ".", ",", "!", "?!", "-", "_", "(", ")", "{", "}", "<", "|", ">", "=", "==", "\"", "\\", "/", "#", "\x00", "\x06", "\x1b", "\ufffd", "\ue000", "\U0010ffff",
    "<|im_end|>", "<|endoftext|>", "<think>", "<|im", "\u088f", "\ua7d2", "A", "z", "q", "\u0130",
]  # fmt: skip


def strings():
    random.seed(2)
    mixed = ["".join(random.choices(PIECES, k=random.randint(2, 24))) for _ in range(220)]
    letters = "etaoinshrdlu"
    long = [
        "".join(random.choices(letters, k=10_000)),
        "".join(random.choices("\u4e00\u4e8c\u4e09\u56db\u4e94\u0301\u00e9ab", k=3_000)),
        "=" * 5_000,
        " " * 5_000 + "x",
        "".join(random.choices("0123456789", k=1_000)),
    ]
    return WRITTEN + mixed + long


# Tokenizers -----------------------------------------------------------------------------------

SMOLLM2_SPLIT = pre_tokenizers.Sequence(
    [
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ]
)
GPT2_SPLIT = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
CONTROL, NORMAL, USER_DEFINED = 3, 1, 4


def trained(split, corpus):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = split
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1995,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def finished(vocabulary, merges, split, specials, user_defined=()):
    """A tokenizer of the given parts; added tokens are cut out exactly as they are spelt."""
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = split
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in specials])
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in user_defined])
    return tokenizer


def described(tokenizer, name, merges, pre, specials, user_defined, **settings):
    ids = tokenizer.get_vocab(with_added_tokens=True)
    tokens = sorted(ids, key=ids.get)
    assert [ids[t] for t in tokens] == list(range(len(tokens)))
    return {
        "kind": "byte_pair",
        "name": name,
        "tokens": tokens,
        "token_types": [
            CONTROL if t in specials else USER_DEFINED if t in user_defined else NORMAL
            for t in tokens
        ],
        "merges": merges,
        "pre_tokenizer": pre,
        "adds_bos": False,
        **settings,
    }


def expected(tokenizer, texts, seed):
    """Ids with special tokens recognised and without, and what the first decode to."""
    rows = []
    for text in texts:
        tokenizer.encode_special_tokens = False
        special = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        row = {"ids": special}
        if plain != special:
            row["plain"] = plain
        decoded = tokenizer.decode(special, skip_special_tokens=False)
        if decoded != text:
            row["decoded"] = decoded
        rows.append(row)
    tokenizer.encode_special_tokens = False
    # Ids at random, mostly single bytes: broken UTF-8.
    random.seed(seed)
    size = tokenizer.get_vocab_size()
    noise = [
        [random.randrange(300 if random.random() < 0.8 else size) for _ in range(40)]
        for _ in range(60)
    ]
    return {
        "strings": rows,
        "noise": [
            {"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)}
            for ids in noise
        ],
    }


# Templates ------------------------------------------------------------------------------------

PLAIN_CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + "
    "message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TEMPLATES = {
    "plain": PLAIN_CHATML,
    "no generation prompt": PLAIN_CHATML[: PLAIN_CHATML.index("{% if add")],
    "spread": """{# ChatML #}
{%- for message in messages -%}
    {% if loop.first and messages[0].role != "system" %}
        {{- "<|im_start|>system\\nYou are a \\"helpful\\" assistant.<|im_end|>\\n" -}}
    {% endif %}
    {{- '<|im_start|>' ~ message.role ~ "\\n" -}}
    {{- message.content + '<|im_end|>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- '<|im_start|>assistant\\n' -}}
{%- endif -%}
""",
    "text outside": """{% for message in messages %}
<|im_start|>{{ message['role'] }}
{{ message['content'] }}<|im_end|>
    {% endfor %}
{% if add_generation_prompt %}
<|im_start|>assistant
{% endif %}
""",
}


def message(role, content):
    return {"role": role, "content": content}


CONVERSATIONS = [
    [message("user", "What is 3 + 14?")],
    [message("system", "Be brief."), message("user", "Hi")],
    [message("system", "")],
    [message("user", "Hi"), message("assistant", "Hello! How can I help?"), message("user", "1+1?")],
    [
        message("system", "You add."),
        message("user", "\n\n leading and trailing \n"),
        message("assistant", "<think>\nx</think>2"),
        message("user", "  'quoted' \u4f60\u597d \U0001f600"),
    ],
    [message("user", ""), message("assistant", "")],
    [message("user", "Hi"), message("system", "late"), message("tool", "{\"a\": 1}")],
]


def chats(tokenizer, templates):
    result = []
    for name, template in templates.items():
        fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=template)
        for messages in CONVERSATIONS:
            for opens in (False, True):
                text = fast.apply_chat_template(
                    messages, tokenize=False, add_generation_prompt=opens
                )
                result.append(
                    {
                        "template": name,
                        "messages": messages,
                        "add_generation_prompt": opens,
                        "text": text,
                        "ids": tokenizer.encode(text, add_special_tokens=False).ids,
                    }
                )
    return {"templates": templates, "chats": result}


# Unicode --------------------------------------------------------------------------------------


def ranges(scalars):
    out = []
    for value in sorted(scalars):
        if out and out[-1][1] == value - 1:
            out[-1][1] = value
        else:
            out.append([value, value])
    return out


def scalar_classes():
    every = [v for v in range(0x110000) if not 0xD800 <= v <= 0xDFFF]

    def matching(pattern):
        kept = pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True)
        found = set()
        for start in range(0, len(every), 4096):
            text = "".join(map(chr, every[start : start + 4096]))
            for piece, _ in kept.pre_tokenize_str(text):
                found.update(map(ord, piece))
        return ranges(found)

    digits = pre_tokenizers.Digits(individual_digits=True)
    isolated = [v for v in every if len(digits.pre_tokenize_str("a" + chr(v))) == 2]
    return {
        "letter": matching(r"\p{L}"),
        "number": matching(r"\p{N}"),
        "space": matching(r"\s"),
        "isolated": ranges(isolated),
    }


# ----------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", required=True, type=pathlib.Path)
    parser.add_argument("--corpus", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    digest = hashlib.sha256(arguments.gguf.read_bytes()).hexdigest()
    assert digest == GGUF_SHA256, f"{arguments.gguf}: {digest}, expected {GGUF_SHA256}"
    texts = strings()
    save("strings.json", texts)
    save("scalar_classes.json", scalar_classes())

    corpus = arguments.corpus.read_text(encoding="utf-8").splitlines(keepends=True)
    corpus += [t for t in texts if len(t) < 1000] * 3
    for name, split, pre, seed in [
        ("small-gpt2", GPT2_SPLIT, "gpt-2", 3),
        ("small-smollm", SMOLLM2_SPLIT, "smollm", 4),
    ]:
        parts = json.loads(trained(split, corpus).to_str())["model"]
        specials, user_defined = ["<|endoftext|>", "<|end|>", "<|im_end|>"], ["<think>", "<|en"]
        tokenizer = finished(
            parts["vocab"], [tuple(m) for m in parts["merges"]], split, specials, user_defined
        )
        description = described(
            tokenizer, name, [" ".join(m) for m in parts["merges"]], pre, specials, user_defined,
            bos_id=tokenizer.token_to_id("<|endoftext|>"),
            end_of_text_ids=[tokenizer.token_to_id("<|endoftext|>")],
        )  # fmt: skip
        save(f"{name}.json", description)
        save(f"{name}-ids.json", expected(tokenizer, texts, seed))

    fields = gguf.GGUFReader(arguments.gguf).fields
    get = {k: fields[f"tokenizer.ggml.{k}"].contents() for k in ("tokens", "token_type", "merges")}
    tokens, merges = get["tokens"], get["merges"]
    bytes_end = len(tokens) - len(merges)
    specials = [t for t, kind in zip(tokens, get["token_type"]) if kind == CONTROL]
    # What the tests rebuild: the vocabulary is its specials, its bytes, then one token per merge.
    assert tokens[: len(specials)] == specials
    assert tokens[bytes_end:] == [m.replace(" ", "") for m in merges]
    template = fields["tokenizer.chat_template"].contents()
    tokenizer = finished(
        {t: i for i, t in enumerate(tokens)},
        [tuple(m.split(" ")) for m in merges],
        SMOLLM2_SPLIT,
        specials,
    )
    description = described(
        tokenizer, "smollm2", [], fields["tokenizer.ggml.pre"].contents(), specials, [],
        bos_id=fields["tokenizer.ggml.bos_token_id"].contents(),
        end_of_text_ids=[fields["tokenizer.ggml.eos_token_id"].contents()],
        pad_id=fields["tokenizer.ggml.padding_token_id"].contents(),
        chat_template=template,
    )  # fmt: skip
    assert description["tokens"] == tokens and description["token_types"] == get["token_type"]
    description["tokens"] = tokens[:bytes_end]
    description["token_types"] = get["token_type"][:bytes_end]
    save("smollm2.json", description)
    (HERE / "smollm2-merges.txt").write_text("\n".join(merges) + "\n", encoding="utf-8")
    save("smollm2-ids.json", expected(tokenizer, texts, 5))
    save("chats.json", chats(tokenizer, {"smollm2": template, **TEMPLATES}))


if __name__ == "__main__":
    main()
