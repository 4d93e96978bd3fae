"""Looks at the texts of a chat with the two classifiers: what the user says for jailbreaks, data for instructions.

It decides by one tenant's rules and counts what it did; it knows no reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from shoal.chat import Message, Passage, Trust
from shoal.errors import ContentRefused, GuardFailed
from shoal.trust.defence.guards import Guards
from shoal.trust.defence.leaves import UNTRUSTED, data_texts, texts, with_passage, with_texts
from shoal.trust.defence.rules import Rules
from shoal.trust.defence.sieve import without
from shoal.trust.defence.tally import Tally
from shoal.trust.work import Abandoned

LONGEST_JOINT = 4000
"""Characters of all that the user says, from the end, that are looked at together."""
T = TypeVar("T")
Scores = tuple[list[str], Sequence[float]]
"""Texts with their scores."""


class Examiner:
    """The two rules of one exchange that classifiers decide."""

    def __init__(self, rules: Rules, guards: Guards) -> None:
        self._rules = rules
        self._guards = guards
        self.jailbreak = Tally(rules.jailbreak, rules.settings.jailbreak.action)
        self.instructions = Tally(rules.instructions, rules.settings.instructions.action)

    def texts(self, messages: Sequence[Message], passages: Sequence[Passage]) -> Iterator[str]:
        """What `look` will look at."""
        if self._rules.jailbreak != "off":
            yield from _user_texts(messages)
        if self._rules.instructions != "off":
            yield from data_texts(messages, passages)

    async def foresee(self, messages: Sequence[Message]) -> Scores | None:
        """The scores that `look` will need, of texts that are short in all: told to it, they cost less. None where the
        classifier fails: it will again, and be told on."""
        if self._rules.jailbreak == "off" or not (said := _said(messages)):
            return None
        with suppress(Exception):
            return said, await self._guards.scores_soon(said)
        return None

    def look(
        self, messages: Sequence[Message], passages: Sequence[Passage], known: Scores | None = None
    ) -> tuple[Sequence[Message], Sequence[Passage]]:
        """The messages and passages as they may go on, in the same order. Raises ContentRefused, GuardFailed."""
        if self._rules.jailbreak != "off" and (said := _said(messages)):
            self._judge(said, known[1] if known is not None and known[0] == said else None)
        data = list(data_texts(messages, passages)) if self._rules.instructions != "off" else []
        changed = self._sifted(data, 2 * len(passages)) if data else data
        if changed == data:
            return messages, passages
        new = iter(changed)
        return (
            [with_texts(each, lambda label, text: next(new) if label in UNTRUSTED else text) for each in messages],
            [with_passage(each, lambda _: next(new)) for each in passages],
        )

    def _judge(self, said: list[str], known: Sequence[float] | None) -> None:
        settings, tally = self._rules.settings.jailbreak, self.jailbreak
        scores = known or self._tried(tally, lambda: self._guards.scores(said))
        if scores is None:
            return
        highest = max(scores)
        tally.look(len(scores), highest)
        if highest < (self._guards.jailbreak.threshold if settings.threshold is None else settings.threshold):
            return
        tally.fire(highest)
        if tally.mode == "enforce" and settings.action == "block":
            raise ContentRefused(
                "this request looks like an attempt to talk the model out of its rules, so it was not sent: say it in "
                "other words, or have the operator look at trust.defence.jailbreak",
                rule="jailbreak",
                param="messages",
            )

    def _sifted(self, data: Sequence[str], own: int) -> Sequence[str]:
        """Texts of low trust without instructions; the last `own` of them are of passages from the house's own
        collections."""
        settings, tally = self._rules.settings.instructions, self.instructions
        finds = self._tried(tally, lambda: self._guards.find(data, settings.threshold))
        for each in finds or ():
            tally.look(each.looked, each.highest)
            for score in each.scores:
                tally.fire(score)
        if finds is None or not tally.found or tally.mode != "enforce":
            return data
        actions = [settings.action] * (len(data) - own) + [settings.passages] * own
        if any(action == "block" and each.scores for action, each in zip(actions, finds, strict=True)):
            raise ContentRefused(
                "a document or a tool result in this request gives instructions, so it was not sent: look at where it "
                "comes from, or have the operator look at trust.defence.instructions",
                rule="instructions",
                param="messages",
            )
        return [
            without(text, each) if action == "strip" and each.places else text
            for text, action, each in zip(data, actions, finds, strict=True)
        ]

    def _tried(self, tally: Tally, work: Callable[[], T]) -> T | None:
        """What a classifier says; None where it failed and the rule only observes. Raises GuardFailed."""
        try:
            return work()
        except Abandoned:
            raise
        except Exception as error:  # noqa: BLE001 - a classifier that breaks, however, must not let a text pass
            tally.failed += 1
            if tally.mode != "enforce":
                return None
            raise GuardFailed(
                f"a classifier of the defence failed ({type(error).__name__}), so nothing was sent: see shoal doctor"
            ) from None


def _said(messages: Sequence[Message]) -> list[str]:
    """Each text of the user, and all of them together, since an attack may be spread over turns."""
    said = list(_user_texts(messages))
    return [*said, "\n".join(said)[-LONGEST_JOINT:]] if len(said) > 1 else said


def _user_texts(messages: Sequence[Message]) -> Iterator[str]:
    for message in messages:
        yield from (text for label, text in texts(message) if label is Trust.USER and text.strip())
