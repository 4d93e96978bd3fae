"""Monitoring of one exchange: the prompt on its way in, the reply on its way out.

It sees the masked view alone. What it leaves is counts and scores, never text. What is only observed is judged beside
the way of the request: nothing is held back or changed for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from time import perf_counter

from shoal.call import Call
from shoal.chat import Chat, Choice, Json, Piece
from shoal.errors import ContentRefused
from shoal.trust.monitoring.beside import Beside
from shoal.trust.monitoring.check import INLINE_CHARS, Finding, HarmCheck, Stretch
from shoal.trust.monitoring.groundedness import GroundednessCheck
from shoal.trust.monitoring.judge import Judge
from shoal.trust.monitoring.lines import ChoiceLines, Said
from shoal.trust.monitoring.prompts import new_texts, stretches
from shoal.trust.monitoring.rules import Rules
from shoal.trust.monitoring.seam import Monitor
from shoal.trust.monitoring.tally import Tally
from shoal.trust.work import in_thread


class Monitoring:
    """What one exchange's texts are judged by. `stopped` is set once no choice can go on: then the host's stream is to
    be closed."""

    def __init__(self, rules: Rules, monitor: Monitor) -> None:
        self._rules = rules
        self._monitor = monitor
        self._judge = Judge(rules.judge) if rules.judge else None
        self._prompts, self._replies = Tally(rules.prompts), Tally(rules.replies)
        self._prompt_check = HarmCheck(monitor, rules.whole, self._prompts, self._judge)
        self._reply_check = HarmCheck(monitor, rules.sentences, self._replies, self._judge)
        self._grounded: GroundednessCheck | None = None
        self._beside = Beside()
        self._choices: dict[int, ChoiceLines] = {}
        self._expected = 1
        self._since = 0.0
        self._cut = False
        self._reads = rules.replies != "off"
        self._holds = rules.replies == "enforce"
        self.stopped = False

    async def prompt(self, chat: Chat, call: Call) -> None:
        """Judges what the user says that is new. Raises ContentRefused, GuardFailed."""
        self._expect(chat)
        if self._rules.prompts == "off":
            return
        found = [stretch for text in new_texts(chat) for stretch in stretches(text)]
        if self._rules.prompts == "observe":
            self._beside.harm(self._prompt_check, found)
            return
        for finding in await self._prompt_check.find(found, call):
            if finding.over is not None:
                category = finding.over[0]
                raise ContentRefused(
                    f"the prompt was stopped by the monitoring rule '{category}' and sent to no model: say it "
                    "differently, or have the operator look at trust.monitoring",
                    rule=category,
                )

    def more(self, piece: Piece) -> bool:
        """As `read`, for what most chunks are: more of a sentence that has not ended, so that nothing is judged yet.
        False for all others: then nothing was taken in."""
        if len(piece.choices) != 1 or self._cut:
            return not self._reads
        lines = self._choices.get(piece.choices[0].index)
        if lines is None or not lines.more(piece.choices[0]):
            return not self._reads
        if self._holds:
            self._since = self._since or perf_counter()
            piece.choices = []
        return True

    async def read(self, piece: Piece, call: Call) -> Piece:
        """The piece with what is cleared by now; text waits until its sentence was judged. Raises GuardFailed."""
        if not self._reads:
            return piece
        ready: list[Said] = []
        for choice in piece.choices:
            lines = self._choices.get(choice.index) or self._begin(choice.index)
            if not lines.ended:
                ready += lines.take(choice)
            elif self._holds:
                choice.delta, choice.finish_reason, choice.extra = {}, None, None
        if not self._holds:
            self._watch(ready)
            return piece
        if ready or self._cut:
            await self._clear(ready, piece.choices, call)
        self._measure(ready)
        piece.choices = [choice for choice in piece.choices if not self._choices[choice.index].is_empty(choice)]
        return piece

    async def end(self, call: Call) -> Piece | None:
        """What was held back at the end of a reply without a finish reason; None where that is nothing. Raises
        GuardFailed."""
        unended = [lines for lines in self._choices.values() if not lines.ended]
        ready = [said for lines in unended for said in lines.close()]
        if not self._holds:
            self._watch(ready)
            return None
        choices = [Choice({}, lines.index) for lines in unended]
        await self._clear(ready, choices, call)
        choices = [choice for choice in choices if choice.delta or choice.extra or choice.finish_reason]
        return Piece(choices) if choices else None

    def finish(self) -> asyncio.Task[None] | None:
        """Judges what was only observed, to be called once, however the exchange ended. The account is complete when
        the task is done; None where it is so already."""
        return self._beside.finish()

    def account(self) -> Json:
        """What was found and done, in counts and scores."""
        wire: Json = {}
        if self._rules.prompts != "off":
            wire["prompts"] = self._prompts.wire()
        if self._rules.replies != "off":
            wire["replies"] = self._replies.wire()
        if self._grounded is not None:
            wire["groundedness"] = self._grounded.account()
        if self._judge is not None and self._judge.asked:
            wire["judge"] = self._judge.account()
        return wire

    def _expect(self, chat: Chat) -> None:
        """What can be known of the reply before it comes."""
        rules = self._rules
        wanted = chat.options.get("n")
        self._expected = wanted if isinstance(wanted, int) else 1
        if chat.passages and rules.grounded != "off":
            self._grounded = GroundednessCheck(rules.groundedness, rules.grounded, chat.passages, chat.ask)
            self._reads = True
            self._holds = self._holds or rules.grounded == "enforce"

    def _begin(self, index: int) -> ChoiceLines:
        held = self._monitor.held if self._rules.replies == "enforce" else _nothing
        lines = self._choices[index] = ChoiceLines(index, self._rules.hold_chars, held, holds=self._holds)
        return lines

    async def _clear(self, ready: Sequence[Said], choices: Sequence[Choice], call: Call) -> None:
        """Lets out what may pass, and ends the choices that may not go on."""
        harmful = await self._harmful(ready, call)
        if self._grounded is not None and sum(len(said.unit.text) for said in ready) > INLINE_CHARS:
            await in_thread(self._let_out, ready, harmful)
        else:
            self._let_out(ready, harmful)
        for choice in choices:
            lines = self._choices[choice.index]
            if choice.index in harmful:
                lines.stop(choice)
            else:
                lines.place(choice)
        self._cut = self._cut or bool(harmful)
        self.stopped = self._cut and sum(lines.ended for lines in self._choices.values()) >= self._expected

    def _let_out(self, ready: Sequence[Said], harmful: Mapping[int, int]) -> None:
        for place, said in enumerate(ready):
            if place < harmful.get(said.choice.index, len(ready)):
                said.line.clear(said.unit, self._borne_out(said))

    async def _harmful(self, ready: Sequence[Said], call: Call) -> dict[int, int]:
        """The choices that are to be stopped, each with the place in `ready` from which on nothing of it goes out."""
        if self._rules.replies != "enforce":
            self._watch(ready, grounded=False)
            return {}
        if not ready:
            return {}
        findings = await self._reply_check.find([_stretch(said) for said in ready], call, self._beside.light())
        found: dict[int, int] = {}
        for place, finding in enumerate(findings):
            if finding.over is not None:
                found.setdefault(ready[place].choice.index, _begins(ready, place, finding))
        return found

    def _borne_out(self, said: Said) -> str:
        """The unit's text, with what the passages do not bear out marked or dropped."""
        check = self._grounded
        if check is None or not said.is_content:
            return said.unit.text
        if self._rules.grounded == "enforce":
            return check.read(said.choice.index, said.unit)
        self._beside.grounded(check, said.choice.index, said.unit)
        return said.unit.text

    def _watch(self, ready: Sequence[Said], *, grounded: bool = True) -> None:
        """Has units judged that go out whatever comes of it."""
        if self._rules.replies != "off":
            self._beside.harm(self._reply_check, [_stretch(said) for said in ready])
        if grounded and self._grounded is not None:
            for said in ready:
                self._borne_out(said)

    def _measure(self, ready: Sequence[Said]) -> None:
        """How much was kept back, and for how long."""
        if not ready:
            self._since = self._since or perf_counter()
        elif self._since:
            tally, now = self._replies, perf_counter()
            tally.held_s = max(tally.held_s, now - self._since)
            tally.held_chars = max(tally.held_chars, *(said.line.cutter.waited for said in ready))
            self._since = now if any(said.line.cutter.text for said in ready) else 0.0


def _nothing(text: str) -> int:
    return 0


def _stretch(said: Said) -> Stretch:
    return Stretch(said.unit.text, said.unit.before, said.is_written)


def _begins(ready: Sequence[Said], place: int, finding: Finding) -> int:
    """Where the harm begins: in the unit itself, or in the one before where only both together are harmful and it has
    not gone out yet."""
    if not finding.joint:
        return place
    line = ready[place].line
    return next((before for before in range(place - 1, -1, -1) if ready[before].line is line), place)
