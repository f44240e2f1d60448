"""Makes the fixtures of the tokenizer families with Hugging Face `tokenizers`.

Each family is its exact normalizer, pre-tokenizer, model settings and decoder around a small
vocabulary trained here on a text of your choice; `families.json` holds one checksum a string.

    python make_family_fixtures.py --corpus TEXT
"""

import argparse
import json
import pathlib
import random
import struct

import make_fixtures as base
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, trainers
from tokenizers import pre_tokenizers as pre

HERE = pathlib.Path(__file__).parent
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")
QWEN35 = QWEN2.replace(r"?\p{L}+", r"?[\p{L}\p{M}]+").replace(r"[^\s\p{L}", r"[^\s\p{L}\p{M}")
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SCRIPTS = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
PUNCTUATION = "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+"
LETTERS = (HERE / "deepseek-letters.txt").read_text(encoding="utf-8").strip()
DEEPSEEK_V3 = (
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
)


def split(*patterns, digits=False):
    steps = [pre.Split(Regex(p), "isolated") for p in patterns]
    if digits:
        steps.append(pre.Digits(individual_digits=True))
    return pre.Sequence([*steps, pre.ByteLevel(add_prefix_space=False, use_regex=False)])


GPT2 = pre.ByteLevel(add_prefix_space=False, use_regex=True)
BYTE_LEVEL = {
    "gpt-2": GPT2,
    "starcoder": pre.Sequence([pre.Digits(individual_digits=True), GPT2]),
    "llama-bpe": split(LLAMA3),
    "qwen2": split(QWEN2),
    "qwen35": split(QWEN35),
    "deepseek-llm": split("[\r\n]", LETTERS, PUNCTUATION, r"\s+$", SCRIPTS, digits=True),
    "deepseek-coder": split("[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", SCRIPTS, digits=True),
    "deepseek-v3": split(r"\p{N}{1,3}", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+", DEEPSEEK_V3),
    "tekken": split(TEKKEN),
}
SENTENCE_PIECE = ["llama-spm", "mistral-first", "mistral-always"]

WRITTEN = [
    "'\u017f", "it'\u017f", "'S 'T 'RE 'vE 'LL 'd", "'\u017fs", "a'Sb", "''s", "\u0301a", "!\u0301a",
    " \u0301x", "1\u0301", "12345678901", "\u0663\u0664\u0665\u0666", "\u00bd\u00be\u00bd\u00be x", "a\n\n\n b",
    " \n \n x", "\r\r\n\n", "x \r\n y", "!!!\n\n", "! \n", "...\r\n\r\nabc", " ...\n", " \t\n\t a",
    "\u3000\u3002", "\u3002\u3000", "\u3000\u3000a", "!a!b", "!!ab", "_abc_def", "#include <x>", "@caf\u00e9", "-\u00e9a",
    "\u200da", "\u200b\u200bb", "\ue000a", "\x00a", "\ud55c\uad6d\uc5b4abc", "\u9fa5\u9fa6\u9fa7", "\u0800\u0801",
    "\u3041\u309f\u30a0\u30ff", "\u4e00\u4e8c\u4e09123\u56db", "\u03a9\u03c9\u2126K\u212a", "\u00e9 vs e\u0301", "\u1e9b\u0323",
    "A\u030a \u212b", "\u0958 \u0344 \u2000x", "\uac00\u11a8 \u1100\u1161\u11a8", "\ufb01 \ufb00", "\u2581", "\u2581\u2581a",
    " \u2581 b\u2581", "a\u2581b", "a \u2581", "<0x0A>", "<unk>", "<s>hi</s> there", "<s> hi", "  lead",
    "trail  ", "</s></s>x", "a <left> b", "a <right> b", "x <word> y", "x<word>y", "a <both> b <left><right>",
    "<norm>a", "x <norm> y", "\u4e2d<word>", "_<word>.", "<word>\u0301",
]  # fmt: skip
PIECES = [
    "\r", "\r\n\r\n", " \n", "\t\n", "'S", "'Ve", "'\u017f", "\u017f", "\u0301\u0302", "\u3001", "\u3002", "\uff0c", "\u30fc",
    "\u30c3", "\ud55c", "\u9fa5", "\u0800", "123", "4567", "\u0660\u0661\u0662", "a1", "Ab", "!a", "._", "$x", "\u20ac5", "\u2192a",
    "\u00a9b", "\u200b", "\u00ad", "\ufeff", "\u2167", "\u00b2\u00b3", "\u00e9", "e\u0301", "\u212b", "\u0958", "\ufb01", "\u2581",
    "\u2581\u2581", "<s>", "</s>", "<unk>", "<0x0A>", "\u00f5", "\u0344", "\U00010400", "\U0001d4b3", "\U0001d7d8", "\u01c5",
    "\u02b0", " the", " and", "tion", "ing ", "def ", "return", "    ", "\n    ", "://", "&&", "<left>",
    "<right>", "<word>", "<both>", "<norm>",
]  # fmt: skip


def strings(count):
    random.seed(11)
    result = list(WRITTEN)
    while len(result) < count:
        pieces = base.PIECES + PIECES
        result.append("".join(random.choices(pieces, k=random.randint(2, 22))))
    return result


def added():
    return [
        AddedToken("<|endoftext|>", normalized=False, special=True),
        AddedToken("<left>", lstrip=True, normalized=False, special=False),
        AddedToken("<right>", rstrip=True, normalized=False, special=True),
        AddedToken("<both>", lstrip=True, rstrip=True, normalized=False, special=False),
        AddedToken("<word>", single_word=True, normalized=False, special=False),
        AddedToken("<norm>", normalized=True, special=False),
    ]


def byte_level(name, corpus):
    tokenizer = Tokenizer(models.BPE(ignore_merges=name == "llama-bpe"))
    if name.startswith("qwen"):
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = BYTE_LEVEL[name]
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=800, initial_alphabet=pre.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_tokens(added())
    return tokenizer


def sentence_piece(name, corpus):
    control = ["<unk>", "<s>", "</s>"]
    every_byte = [f"<0x{b:02X}>" for b in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if name == "llama-spm":
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
        )
    trainer = trainers.BpeTrainer(
        vocab_size=1100, special_tokens=control + every_byte, limit_alphabet=200,
        show_progress=False,
    )  # fmt: skip
    # Words must not join over a space, as SentencePiece trains them.
    tokenizer.pre_tokenizer = pre.Metaspace(prepend_scheme="first", split=True)
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.pre_tokenizer = None
    if name != "llama-spm":
        tokenizer.pre_tokenizer = pre.Metaspace(prepend_scheme=name[8:], split=False)
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )  # fmt: skip
    text = json.loads(tokenizer.to_str())
    # The trainer marks bytes as special; in a real vocabulary they are ordinary tokens.
    text["added_tokens"] = [t for t in text["added_tokens"] if t["content"] in control]
    tokenizer = Tokenizer.from_str(json.dumps(text))
    tokenizer.add_tokens(added())
    return tokenizer


def checksum(*parts):
    """FNV-1a over the parts' 32-bit numbers, a separator after each part."""
    value = 0xCBF29CE484222325
    for part in parts:
        for byte in b"".join(struct.pack("<i", n) for n in [*part, -1]):
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def expected(tokenizer, texts):
    rows = []
    for text in texts:
        tokenizer.encode_special_tokens = False
        special = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        decoded = tokenizer.decode(special, skip_special_tokens=False)
        rows.append(checksum(special, plain, list(decoded.encode())))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    common = base.strings()
    own = strings(2000 - len(common))
    (HERE / "family-strings.json").write_text(json.dumps(own) + "\n")
    corpus = arguments.corpus.read_text(encoding="utf-8")[:1_000_000].splitlines(keepends=True)
    corpus += [t for t in common + own if len(t) < 1000]
    checksums = {}
    for name in [*BYTE_LEVEL, *SENTENCE_PIECE]:
        make = byte_level if name in BYTE_LEVEL else sentence_piece
        tokenizer = make(name, corpus)
        file = HERE / f"family-{name}.json"
        file.write_text(json.dumps(json.loads(tokenizer.to_str()), separators=(",", ":")) + "\n")
        checksums[name] = expected(tokenizer, common + own)
    (HERE / "families.json").write_text(json.dumps(checksums, indent=0) + "\n")


if __name__ == "__main__":
    main()
