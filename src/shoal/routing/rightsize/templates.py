"""Prompt templates: which asks a program wrote around changing slots, and which system prompts are one and the same.
It knows words alone, no model and no meaning.

System prompts are one template where their sets of words overlap by SAME (Jaccard 1901); an ask's template is what it
says before its first colon or line break, or in its last line, numbers and placeholders aside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from shoal.models.specialists.words import PLACEHOLDER

SAME = 0.8
FEWEST = 5
"""System prompts that occur more rarely are told apart by their first HEAD words alone."""
FEWEST_ASKS = 30
HEAD = 8
MOST_KINDS = 2_000
LEAST_WORDS, MOST_LEAD = 2, 400
_SLOT = re.compile(rf"{PLACEHOLDER.pattern}|\d+")
_LEAD = re.compile(r"[^:\n]*[:\n]")


def of_systems(systems: Sequence[str]) -> list[str]:
    """For each system prompt the one that stands for its template: the most usual, "" for those that are too rare to
    be one."""
    counts = Counter(systems)
    leaders: dict[str, set[str]] = {}
    belongs: dict[str, str] = {}
    for text in sorted(counts, key=lambda each: (-counts[each], each)):
        words = set(text.split())
        found = next((name for name, own in leaders.items() if _alike(words, own)), None)
        if found is None and len(leaders) < MOST_KINDS:
            leaders[text], found = words, text
        belongs[text] = text if found is None else found
    return _without_rare([belongs[text] for text in systems])


def of_asks(asks: Sequence[str]) -> list[str]:
    """For each ask what its template says, "" where no FEWEST_ASKS others say the same."""
    leads, tails = list(map(lead, asks)), list(map(tail, asks))
    begun, ended = Counter(leads), Counter(tails)
    return [
        first if first and begun[first] >= FEWEST_ASKS else last if last and ended[last] >= FEWEST_ASKS else ""
        for first, last in zip(leads, tails, strict=True)
    ]


def lead(ask: str) -> str:
    """What stands before the first colon or line break; "" where that is no instruction."""
    found = _LEAD.match(ask.lstrip()[: MOST_LEAD + 1])
    return _instruction(found[0].rstrip(":\n")) if found is not None else ""


def tail(ask: str) -> str:
    """The last of several lines; "" where that is no instruction."""
    _, line, last = ask.rstrip().rpartition("\n")
    return _instruction(last) if line and len(last) <= MOST_LEAD else ""


def _instruction(text: str) -> str:
    words = _SLOT.sub("_", text).casefold().split()
    return " ".join(words) if sum(word.strip("_.,!?") != "" for word in words) >= LEAST_WORDS else ""


def _alike(some: set[str], others: set[str]) -> bool:
    both = len(some & others)
    return both >= SAME * (len(some) + len(others) - both)


def _without_rare(names: Sequence[str]) -> list[str]:
    """Rare ones together where they begin alike, as those do that hold what was looked up for one request."""
    counts = Counter(names)
    heads = {name: " ".join(name.split()[:HEAD]) for name in counts}
    shared = Counter({heads[name]: 0 for name in counts})
    for name, count in counts.items():
        shared[heads[name]] += count if count < FEWEST else 0
    return [name if counts[name] >= FEWEST else heads[name] if shared[heads[name]] >= FEWEST else "" for name in names]
