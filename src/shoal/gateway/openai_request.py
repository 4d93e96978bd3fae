"""Reads an OpenAI chat-completions request into a `Chat`. It checks the shape that Shoal relies on, and hands every
other field on untouched, for the host to judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from shoal.chat import DEEPEST, Chat, Json, Message, ShoalOptions, Trust, too_deep
from shoal.config import nearest
from shoal.errors import RequestError
from shoal.identity.bounds import check_tags

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
NUMBER = (int, float)
FIELDS: Mapping[str, tuple[type, ...]] = {
    "stream": (bool,),
    "n": (int,),
    "max_tokens": (int,),
    "max_completion_tokens": (int,),
    "temperature": NUMBER,
    "top_p": NUMBER,
    "presence_penalty": NUMBER,
    "frequency_penalty": NUMBER,
    "seed": (int,),
    "tools": (list,),
    "stream_options": (dict,),
    "response_format": (dict,),
    "stop": (str, list),
    "metadata": (dict,),
    "logit_bias": (dict,),
    "logprobs": (bool,),
    "top_logprobs": (int,),
    "user": (str,),
    "parallel_tool_calls": (bool,),
}
JSON_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a string", list: "a list"}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
OWN = frozenset({"model", "messages", "shoal", "stream"})
OPTION_NAMES = ("collections", "tags", "optimize", "deadline_s", "conversation")
OPTIMIZE = ("cost", "energy", "carbon", "latency", "quality")


def read_json(body: bytes) -> Json:
    """The JSON object in `body`. Raises RequestError; its message never quotes the body."""
    try:
        found = orjson.loads(body.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        raise RequestError(_no_json(body, error.pos)) from None
    if not isinstance(found, dict):
        raise RequestError('the body must be a JSON object such as {"model": "auto", "messages": [...]}')
    if too_deep(body, found):
        raise RequestError(f"the body is nested more than {DEEPEST} deep: flatten it")
    return found


def _no_json(body: bytes, at: int) -> str:
    """Why a body could not be read, and what to do; `at` is where the reader gave up."""
    if not body.strip():
        return "the body is empty: send a JSON object"
    if body.startswith(GZIP):
        return "the body is compressed: send plain JSON, without Content-Encoding"
    try:
        body.decode()
    except UnicodeDecodeError as error:
        at = error.start
    deep = f", or nested more than {DEEPEST} deep" if body.count(b"[") + body.count(b"{") > DEEPEST else ""
    return f"the body is not valid UTF-8 JSON{deep} (near byte {at}): mend it and send again"


def check_fields(wire: Json, known: tuple[str, ...]) -> None:
    """For endpoints of our own, which pass nothing on. Raises RequestError that names the first field nobody knows."""
    for name in wire:
        if name not in known:
            raise RequestError(f"field '{name[:60]}'{nearest(name[:60], known)}")


def read_chat(wire: Json, headers: Mapping[bytes, bytes], most_messages: int) -> Chat:
    """The chat in a request's JSON and `x-shoal-*` headers. Raises RequestError that names the field."""
    model = wire.get("model")
    if not isinstance(model, str) or not model:
        raise RequestError('name a model: a string such as "auto" (GET /v1/models lists them)', param="model")
    messages = wire.get("messages")
    if not isinstance(messages, list) or not messages:
        raise RequestError('send at least one message: [{"role": "user", "content": "..."}]', param="messages")
    if len(messages) > most_messages:
        raise RequestError(f"{len(messages)} messages are more than {most_messages}: send fewer", param="messages")
    for name in FIELDS.keys() & wire.keys():
        _check_field(name, wire[name])
    options = {name: value for name, value in wire.items() if name not in OWN}
    return Chat(
        model=model,
        messages=tuple(_message(message, at) for at, message in enumerate(messages)),
        options=options,
        stream=bool(wire.get("stream")),
        shoal=read_options(wire.get("shoal"), headers),
    )


def read_options(wire: Any, headers: Mapping[bytes, bytes]) -> ShoalOptions:
    """The extension `shoal` of the body, with its header twins; the body wins. Raises RequestError."""
    given = {} if wire is None else wire
    if not isinstance(given, dict):
        raise RequestError("must be an object", param="shoal")
    for name in given:
        if name not in OPTION_NAMES:
            raise RequestError(f"field '{name[:60]}'{nearest(name[:60], OPTION_NAMES)}", param="shoal")
    if not given and not any(name.startswith(b"x-shoal-") for name in headers):
        return ShoalOptions()
    return ShoalOptions(
        collections=_collections(given.get("collections")),
        tags=_tags(given.get("tags", _header(headers, b"x-shoal-tags"))),
        optimize=_one_of(given.get("optimize", _header(headers, b"x-shoal-optimize")), OPTIMIZE, "shoal.optimize"),
        deadline_s=_positive(given.get("deadline_s"), "shoal.deadline_s"),
        conversation=_short(given.get("conversation", _header(headers, b"x-shoal-conversation"))),
    )


def _message(wire: Any, at: int) -> Message:
    where = f"messages[{at}]"
    if not isinstance(wire, dict):
        raise RequestError('a message is an object: {"role": "user", "content": "..."}', param=where)
    role = wire.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise RequestError(f"role must be one of {', '.join(sorted(ROLES))}", param=f"{where}.role")
    content = wire.get("content")
    if isinstance(content, list):
        for position, part in enumerate(content):
            _check_part(part, f"{where}.content[{position}]")
    elif content is None:
        if role != "assistant":
            raise RequestError("content must be a string or a list of parts", param=f"{where}.content")
    elif not isinstance(content, str):
        raise RequestError("content must be a string or a list of parts", param=f"{where}.content")
    if not isinstance(wire.get("tool_calls", []), list | None):
        raise RequestError("tool_calls must be a list", param=f"{where}.tool_calls")
    return Message.from_wire(wire)


def _check_part(part: Any, where: str) -> None:
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        raise RequestError('a part is an object with a type: {"type": "text", "text": "..."}', param=where)
    if part["type"] == "text" and not isinstance(part.get("text"), str):
        raise RequestError("a text part needs its text as a string", param=f"{where}.text")
    given = part.get("shoal")
    if given is None:
        return
    labels = [label.value for label in Trust]
    if not isinstance(given, dict) or set(given) - {"trust"} or given.get("trust") not in labels:
        raise RequestError(f'must be {{"trust": one of {", ".join(labels)}}}', param=f"{where}.shoal")


def _check_field(name: str, value: Any) -> None:
    allowed = FIELDS[name]
    if value is None:
        return
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        what = " or ".join(
            JSON_NAMES.get(kind, "an object") for kind in allowed if kind is not int or allowed == (int,)
        )
        raise RequestError(f"must be {what}", param=name)
    if isinstance(value, int) and name in ("n", "max_tokens", "max_completion_tokens") and value < 1:
        raise RequestError("must be 1 or more", param=name)


def _header(headers: Mapping[bytes, bytes], name: bytes) -> str | None:
    found = headers.get(name)
    return found.decode("latin-1") if found else None


def _collections(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(name, str) and 0 < len(name) <= 200 for name in value):
        raise RequestError("must be a list of collection names of at most 200 characters", param="shoal.collections")
    return tuple(value)


def _tags(value: Any) -> Mapping[str, str]:
    """An object of strings, or `name=value, name=value` in the header."""
    if value is None:
        return {}
    if isinstance(value, str):
        pairs = (pair.strip().partition("=") for pair in value.split(","))
        value = {name: text for name, _, text in pairs if name}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise RequestError("must be an object of strings", param="shoal.tags")
    check_tags(value, "shoal.tags")
    return value


def _one_of(value: Any, allowed: tuple[str, ...], param: str) -> str | None:
    if value is not None and value not in allowed:
        raise RequestError(f"must be one of {', '.join(allowed)}", param=param)
    return value  # type: ignore[no-any-return]


def _positive(value: Any, param: str) -> float | None:
    if value is None:
        return None
    if not isinstance(value, NUMBER) or isinstance(value, bool) or not 0 < value <= 86_400:
        raise RequestError("must be a number of seconds, more than 0 and at most 86400", param=param)
    return float(value)


def _short(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not 0 < len(value) <= 200):
        raise RequestError("must be a string of 1 to 200 characters", param="shoal.conversation")
    return value
