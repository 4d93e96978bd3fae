"""Writes a chat as an Anthropic Messages request. It knows the format alone: no HTTP, no reply.

Fields without a counterpart (`seed`, `logprobs`, penalties, ...) are left out, as Anthropic's own OpenAI layer does;
fields that OpenAI does not know (`thinking`, `top_k`, ...) pass through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from shoal.chat import Json, Message
from shoal.errors import RequestError
from shoal.models.one_choice import only_one

MAX_TOKENS = 8192
LEFT_OUT = frozenset(
    (
        "audio",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "metadata",
        "modalities",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_retention",
        "safety_identifier",
        "seed",
        "service_tier",
        "store",
        "stream",
        "stream_options",
        "top_logprobs",
        "verbosity",
        "web_search_options",
    )
)
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh"}


def messages_request(model: str, messages: Sequence[Message], options: Json, stream: bool) -> Json:
    """The request's JSON. Raises RequestError, with the field's name, for what the format cannot say."""
    system, turns = _turns(messages)
    wire: Json = {"model": model, "max_tokens": MAX_TOKENS, "messages": turns}
    if system:
        wire["system"] = system
    if stream:
        wire["stream"] = True
    only_one(options)
    wire["max_tokens"] += _thinking_tokens(options)
    for name, value in options.items():
        if value is None or name in LEFT_OUT:
            continue
        translate = TRANSLATE.get(name)
        if translate is not None:
            _merge(wire, translate(value))
        else:
            _merge(wire, {name: value})
    if options.get("parallel_tool_calls") is False and wire.get("tools"):
        choice = wire.setdefault("tool_choice", {"type": "auto"})
        if choice["type"] != "none":
            choice["disable_parallel_tool_use"] = True
    return wire


def _thinking_tokens(options: Json) -> int:
    """The budget for thinking, which counts as part of `max_tokens` and must be less."""
    thinking = options.get("thinking")
    budget = thinking.get("budget_tokens") if isinstance(thinking, dict) else None
    return budget if isinstance(budget, int) and budget > 0 else 0


def _merge(wire: Json, more: Json) -> None:
    """Adds fields; `output_config` and `metadata` come from several."""
    for name, value in more.items():
        known = wire.get(name)
        wire[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value


def _stop(value: Any) -> Json:
    return {"stop_sequences": [value] if isinstance(value, str) else value}


def _temperature(value: Any) -> Json:
    return {"temperature": min(value, 1) if isinstance(value, int | float) else value}


def _effort(value: Any) -> Json:
    return {"output_config": {"effort": EFFORTS[value]}} if isinstance(value, str) and value in EFFORTS else {}


def _format(value: Any) -> Json:
    schema = value.get("json_schema") if isinstance(value, dict) else None
    if not isinstance(schema, dict):
        return {}
    return {"output_config": {"format": {"type": "json_schema", "schema": schema.get("schema") or {}}}}


def _tools(value: Any) -> Json:
    if not isinstance(value, list):
        raise RequestError("must be a list of tools", param="tools")
    return {"tools": [_tool(tool, f"tools[{at}]") for at, tool in enumerate(value)]}


def _tool(tool: Any, where: str) -> Json:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict):
        if isinstance(tool, dict) and isinstance(tool.get("type"), str) and tool["type"] != "function":
            return tool
        raise RequestError('a tool is {"type": "function", "function": {"name": ...}}', param=where)
    name = function.get("name")
    if not isinstance(name, str) or not name:
        raise RequestError("a function needs a name", param=f"{where}.function.name")
    wire = {key: value for key, value in tool.items() if key not in ("type", "function")}
    schema = function.get("parameters") or {"properties": {}}
    wire |= {"name": name, "input_schema": {"type": "object", **schema} if isinstance(schema, dict) else schema}
    if function.get("description"):
        wire["description"] = function["description"]
    return wire


def _tool_choice(value: Any) -> Json:
    known = {"auto": "auto", "none": "none", "required": "any"}
    if isinstance(value, str) and value in known:
        return {"tool_choice": {"type": known[value]}}
    function = value.get("function") if isinstance(value, dict) else None
    if isinstance(function, dict) and isinstance(function.get("name"), str):
        return {"tool_choice": {"type": "tool", "name": function["name"]}}
    raise RequestError('must be "auto", "none", "required" or name one function', param="tool_choice")


def _old_form(value: Any) -> Json:
    raise RequestError("`functions` and `function_call` are the old form: use `tools`", param="functions")


TRANSLATE: Mapping[str, Callable[[Any], Json]] = {
    "max_tokens": lambda value: {"max_tokens": value},
    "max_completion_tokens": lambda value: {"max_tokens": value},
    "temperature": _temperature,
    "stop": _stop,
    "user": lambda value: {"metadata": {"user_id": value}},
    "tools": _tools,
    "tool_choice": _tool_choice,
    "response_format": _format,
    "reasoning_effort": _effort,
    "functions": _old_form,
    "function_call": _old_form,
}


def _turns(messages: Sequence[Message]) -> tuple[list[Json], list[Json]]:
    """The system prompt, gathered at the top, and the turns; neighbours of one role are one turn."""
    system: list[Json] = []
    turns: list[Json] = []
    for at, message in enumerate(messages):
        blocks = list(_blocks(message, f"messages[{at}]"))
        if message.role in ("system", "developer"):
            system += blocks
            continue
        role = "assistant" if message.role == "assistant" else "user"
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    if not turns:
        raise RequestError("send at least one user message that is not empty", param="messages")
    return system, turns


def _blocks(message: Message, where: str) -> Iterator[Json]:
    if message.role == "function":
        raise RequestError('the role "function" is the old form: use "tool" with a tool_call_id', param=f"{where}.role")
    if message.role == "tool":
        yield _tool_result(message, where)
        return
    thoughts = message.wire.get("thinking_blocks")
    if message.role == "assistant" and isinstance(thoughts, list):
        yield from map(_thought, thoughts)
    yield from _content(message, where)
    for at, call in enumerate(message.wire.get("tool_calls") or ()):
        yield _tool_use(call, f"{where}.tool_calls[{at}]")


def _thought(block: Any) -> Any:
    """A thinking block as the host made it: the `index` is ours, from the stream that it came in."""
    return {name: value for name, value in block.items() if name != "index"} if isinstance(block, dict) else block


def _content(message: Message, where: str) -> Iterator[Json]:
    for at, part in enumerate(message.parts()):
        block = _block(part.kind, part.wire, f"{where}.content[{at}]")
        if block is not None:
            yield block


def _tool_result(message: Message, where: str) -> Json:
    asked = message.wire.get("tool_call_id")
    if not isinstance(asked, str):
        raise RequestError("a tool message needs the tool_call_id that it answers", param=f"{where}.tool_call_id")
    return {"type": "tool_result", "tool_use_id": asked, "content": list(_content(message, where))}


def _tool_use(call: Any, where: str) -> Json:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise RequestError("a tool call needs its function's name and arguments", param=where)
    arguments = function.get("arguments") or "{}"
    try:
        given = orjson.loads(arguments) if isinstance(arguments, str) else arguments
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise RequestError("arguments must be a JSON object in a string", param=f"{where}.function.arguments")
    return {"type": "tool_use", "id": call.get("id"), "name": function["name"], "input": given}


def _block(kind: str, wire: Json, where: str) -> Json | None:
    """One part of a message; None for text that is empty or blank, which the format refuses."""
    if kind in ("text", "refusal"):
        text = str(wire.get(kind) or "")
        return {**_rest(wire, kind), "type": "text", "text": text} if text.strip() else None
    if kind == "image_url":
        return {**_rest(wire, kind), "type": "image", "source": _image(wire.get("image_url"), where)}
    if kind == "file":
        return {**_rest(wire, kind), **_document(wire.get("file"), where)}
    if kind == "input_audio":
        raise RequestError("this model takes no audio: choose another, or send its transcript", param=where)
    return wire


def _rest(wire: Json, *taken: str) -> Json:
    """A part's further fields, such as `cache_control`."""
    return {name: value for name, value in wire.items() if name != "type" and name not in taken}


def _image(image: Any, where: str) -> Json:
    url = image.get("url") if isinstance(image, dict) else image
    if not isinstance(url, str):
        raise RequestError('an image is {"url": "https://..." or "data:image/...;base64,..."}', param=where)
    if url.startswith("data:"):
        return _inline(url, where)
    if url.startswith(("https://", "http://")):
        return {"type": "url", "url": url}
    raise RequestError("an image's url begins with https:// or data:", param=where)


def _inline(url: str, where: str) -> Json:
    """A data URL's content; it is passed on as it is, never decoded."""
    head, comma, data = url.removeprefix("data:").partition(",")
    media_type, *marks = head.split(";")
    if not comma or not media_type or "base64" not in marks:
        raise RequestError("a data URL is data:TYPE;base64,CONTENT", param=where)
    return {"type": "base64", "media_type": media_type, "data": data}


def _document(file: Any, where: str) -> Json:
    file = file if isinstance(file, dict) else {}
    data, known = file.get("file_data"), file.get("file_id")
    if isinstance(data, str) and data.startswith("data:"):
        source = _inline(data, where)
    elif isinstance(known, str):
        source = {"type": "file", "file_id": known}
    else:
        raise RequestError("a file needs its file_data as data:TYPE;base64,CONTENT, or a file_id", param=where)
    name = file.get("filename")
    return {"type": "document", "source": source, **({"title": name} if isinstance(name, str) else {})}
