"""The tool policy: which tool calls of a reply may go out, where their arguments derive from text of low trust.

An argument derives from such text if it stands there and nowhere in what system and user said: as a whole, by a word
that says where something goes (an address, a link, a path, a number), or by a run of SPAN characters. It compares what
is written: what a model puts into other words or another code is not found. It calls no tool.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

import ahocorasick  # type: ignore[import-not-found]

from shoal.config.defence import ToolRules
from shoal.errors import ConfigError
from shoal.trust.defence.leaves import leaves
from shoal.trust.masking.fields import FieldRules, Path
from shoal.trust.masking.json_text import is_record, values

Action = Literal["allow", "flag", "block"]
LEAST = 4
"""Characters of a whole argument that can derive from anything; shorter ones stand everywhere."""
MOST_WHOLE = 2000
LONGEST_WORD = 300
SPAN = 32
MOST_SPANS = 2000
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
# A placeholder of masking, or what stands between blanks, quotes and brackets.
_PIECE = re.compile(r"<[a-z][a-z0-9_]*_[a-z2-7]{8,52}(?:[.:][a-z0-9]+)*>|[^\s\"'<>(){}\[\],;|]+")
_TELLING = re.compile(r"[0-9@\\_=#<]|\w[.:]\w|/.*/|^[~/]")
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?([^/:?#\s]+)")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One string or number of a call's arguments, and what in it could come from elsewhere: the whole, telling words
    (each with the host that it names, if any), spans."""

    path: Path
    said: str = field(repr=False)
    whole: str = field(repr=False)
    words: tuple[tuple[str, ...], ...] = field(repr=False)
    spans: tuple[str, ...] = field(repr=False)


class ToolPolicy:
    """[trust.defence.tools] of one tenant."""

    def __init__(self, settings: ToolRules) -> None:
        """Raises ConfigError where a path cannot be read."""
        self._default: Action = settings.action
        self._actions: dict[str, Action] = {name: rule.action for name, rule in settings.rules.items()}
        self._paths = {name: _paths(name, rule.arguments) for name, rule in settings.rules.items()}
        self._globs = {name: list(map(_glob, rule.values)) for name, rule in settings.rules.items()}

    @property
    def may_block(self) -> bool:
        """Whether there is any tool whose calls may be stopped."""
        return "block" in (self._default, *self._actions.values())

    def action(self, tool: str) -> Action:
        """What becomes of a call of that tool whose arguments derive from text of low trust."""
        return self._actions.get(tool, self._default)

    def derives(self, tool: str, arguments: str, sources: Sources) -> bool:
        """Whether an argument derives from text of low trust and no rule says that it may."""
        paths, globs = self._paths.get(tool), self._globs.get(tool, ())
        found = [leaf for leaf in _leaves(arguments) if paths is None or paths.type_of(leaf.path) is None]
        found = [leaf for leaf in found if not _allowed(leaf.whole, globs)]
        foreign = sources.foreign(found)
        return any(
            leaf.whole in foreign
            or any(not foreign.isdisjoint(word) and not _allowed(word[0], globs) for word in leaf.words)
            or any(span in foreign for span in leaf.spans)
            for leaf in found
        )


class Sources:
    """What was said in a request, by whether it is trusted. Read only once a call of a tool needs it."""

    def __init__(self) -> None:
        self._trusted: list[str] = []
        self._untrusted: list[str] = []
        self._schemas: list[object] = []
        self._read: tuple[str, str] | None = None

    def __bool__(self) -> bool:
        """Whether there is any text of low trust."""
        return bool(self._untrusted)

    def __repr__(self) -> str:
        return f"Sources({len(self._trusted)} trusted, {len(self._untrusted)} not)"

    def trust(self, *texts: str) -> None:
        """What system or user said."""
        self._trusted += texts
        self._read = None

    def trust_schema(self, *schemas: object) -> None:
        """What the tools of the request are and take, as JSON."""
        self._schemas += schemas
        self._read = None

    def distrust(self, *texts: str) -> None:
        """What documents or tools said."""
        self._untrusted += texts
        self._read = None

    def read(self) -> tuple[str, str]:
        """All of the trusted text, and all of the other, as they are compared."""
        if self._read is None:
            schemas = (json.dumps(schema, default=str) for schema in self._schemas if schema)
            self._read = (_joined([*self._trusted, *schemas]), _joined(self._untrusted))
        return self._read

    def foreign(self, found: Sequence[Leaf]) -> set[str]:
        """Which wholes, words and spans of the leaves stand in text of low trust alone. A leaf that system or user said
        as a whole is theirs."""
        if not found:
            return set()
        trusted, untrusted = self.read()
        theirs = _standing([leaf.whole for leaf in found], trusted)
        left = [leaf for leaf in found if leaf.whole not in theirs]
        parts = [part for leaf in left for part in (leaf.whole, *chain.from_iterable(leaf.words))]
        spans = [span for leaf in left for span in leaf.spans]
        there = _standing(parts, untrusted) | _standing(spans, untrusted, whole_words=False)
        return there - _standing(parts, trusted) - _standing(spans, trusted, whole_words=False)


def normal(text: str) -> str:
    """The text as it is compared: without capitals and unseen characters, with single spaces."""
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(text.casefold().split())


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(normal(leaf) for text in texts for leaf in leaves(text))


def _leaves(arguments: str) -> Iterator[Leaf]:
    """The strings, names and numbers of arguments in JSON; what is none is one string."""
    if not is_record(arguments):
        yield _leaf((), arguments)
        return
    for value in values(arguments):
        yield _leaf(value.path, value.said)


def _leaf(path: Path, said: str) -> Leaf:
    whole = normal(said)
    if len(whole) < LEAST:
        return Leaf(path, said, "", (), ())
    return Leaf(path, said, whole if len(whole) <= MOST_WHOLE else "", tuple(_telling(whole)), tuple(_spans(whole)))


def _telling(whole: str) -> Iterator[tuple[str, ...]]:
    """The words that say where something goes or which thing is meant: links and their hosts, addresses, paths,
    numbers, names of things."""
    for match in _PIECE.finditer(whole):
        word = match[0].strip(".,:!?*`")[:LONGEST_WORD]
        if len(word) >= LEAST and _TELLING.search(word):
            host = _HOST.match(word)
            yield (word, host[1]) if host and len(host[1]) >= LEAST else (word,)


def _spans(whole: str) -> Iterator[str]:
    """Runs of SPAN characters from the beginnings of words on; where there are very many, evenly chosen ones."""
    starts = [match.start() for match in _WORD.finditer(whole, 0, max(0, len(whole) - SPAN + 1))]
    step = -(-len(starts) // MOST_SPANS) or 1
    return (whole[start : start + SPAN] for start in starts[::step])


def _standing(parts: Iterable[str], text: str, whole_words: bool = True) -> set[str]:
    """Which parts stand in the text, in one pass (Aho-Corasick)."""
    wanted = {part for part in parts if part}
    if not wanted or not text:
        return set()
    automaton = ahocorasick.Automaton()
    for part in wanted:
        automaton.add_word(part, part)
    automaton.make_automaton()
    found: set[str] = set()
    for end, part in automaton.iter(text):
        if part not in found and (not whole_words or _bounded(text, end - len(part) + 1, end + 1)):
            found.add(part)
            if len(found) == len(wanted):
                break
    return found


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether a part is no piece of a longer word."""
    return not (start and text[start].isalnum() and text[start - 1].isalnum()) and not (
        end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    )


def _allowed(said: str, globs: Iterable[Sequence[str]]) -> bool:
    return not said or any(_fits(said, parts) for parts in globs)


def _glob(value: str) -> list[str]:
    """The parts of a pattern between its asterisks."""
    return normal(value).split("*")


def _fits(said: str, parts: Sequence[str]) -> bool:
    """Whether the text is these parts in this order, with anything between them."""
    if len(parts) == 1:
        return said == parts[0]
    first, *middle, last = parts
    if not (said.startswith(first) and said.endswith(last) and len(said) >= len(first) + len(last)):
        return False
    at, end = len(first), len(said) - len(last)
    for part in middle:
        found = said.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _paths(tool: str, arguments: Sequence[str]) -> FieldRules:
    try:
        return FieldRules({path: tool for path in arguments})
    except ConfigError as error:
        said: Any = error.message.partition(": ")[2]
        raise ConfigError(f"trust.defence.tools.rules.{tool}.arguments: {said}") from None
