"""What the first day shows of defence and monitoring: prompts, data and replies that rules stopped, or would have. It
reads no database and prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

STOPS, CHANGES, FLAGS = "stop", "change", "flag"
DONE = {
    (STOPS, True): "stopped",
    (STOPS, False): "would have been stopped",
    (CHANGES, True): "changed",
    (CHANGES, False): "would have been changed",
    (FLAGS, True): "flagged",
    (FLAGS, False): "flagged",
}
WHAT = {"prompts": "prompt", "replies": "reply"}
RULES = {"jailbreak": "prompt", "instructions": "data", "canary": "reply", "tools": "tool call"}
EFFECT = {"block": STOPS, "strip": CHANGES, "flag": FLAGS, "allow": FLAGS}


@dataclass(slots=True)
class Stop:
    """One rule on one kind of text. `doubt` is how many of the exchanges it probably hit wrongly: the sum of 1 -
    score."""

    what: str
    rule: str
    effect: str
    enforced: bool
    exchanges: int = 0
    doubt: float = 0.0

    @property
    def fate(self) -> str:
        """What became of the texts, in words."""
        return DONE[self.effect, self.enforced]


@dataclass(slots=True)
class Stops:
    """The sum of all exchanges; one that two rules hit counts in the rows of both."""

    rows: dict[tuple[str, str, str, bool], Stop] = field(default_factory=dict)
    sentences: int = 0
    unsupported: int = 0

    def add(self, trust: Mapping[str, Any]) -> None:
        """Takes the account of one exchange in (`Record.trust`)."""
        monitoring = trust.get("monitoring", {})
        for what, rule, effect, enforced, score in (*_monitored(monitoring), *_defended(trust.get("defence", {}))):
            row = self.rows.setdefault((what, rule, effect, enforced), Stop(what, rule, effect, enforced))
            row.exchanges += 1
            row.doubt += 1 - score
        grounded = monitoring.get("groundedness", {})
        self.sentences += grounded.get("sentences", 0)
        self.unsupported += grounded.get("unsupported", 0)

    def ordered(self) -> list[Stop]:
        """What there is most of first."""
        return sorted(self.rows.values(), key=lambda row: (-row.exchanges, row.what, row.rule, row.effect))

    def wire(self) -> dict[str, Any]:
        """All of it as JSON."""
        rows = [
            {
                "what": row.what,
                "rule": row.rule,
                "effect": row.effect,
                "enforced": row.enforced,
                "exchanges": row.exchanges,
                "probably_wrong": round(row.doubt, 2),
            }
            for row in self.ordered()
        ]
        return {"rules": rows, "grounded_sentences": self.sentences, "not_in_the_sources": self.unsupported}


Hit = tuple[str, str, str, bool, float]


def _monitored(account: Mapping[str, Any]) -> Iterator[Hit]:
    for direction, what in WHAT.items():
        found = account.get(direction, {})
        if stopped := found.get("stopped"):
            yield what, stopped["category"], STOPS, found["mode"] == "enforce", stopped["score"]


def _defended(account: Mapping[str, Any]) -> Iterator[Hit]:
    for rule, what in RULES.items():
        found = account.get(rule, {})
        if found.get("found"):
            effect = EFFECT.get(found.get("action", ""), FLAGS)
            # Rules without a score, such as a canary that came back, leave no doubt.
            yield what, rule, effect, found["mode"] == "enforce", found.get("score", 1.0)
