"""Families of tasks, where nobody named them: by system prompt, by the template of the ask, and what is left by
clusters of what is asked.

A family is named after words that many of its asks use, in small letters everywhere, so that a name of somebody is
none of them. What `templates.py` and `clusters.py` find has no name.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from shoal.models.specialists.words import PLACEHOLDER
from shoal.routing.features import ask_of
from shoal.routing.rightsize.clusters import parted
from shoal.routing.rightsize.templates import of_asks, of_systems

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.routing.rightsize.tasks import Task

    Places = NDArray[np.int64]

ALL = "all tasks"
NAME_WORDS = 3
WORD_IN = 5
"""A word of a name occurs in so many asks at least."""
_WORD = re.compile(r"(?<!\w)[^\W\d_]{4,20}(?!\w)")
# Within a sentence: perhaps a name.
_CAPITAL = re.compile(r"(?<=[\w,] )[A-ZÀ-Þ][^\W\d_]{3,19}")
Name = TypeVar("Name")


def families(tasks: Sequence[Task], seed: int = 0) -> list[str]:
    """The family of each task: as given, else found."""
    found = [task.family or "" for task in tasks]
    open_yet = [at for at, name in enumerate(found) if not name]
    taken = {name for name in found if name}
    asks = {at: PLACEHOLDER.sub(" ", ask_of(tasks[at].chat)) for at in open_yet}
    parts = list(_parts(tasks, open_yet, asks, seed))
    names = named([asks[at] for part, _ in parts for at in part], _numbered([len(part) for part, _ in parts]))
    for number, (part, template) in enumerate(parts):
        name = _name(names[number], template, alone=len(parts) == 1)
        for at in part:
            found[at] = f"{name} (found)" if name in taken else name
    return found


def _parts(
    tasks: Sequence[Task], chosen: Sequence[int], asks: dict[int, str], seed: int
) -> Iterator[tuple[list[int], str]]:
    """The tasks of each family, and its template, "" for a cluster of asks without one."""
    systems = of_systems([tasks[at].chat.system for at in chosen])
    for system, part in _grouped(systems, chosen):
        for instruction, rest in _grouped(of_asks([asks[at] for at in part]), part):
            template = "\n".join(filter(None, (system, instruction)))
            if instruction:
                yield rest, template
                continue
            for _, cluster in _grouped(parted([asks[at] for at in rest], seed), rest):
                yield cluster, template


def _grouped(names: Sequence[Name] | Places, places: Sequence[int]) -> list[tuple[Name, list[int]]]:
    """Places by name, in the order in which names come first."""
    parts: dict[Name, list[int]] = {}
    for name, at in zip(names, places, strict=True):
        parts.setdefault(name, []).append(at)
    return list(parts.items())


def _numbered(sizes: Sequence[int]) -> Places:
    return np.repeat(np.arange(len(sizes)), sizes)


def _name(words: str, template: str, *, alone: bool) -> str:
    if alone:
        return ALL
    if not template:
        return words
    mark = hashlib.sha256(template.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"template {mark}: {words}"


def named(asks: Sequence[str], labels: Places) -> dict[int, str]:
    """A name for each cluster: words that many of its asks use and few of the others."""
    heard: dict[int, Counter[str]] = {int(label): Counter() for label in np.unique(labels)}
    capital: set[str] = set()
    for ask, label in zip(asks, labels, strict=True):
        words = set(_WORD.findall(ask))
        heard[int(label)].update({word.lower() for word in words})
        capital.update(word.lower() for word in _CAPITAL.findall(ask))
    everywhere = sum(heard.values(), Counter[str]())
    sizes = Counter(map(int, labels))
    found: dict[int, str] = {}
    for label, counts in heard.items():
        usual = {
            word: count / sizes[label] - (everywhere[word] - count) / max(len(asks) - sizes[label], 1)
            for word, count in counts.items()
            if count >= max(WORD_IN, 0.02 * sizes[label]) and word not in capital
        }
        best = sorted(usual, key=lambda word: (-usual[word], word))[:NAME_WORDS]
        found[label] = ", ".join(best) or f"cluster {label + 1}"
    return _told_apart(found)


def _told_apart(names: dict[int, str]) -> dict[int, str]:
    twice = {name for name, count in Counter(names.values()).items() if count > 1}
    return {label: f"{name} ({label + 1})" if name in twice else name for label, name in names.items()}
