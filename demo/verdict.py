"""Is an answer right? Compares it with the message's label; it sends nothing and prints nothing.

| kind | right |
|---|---|
| triage | the label, nothing else |
| out_of_scope | "out_of_scope" (or "oos"), or no answer: no intent was made up |
| docs | holds a key phrase of the label, and cites a source |
| summary | holds a key phrase, and is at most a fifth longer than asked for |
| large | no specialist answered: a host's model did, or nobody |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from demo.messages import OUT_OF_SCOPE, Message

OUT_OF_SCOPE_WORDS = (OUT_OF_SCOPE, "oos")
SLACK = 1.2


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `model` is Shoal's word on who answered ("auto" where nobody was sure enough), `sources` the
    files cited, `error` the class of the SDK's exception ("" for none)."""

    text: str
    model: str
    latency_s: float
    sources: tuple[str, ...] = field(default=())
    confidence: float | None = None
    error: str = ""

    @property
    def abstained(self) -> bool:
        """Nobody was sure enough, and no larger model was there to ask."""
        return not self.error and self.model == "auto"

    @property
    def by_specialist(self) -> bool:
        """An embedded model answered."""
        return not self.error and self.model.startswith("shoal/")


def is_right(message: Message, answer: Answer) -> bool:
    """By the table above; an error is never right, and an abstention only where there was nothing to answer."""
    if answer.error:
        return False
    if answer.abstained:
        return message.kind in (OUT_OF_SCOPE, "large")
    if message.kind == "triage":
        return answer.text.strip() == str(message.label)
    if message.kind == OUT_OF_SCOPE:
        return answer.text.strip() in OUT_OF_SCOPE_WORDS
    if message.kind == "docs":
        return bool(answer.sources) and holds(answer.text, message.label["phrases"])
    if message.kind == "summary":
        if len(answer.text.split()) > SLACK * message.label["words"]:
            return False
        return holds(answer.text, message.label["phrases"])
    return not answer.by_specialist


def holds(text: str, phrases: list[str]) -> bool:
    """Whether `text` contains one of the phrases, whatever the case, the spaces and the Markdown marks."""
    found = plain(text)
    return any(plain(phrase) in found for phrase in phrases)


def plain(text: str) -> str:
    """`text` in lower case, without back-ticks, asterisks and citation marks, with single spaces."""
    return " ".join(re.sub(r"[`*]|\[\d+\]", "", text).lower().split())
