"""Every string of a chat: visits them all, hands each to `take`, and rebuilds the chat with what comes back.

What is left out is named here, field by field: what the wire format itself defines (roles, types, ids, names of
functions and of the properties in a schema). It does not know what `take` does; it visits in the same order each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from shoal.chat import Chat, Json, Message, Part, Passage, Trust
from shoal.trust.masking.fields import Path
from shoal.trust.masking.json_text import Value, is_record, replaced, values

TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal", "thinking", "reasoning"})
LEAST_DIGITS = 7
MOST_NESTED = 6
LONGEST_NUMBER = 40

_MESSAGE = frozenset({"role", "tool_call_id"})
_PART = frozenset({"type", "cache_control", "detail"})
_CALL = frozenset({"id", "type", "index"})
_FUNCTION = frozenset({"name", "strict", "type"})
_SCHEMA = frozenset({"type", "format", "pattern", "required", "$ref", "$schema", "$id", "contentEncoding"})
_SCHEMA_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_KEPT_OPTIONS = frozenset(
    {
        *("stream_options", "reasoning_effort", "service_tier", "modalities", "verbosity", "logit_bias", "audio"),
        *("tool_choice", "function_call", "prompt_cache_retention", "truncation", "guided_regex", "guided_grammar"),
    }
)
_NAMES = frozenset({"user", "safety_identifier"})
_PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class Text:
    """One string. `path` is where it stands in a record (its last name tells what it is), `record` the number of that
    record in the visit (0 outside of any); `kind` the type that all of it has, where that is known; `bare` that only
    letters, digits, "_" and "-" may stand there; `number` that it is written as a number in a record."""

    value: str = field(repr=False)
    label: Trust
    path: Path = ()
    record: int = 0
    kind: str | None = None
    bare: bool = False
    number: bool = False

    @property
    def heading(self) -> str:
        """The name of the field that it stands in; "" where it has none."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")


Take = Callable[[Text], str]


class Visit:
    """One visit to all strings of a chat."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._records = 0

    def chat(self, chat: Chat) -> Chat:
        """The chat with every string as `take` gives it back."""
        return replace(
            chat,
            messages=tuple(self.message(message) for message in chat.messages),
            passages=tuple(self.passage(passage) for passage in chat.passages),
            options={name: self._option(name, value) for name, value in chat.options.items()},
        )

    def passage(self, passage: Passage) -> Passage:
        """A passage's title, source and text."""
        title, source, text = (
            self._text(said, Trust.RETRIEVED) for said in (passage.title, passage.source, passage.text)
        )
        if (title, source, text) == (passage.title, passage.source, passage.text):
            return passage
        return replace(passage, title=title, source=source, text=text)

    def message(self, message: Message) -> Message:
        """A message with all its fields; the same object where nothing changed."""
        wire = {name: self._field(message, name, value) for name, value in message.wire.items()}
        return message if wire == message.wire else replace(message, wire=wire)

    def _field(self, message: Message, name: str, value: Any) -> Any:
        label = message.trust
        if name in _MESSAGE:
            return value
        if name == "content" and isinstance(value, list):
            return [self._part(part) for part in message.parts()]
        if name == "tool_calls" and isinstance(value, list):
            return [self._call(call, label) for call in value]
        if name == "function_call" and isinstance(value, dict):
            return self._fields(value, label, _FUNCTION)
        if name == "name" and isinstance(value, str):
            tool = message.role in ("tool", "function")
            return value if tool else self._take(Text(value, label, kind=_PERSON, bare=True))
        return self._any(value, label)

    def _part(self, part: Part) -> Json:
        wire = part.wire
        if part.kind in TEXT_PARTS:
            return self._fields(wire, part.trust, _PART)
        return wire  # what is not text: `attachments.py` decides whether it may go

    def _call(self, call: Any, label: Trust) -> Any:
        if not isinstance(call, dict):
            return self._any(call, label)
        return {
            name: value
            if name in _CALL
            else self._fields(value, label, _FUNCTION)
            if name in ("function", "custom") and isinstance(value, dict)
            else self._any(value, label)
            for name, value in call.items()
        }

    def _fields(self, wire: Json, label: Trust, kept: frozenset[str]) -> Json:
        return {name: value if name in kept else self._any(value, label) for name, value in wire.items()}

    def _option(self, name: str, value: Any) -> Any:
        if name in _KEPT_OPTIONS or value is None or isinstance(value, bool | int | float):
            return value
        if name in _NAMES and isinstance(value, str):
            return self._take(Text(value, Trust.USER, kind=_PERSON, bare=True))
        if name in ("tools", "functions", "response_format"):
            return self._schema(value)
        return self._whole_record(value, Trust.USER, (name,))

    def _schema(self, value: Any, names: bool = False) -> Any:
        """A JSON Schema or what holds one: its descriptions, constants and examples; `names` says that the keys are
        names of properties."""
        if isinstance(value, dict):
            return {
                name: inner
                if not names and (name in _SCHEMA or (name == "name" and isinstance(inner, str)))
                else self._schema(inner, not names and name in _SCHEMA_MAPS)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._schema(inner) for inner in value]
        return self._take(Text(value, Trust.SYSTEM)) if isinstance(value, str) else value

    def _any(self, value: Any, label: Trust) -> Any:
        return self._text(value, label) if isinstance(value, str) else self._whole_record(value, label, ())

    def _whole_record(self, value: Any, label: Trust, path: Path) -> Any:
        self._records += 1
        return self._record(value, label, path, self._records)

    def _record(self, value: Any, label: Trust, path: Path, record: int) -> Any:
        """Free JSON: names of fields too, and numbers that could be somebody's."""
        if isinstance(value, dict):
            return {
                self._take(Text(name, label, record=record)): self._record(inner, label, (*path, name), record)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._record(inner, label, (*path, at), record) for at, inner in enumerate(value)]
        if isinstance(value, str):
            return self._text(value, label, path, record)
        if isinstance(value, int) and not isinstance(value, bool) and may_identify(said := str(value)):
            taken = self._take(Text(said, label, path, record, number=True))
            return value if taken == said else taken
        return value

    def _text(self, text: str, label: Trust, path: Path = (), record: int = 0, nested: int = 0) -> str:
        """A string; where it is JSON itself, the strings in it."""
        if nested < MOST_NESTED and is_record(text):
            if not record:
                self._records += 1
                record = self._records
            found = [(value, self._value(value, label, path, record, nested)) for value in values(text)]
            changes = [(value, said) for value, said in found if said != value.said]
            return replaced(text, changes) if changes else text
        return self._take(Text(text, label, path, record))

    def _value(self, value: Value, label: Trust, path: Path, record: int, nested: int) -> str:
        if value.number:
            number = Text(value.said, label, value.path, record, number=True)
            return self._take(number) if may_identify(value.said) else value.said
        if value.name:
            return self._take(Text(value.said, label, record=record))
        return self._text(value.said, label, value.path or path, record, nested + 1)


def may_identify(number: str) -> bool:
    """Whether a number is long enough to point to somebody."""
    return LEAST_DIGITS <= len(number) <= LONGEST_NUMBER
