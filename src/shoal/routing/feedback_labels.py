"""Labels from feedback: what people of one tenant said of answers, as lines that a router learns from. It reads no
store; what was said must be masked already.

Each line holds the score of the one model that answered. No key may decide more than its share of the lines.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shoal.chat import Chat, Json, Message, ShoalOptions
from shoal.errors import ConfigError
from shoal.routing.features import ask_of
from shoal.routing.groups import groups_of

RATINGS: Mapping[str, float] = {"up": 1.0, "down": 0.0}
OUTCOMES: Mapping[str, float] = {"accepted": 1.0, "edited": 0.5, "regenerated": 0.0, "declined": 0.0}
ROLES = ("system", "developer", "user", "assistant")
SHARE = 0.1
"""The largest part of the lines that one key may decide."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One feedback to an answer: who gave it, and what it said."""

    key_id: str
    rating: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer that people said something of. `asker` is the key of the request, `prompt` its masked transcript,
    `routing` what the router wrote down of its choice; `voices` oldest first."""

    exchange_id: str
    asker: str
    model: str
    prompt: Json = field(repr=False)
    tokens: int
    tags: Mapping[str, str] | None
    routing: Mapping[str, Any] | None
    voices: Sequence[Voice]

    @property
    def chat(self) -> Chat:
        """What was asked."""
        return chat_of(self.model, self.prompt, self.tags)


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer's score, and the key that decided it."""

    heard: Heard
    key_id: str
    score: float


def scored(heard: Iterable[Heard]) -> list[Scored]:
    """Those that have a score. The key that asked decides, if it said anything; else the first other key that did: who
    comes later can take over no answer."""
    found = []
    for each in heard:
        keys = list(dict.fromkeys(voice.key_id for voice in each.voices))
        for key in sorted(keys, key=lambda name: name != each.asker):
            score = score_of([voice for voice in each.voices if voice.key_id == key])
            if score is not None:
                found.append(Scored(each, key, score))
                break
    return found


def score_of(voices: Sequence[Voice]) -> float | None:
    """The score by the last rating and the last outcome; the lower where both say something. None where neither
    does."""
    ratings = [RATINGS[said] for voice in voices if (said := voice.rating) is not None and said in RATINGS]
    outcomes = [OUTCOMES[said] for voice in voices if (said := voice.outcome) is not None and said in OUTCOMES]
    return min(ratings[-1:] + outcomes[-1:], default=None)


def capped(found: Sequence[Scored], share: float = SHARE) -> list[Scored]:
    """As many as can be kept so that no key decides more than `share` of them; which of a key's are kept, a hash of
    their ids says. Raises ConfigError where too few keys said anything for that."""
    counts = Counter(each.key_id for each in found)
    most = most_per_key(list(counts.values()), share)
    if not most:
        raise ConfigError(
            f"{len(counts)} keys gave feedback: for no key to decide more than {share:.0%} of the labels there must be "
            f"{_fewest(share)}. Wait for more, or raise --share if you trust those keys (1 lets one decide all)"
        )
    kept: list[Scored] = []
    taken: Counter[str] = Counter()
    for each in sorted(found, key=lambda one: hashlib.sha256(one.heard.exchange_id.encode()).digest()):
        if taken[each.key_id] < most:
            taken[each.key_id] += 1
            kept.append(each)
    return kept


def most_per_key(counts: Sequence[int], share: float) -> int:
    """The largest c with c <= share * sum(min(n, c)); 0 where there is none. The difference of the two sides is 0 at
    c = 0 and convex, so that what holds at c holds below it."""
    low, high = 0, max(counts, default=0)
    while low < high:
        middle = (low + high + 1) // 2
        if middle <= share * sum(min(count, middle) for count in counts) + 1e-9:
            low = middle
        else:
            high = middle - 1
    return low


def line_of(each: Scored) -> Json:
    """The line of a labels file, with the chance of the choice where the router's own choice answered."""
    heard = each.heard
    chat = heard.chat
    line: Json = {
        "id": heard.exchange_id,
        "messages": [{"role": message.role, "content": message.text} for message in chat.messages],
        "scores": {heard.model: each.score},
        "tokens": {heard.model: heard.tokens},
        "groups": groups_of(chat),
    }
    routing = heard.routing or {}
    if routing.get("model") == heard.model and isinstance(routing.get("propensity"), float):
        line |= {"model": heard.model, "propensity": routing["propensity"]}
    return line


def chat_of(model: str, prompt: Json, tags: Mapping[str, str] | None) -> Chat:
    """The masked chat of a kept transcript, without tools' results and what was left out of it."""
    messages = prompt.get("messages") or []
    kept = tuple(Message.from_wire(each) for each in messages if each["role"] in ROLES and not each.get("left_out"))
    return Chat(model, kept, shoal=ShoalOptions(tags=dict(tags or {})))


def has_ask(each: Scored) -> bool:
    """Whether anything is left of what was asked."""
    return bool(ask_of(each.heard.chat))


def _fewest(share: float) -> int:
    return -int(-1 // share)
