"""Every string of a chat: visits them all, hands each to `take`, and rebuilds the chat with what comes back.

What is left out is named field by field in `wire_fields.py`, and only where it looks like a word of the wire format. It
does not know what `take` does; it visits in the same order each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from shoal.chat import Chat, Json, Message, Part, Passage, Trust
from shoal.trust.masking import wire_fields
from shoal.trust.masking.fields import Path
from shoal.trust.masking.json_text import Value, is_record, records_in, replaced, values
from shoal.trust.masking.sealed import LISTS

TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal", "thinking", "reasoning"})
LEAST_DIGITS = 7
MOST_NESTED = 6
LONGEST_NUMBER = 40

_NAMES = frozenset({"user", "safety_identifier"})
_PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class Text:
    """One string. `path` is where it stands in a record (its last name tells what it is), `record` the number of that
    record in the visit (0 outside of any); `kind` the type that all of it has, where that is known; `bare` that only
    letters, digits, "_" and "-" may stand there; `number` that it is written as a number in a record."""

    value: str = field(repr=False)
    label: Trust
    path: Path = field(default=(), repr=False)
    record: int = 0
    kind: str | None = None
    bare: bool = False
    number: bool = False

    @property
    def heading(self) -> str:
        """The name of the field that it stands in; "" where it has none."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")


Take = Callable[[Text], str]
Marked = Callable[[Path], object]
Opened = Callable[[Any], Json | None]


class Visit:
    """One visit to all strings of a chat. `marked` says of a path in a record whether a number there is looked at
    however short it is; `opened` gives the fields of a host's signed thought that stay, None for all else."""

    def __init__(self, take: Take, marked: Marked = lambda _: None, opened: Opened = lambda _: None) -> None:
        self._take = take
        self._marked = marked
        self._opened = opened
        self._records = 0

    def chat(self, chat: Chat) -> Chat:
        """The chat with every string as `take` gives it back."""
        return replace(
            chat,
            messages=tuple(self.message(message) for message in chat.messages),
            passages=tuple(self.passage(passage) for passage in chat.passages),
            options={self._name(name, Trust.USER): self._option(name, value) for name, value in chat.options.items()},
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
        wire = {
            self._name(name, message.trust): self._field(message, name, value) for name, value in message.wire.items()
        }
        return message if wire == message.wire else replace(message, wire=wire)

    def _field(self, message: Message, name: str, value: Any) -> Any:
        label = message.trust
        if name in wire_fields.MESSAGE:
            return self._kept(value, label)
        if name == "content" and isinstance(value, list):
            return [self._part(part) for part in message.parts()]
        if name == "tool_calls" and isinstance(value, list):
            return [self._call(call, label) for call in value]
        if name == "function_call" and isinstance(value, dict):
            return self._fields(value, label, wire_fields.FUNCTION)
        if name in LISTS and isinstance(value, list):
            return [self._thought(each, label) for each in value]
        if name == "name" and isinstance(value, str):
            tool = message.role in ("tool", "function")
            return self._kept(value, label) if tool else self._take(Text(value, label, kind=_PERSON, bare=True))
        return self._any(value, label)

    def _thought(self, thought: Any, label: Trust) -> Any:
        """A thought; of one of ours, what it says and its signature stay."""
        kept = self._opened(thought)
        if kept is None:
            return self._any(thought, label)
        return {
            self._name(name, label): kept[name] if name in kept else self._one(name, value, label, wire_fields.THOUGHT)
            for name, value in thought.items()
        }

    def _name(self, name: str, label: Trust) -> str:
        """The name of a field of the wire format: one that is no word comes from nowhere but the caller."""
        return name if wire_fields.is_word(name) else self._take(Text(name, label))

    def _kept(self, value: Any, label: Trust) -> Any:
        """What a field of the wire format holds: words and numbers stay, all else is looked at."""
        if isinstance(value, str):
            return value if wire_fields.is_word(value) else self._take(Text(value, label))
        if isinstance(value, dict):
            return {self._name(name, label): self._kept(inner, label) for name, inner in value.items()}
        return [self._kept(inner, label) for inner in value] if isinstance(value, list) else value

    def _part(self, part: Part) -> Json:
        wire = part.wire
        if part.kind in TEXT_PARTS:
            return self._fields(wire, part.trust, wire_fields.PART)
        # What is not text: `attachments.py` decides whether it may go.
        return {
            self._name(name, part.trust): value
            if name in wire_fields.CONTENTS
            else self._one(name, value, part.trust, wire_fields.PART)
            for name, value in wire.items()
        }

    def _call(self, call: Any, label: Trust) -> Any:
        if not isinstance(call, dict):
            return self._any(call, label)
        return {
            self._name(name, label): self._fields(value, label, wire_fields.FUNCTION)
            if name in ("function", "custom") and isinstance(value, dict)
            else self._one(name, value, label, wire_fields.CALL)
            for name, value in call.items()
        }

    def _fields(self, wire: Json, label: Trust, kept: frozenset[str]) -> Json:
        return {self._name(name, label): self._one(name, value, label, kept) for name, value in wire.items()}

    def _one(self, name: str, value: Any, label: Trust, kept: frozenset[str]) -> Any:
        return self._kept(value, label) if name in kept else self._any(value, label)

    def _option(self, name: str, value: Any) -> Any:
        if name in wire_fields.EXPRESSIONS:
            return value
        if name in wire_fields.OPTIONS:
            return self._kept(value, Trust.USER)
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
                self._name(name, Trust.SYSTEM): self._schema(inner) if names else self._keyword(name, inner)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._schema(inner) for inner in value]
        return self._take(Text(value, Trust.SYSTEM)) if isinstance(value, str) else value

    def _keyword(self, name: str, value: Any) -> Any:
        if name == "pattern" and isinstance(value, str):
            return value
        if name in wire_fields.SCHEMA_VALUES:
            return self._whole_record(value, Trust.SYSTEM, ())
        if name in wire_fields.SCHEMA and not isinstance(value, dict):
            return self._kept(value, Trust.SYSTEM)
        return self._schema(value, name in wire_fields.SCHEMA_MAPS)

    def _any(self, value: Any, label: Trust) -> Any:
        return self._text(value, label) if isinstance(value, str) else self._whole_record(value, label, ())

    def _whole_record(self, value: Any, label: Trust, path: Path) -> Any:
        self._records += 1
        return self._record(value, label, path, self._records)

    def _record(self, value: Any, label: Trust, path: Path, record: int) -> Any:
        """Free JSON: names of fields too, and numbers that could be somebody's."""
        if isinstance(value, dict):
            return {
                self._take(Text(name, label, record=record)): inner
                if name in wire_fields.SEALED and isinstance(inner, str) and wire_fields.SEAL.fullmatch(inner)
                else self._record(inner, label, (*path, name), record)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._record(inner, label, (*path, at), record) for at, inner in enumerate(value)]
        if isinstance(value, str):
            return self._text(value, label, path, record)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(str(value), label, path, record) or value
        return value

    def _number(self, number: str, label: Trust, path: Path, record: int) -> str | None:
        """What stands for a number; None where it stays."""
        said = plain_number(number)
        if not may_identify(said) and not self._marked(path):
            return None
        taken = self._take(Text(said, label, path, record, number=True))
        return None if taken == said else taken

    def _text(self, text: str, label: Trust, path: Path = (), record: int = 0, nested: int = 0) -> str:
        """A string; where it is JSON itself, or has JSON with escapes in it, the strings in that."""
        if nested < MOST_NESTED:
            if is_record(text):
                return self._json(text, label, path, record, nested)
            if "\\" in text and (places := records_in(text)):
                return self._around(text, places, label, path, record, nested)
        return self._take(Text(text, label, path, record))

    def _around(
        self, text: str, places: list[tuple[int, int]], label: Trust, path: Path, record: int, nested: int
    ) -> str:
        out: list[str] = []
        at = 0
        for start, end in (*places, (len(text), len(text))):
            between = text[at:start]
            out.append(self._take(Text(between, label, path, record)) if between.strip() else between)
            out.append(self._json(text[start:end], label, path, record, nested) if end > start else "")
            at = end
        return "".join(out)

    def _json(self, text: str, label: Trust, path: Path, record: int, nested: int) -> str:
        if not record:
            self._records += 1
            record = self._records
        found = [(value, self._value(value, label, path, record, nested)) for value in values(text)]
        changes = [(value, said) for value, said in found if said != value.said]
        return replaced(text, changes) if changes else text

    def _value(self, value: Value, label: Trust, path: Path, record: int, nested: int) -> str:
        if value.number:
            return self._number(value.said, label, value.path, record) or value.said
        if value.name:
            return self._take(Text(value.said, label, record=record))
        return self._text(value.said, label, value.path or path, record, nested + 1)


def plain_number(number: str) -> str:
    """A number as it is looked at: where it is whole, without the ".0" that some programs write behind it."""
    return number.removesuffix(".0")


def may_identify(number: str) -> bool:
    """Whether a number is whole and long enough to point to somebody."""
    return LEAST_DIGITS <= len(number) <= LONGEST_NUMBER and number.isdecimal()
