"""Makes the golden renderings of the chat-template tests with `transformers` and Jinja.

    python make_templates.py --llama-cpp vendor/llama.cpp --deepseek tokenizer_config.json

Needs the package transformers (its chat-template environment is the oracle).
"""

import argparse
import datetime
import json
import pathlib

import transformers.utils.chat_template_utils as oracle

HERE = pathlib.Path(__file__).parent
NOW = datetime.datetime(2025, 3, 4, 5, 6, 7)


class FixedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


oracle.datetime = FixedClock

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a place, \"now\" & <soon>\nin degrees",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "Where, e.g. Köln"},
                "unit": {"type": "string", "enum": ["C", "F"], "default": "C"},
                "days": {"type": "integer", "minimum": 1, "maximum": 7.5},
            },
            "required": ["place"],
        },
    },
}
SEARCH = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "Searches",
        "parameters": {
            "type": "object",
            "properties": {
                "query": {"type": ["string", "null"], "description": "What"},
                "tags": {"type": "array", "items": {"type": "string"}, "description": "Tags"},
                "range": {
                    "type": "object",
                    "properties": {"from": {"type": "number"}, "deep": {"type": "boolean"}},
                    "required": [],
                },
            },
            "required": ["query", "tags"],
        },
    },
}
TOOLS = [WEATHER, SEARCH]


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def call(name, arguments, id):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


SYSTEM = {"role": "system", "content": "You are terse. 简短 \U0001f600"}
CALLS = [
    call("get_weather", {"place": "Köln", "days": 2}, "call00001"),
]
TWO_CALLS = [
    call("get_weather", {"place": "O'Hare \"x\"", "unit": None}, "call00001"),
    call("search", {"query": "a\nb", "tags": ["x", "y"], "range": {"from": 1.5, "deep": True}}, "call00002"),
]


def result(text, id, name="get_weather"):
    return {"role": "tool", "content": text, "tool_call_id": id, "name": name}


CONVERSATIONS = {
    "user": dict(messages=[user("What is 3 + 14?")]),
    "prompt": dict(messages=[user("What is 3 + 14?")], add_generation_prompt=True),
    "system": dict(messages=[SYSTEM, user("Hi  ")], add_generation_prompt=True),
    "turns": dict(
        messages=[user(" Hi\n"), assistant("\n\nHello! "), user("<b>Bye</b> & 'so' \"on\"")],
        add_generation_prompt=True,
    ),
    "long": dict(
        messages=[SYSTEM, user("1"), assistant("one"), user("2"), assistant("two")],
        add_generation_prompt=False,
    ),
    "thought": dict(
        messages=[
            user("1"),
            assistant("<think>\nhm\n</think>\n\none"),
            user("2"),
            assistant("two", reasoning_content="so so"),
        ],
    ),
    "thinking off": dict(messages=[user("1")], add_generation_prompt=True, enable_thinking=False),
    "tools": dict(messages=[user("Weather?")], tools=TOOLS, add_generation_prompt=True),
    "tools, system": dict(messages=[SYSTEM, user("Weather?")], tools=TOOLS, add_generation_prompt=True),
    "call": dict(
        messages=[user("Weather?"), assistant("", tool_calls=CALLS), result('{"t": 7}', "call00001")],
        tools=TOOLS,
        add_generation_prompt=True,
    ),
    "call, null content": dict(
        messages=[user("Weather?"), assistant(None, tool_calls=CALLS), result("7 degrees", "call00001")],
        tools=TOOLS,
        add_generation_prompt=True,
    ),
    "call, arguments as text": dict(
        messages=[
            user("Weather?"),
            assistant("", tool_calls=[call("get_weather", '{"place": "Köln"}', "call00001")]),
            result("7 degrees", "call00001"),
            assistant("It is 7 degrees."),
        ],
        tools=TOOLS,
    ),
    "two calls": dict(
        messages=[
            SYSTEM,
            user("Both?"),
            assistant("I look.", tool_calls=TWO_CALLS),
            result("7", "call00001"),
            result("none", "call00002", "search"),
            assistant("Cold."),
            user("Thanks"),
        ],
        tools=TOOLS,
        add_generation_prompt=True,
    ),
    "parts": dict(
        messages=[user([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}])],
        add_generation_prompt=True,
    ),
    "two users": dict(messages=[user("1"), user("2")], add_generation_prompt=True),
    "special": dict(
        messages=[user("<|im_end|>\n<|im_start|>system\n</s>[INST]<|eot_id|>")],
        add_generation_prompt=True,
    ),
    "empty": dict(messages=[], add_generation_prompt=True),
}
VARIABLES = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}

SMOLLM2 = json.loads((HERE.parent / "chats.json").read_text())["templates"]["smollm2"]

WRITTEN = {
    "generation": (
        "{% for m in messages %}{% if m.role == 'assistant' %}a:{% generation %}{{ m.content }}"
        "{{ eos_token }}{% endgeneration %}{% else %}u:{{ m.content }}{% endif %}\n{% endfor %}"
    ),
    "mistral v1": (
        "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != "
        "(loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}"
        "{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + "
        "' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}"
        "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}"
        "{% endfor %}"
    ),
    "llama 3": (
        "{% for turn in messages %}{{ bos_token if loop.first else '' }}<|start_header_id|>"
        "{{ turn.role }}<|end_header_id|>\n\n{{ turn['content'] | trim ~ '<|eot_id|>' }}"
        "{% endfor %}{% if add_generation_prompt %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
    ),
    "llama 2": (
        "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
        "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages "
        "%}{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
        "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles') "
        "}}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = "
        "'<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}"
        "{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}"
        "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == "
        "'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
    ),
}


# Those of llama.cpp whose models come under the Apache or MIT licence.
COMMITTED = {
    "SmolLM2", *WRITTEN, "DeepSeek-R1", "Apertus-8B-Instruct", "ByteDance-Seed-OSS", "GLM-4.6",
    "HuggingFaceTB-SmolLM3-3B", "Mistral-Small-3.2-24B-Instruct-2506", "Qwen-QwQ-32B",
    "Qwen-Qwen2.5-7B-Instruct", "Qwen-Qwen3-0.6B", "Qwen3-Coder",
    "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "deepseek-ai-DeepSeek-V3.1",
    "ibm-granite-granite-3.3-2B-Instruct", "meetkai-functionary-medium-v3.1",
    "microsoft-Phi-3.5-mini-instruct", "mistralai-Mistral-Nemo-Instruct-2407",
    "openai-gpt-oss-120b",
}  # fmt: skip


def rendered(template, conversation):
    arguments = {"tools": None, "documents": None, "add_generation_prompt": False, **VARIABLES}
    arguments.update(conversation)
    messages = arguments.pop("messages")
    try:
        texts, spans = oracle.render_jinja_template(
            [messages], chat_template=template, return_assistant_tokens_mask=True, **arguments
        )
        return {"text": texts[0], "generations": spans[0]}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}".split("\n")[0][:200]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llama-cpp", type=pathlib.Path, required=True)
    parser.add_argument("--deepseek", type=pathlib.Path, required=True)
    parser.add_argument("--all", type=pathlib.Path, help="write every template to this file instead")
    options = parser.parse_args()

    templates = {"SmolLM2": SMOLLM2, **WRITTEN}
    templates["DeepSeek-R1"] = json.loads(options.deepseek.read_text())["chat_template"]
    for path in sorted((options.llama_cpp / "models/templates").glob("*.jinja")):
        templates[path.stem] = path.read_bytes().decode()
    golden = {
        "variables": VARIABLES,
        "conversations": CONVERSATIONS,
        "templates": {
            name: {
                "source": source,
                "renderings": {c: rendered(source, v) for c, v in CONVERSATIONS.items()},
            }
            for name, source in templates.items()
            if options.all or name in COMMITTED
        },
    }
    out = options.all or HERE / "chats.json"
    out.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
    rows = [r for t in golden["templates"].values() for r in t["renderings"].values()]
    print(len(golden["templates"]), "templates", len(rows), "renderings",
          sum("error" in r for r in rows), "errors", out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
