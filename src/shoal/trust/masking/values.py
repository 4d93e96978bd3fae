"""Values: the placeholders of one exchange and what stands behind each. It finds and hides nothing by itself."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoal.errors import RequestError
from shoal.trust.masking.json_strings import DEEPEST, escaped, unescaped
from shoal.trust.masking.placeholders import normal
from shoal.trust.sensitive import Sensitive

MAP_VERSION = 1

_NOT_LABEL = re.compile(r"[\W_]+")
_TOKEN = re.compile(r"<[A-Z][A-Z0-9_]*_[a-z2-7]{8,52}(?:\.[a-z0-9]+)?(?::[a-z]+)?>")
_GRAM = 3


@dataclass(frozen=True, slots=True)
class Stored:
    """What a placeholder stands for. `depth`: the text is as it was written that many JSON strings deep, because
    writing what it means again would give something else (`Jos\\u00e9`), or because it is no piece of one string."""

    type: str
    text: Sensitive
    depth: int = 0

    @property
    def meant(self) -> str:
        """What the text means."""
        return self.at(0)

    def at(self, depth: int) -> str:
        """The text as it is written in a place `depth` JSON strings deep."""
        text = self.text.reveal()
        if depth >= self.depth:
            return escaped(text, depth - self.depth)
        found = unescaped(text, self.depth - depth)
        return text if found is None else found


class Values:
    """Placeholders and surrogates, each with its value. They may grow while a reply is under way."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._stored: dict[str, Stored] = {}
        self._bodies: list[str] = []
        self._sorted = True
        self._labels: set[str] = set()
        self._surrogates: dict[str, Stored] = {}
        self._surrogates_sorted: list[str] = []
        self._lengths: tuple[int, ...] = ()
        self._grams: set[str] = set()
        self._start: re.Pattern[str] | None = None
        self.longest = 0

    def __len__(self) -> int:
        return len(self._tokens) + len(self._surrogates)

    def __repr__(self) -> str:
        return f"Values({len(self)})"

    @property
    def has_surrogates(self) -> bool:
        return bool(self._surrogates)

    def add(self, token: str, stored: Stored) -> None:
        """Takes a placeholder, "<PERSON_k7f3m2qa:f>"; it is known without its hint too."""
        body = normal(token[1:-1])
        self._tokens[token] = body
        self._labels.add(body[: body.rindex("_") + 1])
        for known in {body, body.partition(":")[0]}:
            if known not in self._stored:
                self._bodies.append(known)
            self._stored[known] = stored
        self._sorted = False
        self.longest = max(self.longest, len(body))

    def get(self, body: str) -> Stored | None:
        """The value of a placeholder, by its `normal` body."""
        return self._stored.get(body)

    def may_become(self, beginning: str) -> bool:
        """Whether some placeholder's body begins so."""
        if not self._sorted:
            self._bodies.sort()
            self._sorted = True
        return _begins(self._bodies, beginning)

    def resembles(self, said: str) -> bool:
        """Whether what stands in brackets was meant as one of these placeholders, though it is none."""
        squeezed = _NOT_LABEL.sub("_", said).strip("_").lower()
        return any(squeezed.startswith(label) for label in self._labels)

    def add_surrogate(self, fake: str, stored: Stored) -> bool:
        """Takes a surrogate, unless it is known, or one begins with the other: then False."""
        at = bisect_left(self._surrogates_sorted, fake)
        near = self._surrogates_sorted[max(at - 1, 0) : at + 1]
        if any(other.startswith(fake) or fake.startswith(other) for other in near):
            return False
        insort(self._surrogates_sorted, fake)
        self._surrogates[fake] = stored
        if len(fake) not in self._lengths:
            self._lengths = tuple(sorted({*self._lengths, len(fake)}, reverse=True))
        self._grams.add(fake[:_GRAM])
        self._start = None
        self.longest = max(self.longest, len(fake))
        return True

    def surrogate_may_be(self, beginning: str) -> bool:
        """Whether some surrogate begins so and goes on."""
        return beginning not in self._surrogates and _begins(self._surrogates_sorted, beginning)

    def next_surrogate(self, text: str, at: int) -> tuple[int, int, Stored] | None:
        """The next whole surrogate in the text: start, end, value. No letter or digit may stand right before it."""
        if self._start is None:
            self._start = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(self._grams)))})")
        for match in self._start.finditer(text, at):
            start = match.start()
            for length in self._lengths:
                stored = self._surrogates.get(text[start : start + length])
                if stored is not None:
                    return start, start + length, stored
        return None

    def to_map(self) -> dict[str, Any]:
        """All of it as JSON, for `shoal mask --map`. It holds the values themselves: keep it as secret as the text."""
        return {
            "version": MAP_VERSION,
            "placeholders": {token: _to_json(self._stored[body]) for token, body in self._tokens.items()},
            "surrogates": {fake: _to_json(stored) for fake, stored in self._surrogates.items()},
        }

    @classmethod
    def from_map(cls, wire: object) -> Values:
        """Reads what `to_map` wrote. Raises RequestError where it is something else."""
        if not isinstance(wire, Mapping) or wire.get("version") != MAP_VERSION:
            raise RequestError(f"this is no map of placeholders of version {MAP_VERSION}: make it anew with --map")
        values = cls()
        for token, entry in _entries(wire, "placeholders"):
            values.add(token, entry)
        for fake, entry in _entries(wire, "surrogates"):
            values.add_surrogate(fake, entry)
        return values


def _begins(ordered: list[str], beginning: str) -> bool:
    at = bisect_left(ordered, beginning)
    return at < len(ordered) and ordered[at].startswith(beginning)


def _to_json(stored: Stored) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": stored.type, "text": stored.text.reveal()}
    return {**entry, "depth": stored.depth} if stored.depth else entry


def _entries(wire: Mapping[str, Any], name: str) -> list[tuple[str, Stored]]:
    found = wire.get(name)
    if not isinstance(found, Mapping):
        raise RequestError(f"the map of placeholders has no {name}: make it anew with --map")
    for key, entry in found.items():
        if not _is_entry(entry) or (name == "placeholders" and not _TOKEN.fullmatch(key)):
            raise RequestError(f"the map of placeholders is damaged in its {name}: make it anew with --map")
    return [(key, _from_json(entry)) for key, entry in found.items()]


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, Mapping) or entry.get("depth", 0) not in range(DEEPEST + 1):
        return False
    return all(isinstance(entry.get(name), str) for name in ("type", "text"))


def _from_json(entry: Mapping[str, Any]) -> Stored:
    return Stored(entry["type"], Sensitive(entry["text"]), entry.get("depth", 0))
