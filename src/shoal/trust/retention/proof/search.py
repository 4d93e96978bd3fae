"""Searches bytes and files for canaries, in every form. It says where and which; never what.

A file that cannot be read is a finding too: what nobody looked into was not shown to be empty.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ahocorasick  # type: ignore[import-not-found]

from shoal.trust.retention.proof.canaries import Canaries, Canary
from shoal.trust.retention.proof.forms import digests, forms, grouped, inside, numbers

LARGEST_FILE = 512 << 20
UNKNOWN = "some route"
PART, CARD_PART = PARTS = ("part", "part of a card")
UNREAD = "cannot be read"


@dataclass(frozen=True, slots=True)
class Finding:
    """A canary where none may be: `place` such as "logs" or "data directory", `file` relative to that place."""

    place: str
    file: str
    route: str
    kind: str
    form: str
    times: int = 1

    def __str__(self) -> str:
        where = f"{self.place}: {self.file}" if self.file else self.place
        return f"{where} ({self.kind} of the route '{self.route}', {self.form})"


@dataclass(slots=True)
class Searched:
    """How much was looked through in one place."""

    place: str
    files: int = 0
    bytes: int = 0


class Searcher:
    """Looks for the canaries of one run that were made so far. `prompts` are whole texts whose digests count as well.
    `searched` says how much was looked through, place by place."""

    def __init__(self, canaries: Canaries, prompts: Iterable[str] = ()) -> None:
        self.searched: dict[str, Searched] = {}
        self._canaries = canaries
        self._needles = _automaton(_needles(canaries, prompts))

    def data(self, place: str, file: str, data: bytes) -> Iterator[Finding]:
        """The findings in these bytes, and in what is packed in them."""
        seen = self.searched.setdefault(place, Searched(place))
        seen.files += 1
        seen.bytes += len(data)
        found = self._found(data)
        for wrapping, inner in inside(data):
            for (canary, form), times in self._found(inner).items():
                found[canary, f"{form}, {wrapping}"] += times
        for (canary, form), times in sorted(found.items(), key=lambda each: (each[0][0].route, each[0][1])):
            yield Finding(place, file, canary.route, canary.kind, form, times)

    def folder(self, place: str, folder: Path, files: Iterable[Path] | None = None) -> Iterator[Finding]:
        """The findings in all files of a folder and below, and in their names; or in those files alone."""
        self.searched.setdefault(place, Searched(place))
        for path in sorted(_files(folder) if files is None else files):
            name = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
            try:
                content = _content(path)
            except OSError as error:
                yield Finding(place, name, UNKNOWN, "nothing", f"{UNREAD} ({type(error).__name__})")
                continue
            yield from self.file(place, name, content)

    def file(self, place: str, name: str, content: bytes) -> Iterator[Finding]:
        """The findings in one file and its name."""
        named = self._found(os.fsencode(name))
        yield from (Finding(place, "a file's name", each.route, each.kind, form) for each, form in named)
        yield from self.data(place, "(named like a canary)" if named else name, content)

    def _found(self, data: bytes) -> Counter[tuple[Canary, str]]:
        """Each canary and form that lies in these bytes, and how often. A part of a canary counts only where no whole
        one has the same form."""
        found: Counter[tuple[Canary, str]] = Counter()
        for _, each in self._needles.iter(data.decode("latin-1")):
            found.update(each)
        whole = {(form, canary.kind == "card") for canary, form in found if canary.kind not in PARTS}
        return Counter({key: times for key, times in found.items() if not _is_rest(*key, whole)})


def _is_rest(canary: Canary, form: str, whole: set[tuple[str, bool]]) -> bool:
    """Whether this is a part, and a whole one of the same form was found."""
    return canary.kind in PARTS and (form, canary.kind == CARD_PART) in whole


def _needles(canaries: Canaries, prompts: Iterable[str]) -> Iterator[tuple[Canary, str, bytes]]:
    """Every form of every canary, and of how all of them begin."""
    for token, kind in ((canaries.run, PART), (canaries.digits, CARD_PART)):
        yield from ((Canary(UNKNOWN, kind, ""), form, needle) for form, needle in _written(token))
    for canary in canaries:
        yield from ((canary, form, needle) for form, needle in _written(canary.value))
        yield from ((canary, form, needle) for form, needle in digests(canary.value))
        if canary.value.isdigit():
            yield from ((canary, form, needle) for form, needle in numbers(canary.value))
    for prompt in prompts:
        yield from ((Canary(UNKNOWN, "prompt", ""), form, needle) for form, needle in digests(prompt))


def _written(text: str) -> Iterator[tuple[str, bytes]]:
    yield from forms(text)
    if text.isdigit():
        yield from grouped(text)


def _automaton(needles: Iterable[tuple[Canary, str, bytes]]) -> Any:
    """Finds all of them in one pass; each needle stands for the canaries and forms that it shows."""
    gathered: dict[str, set[tuple[Canary, str]]] = {}
    for canary, form, needle in needles:
        gathered.setdefault(needle.decode("latin-1"), set()).add((canary, form))
    automaton = ahocorasick.Automaton()
    for word, meant in gathered.items():
        automaton.add_word(word, meant)
    automaton.make_automaton()
    return automaton


def _files(folder: Path) -> Iterator[Path]:
    """Files, links, and folders in which nothing is but which have a name."""
    for where, folders, names in os.walk(folder):
        yield from (Path(where, name) for name in names)
        yield from (path for name in folders if (path := Path(where, name)).is_symlink() or _is_empty(path))


def _is_empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError:
        return True


def _content(path: Path) -> bytes:
    """Of a link what it says; of what is neither file nor link (a socket, a pipe) nothing."""
    if path.is_symlink():
        return os.fsencode(path.readlink())
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE)
