"""The check for harm: which of several stretches of text may not pass. It knows thresholds and verdicts, no stream.

A stretch is scored together with what came before it, since harm may be spread over two sentences; by itself where that
comes near a threshold; and so is what it says in another coat. Few words prove little, and a reply has many sentences
that may be taken for harm by chance: so the odds of a score are lowered where a stretch has fewer than FEW_WORDS words,
down to a fiftieth (e to the power of CAUTION). These figures were chosen on harmless answers and on moderated texts
(`docs/methodology/monitoring.md`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from shoal.call import Call
from shoal.errors import GuardFailed
from shoal.trust.monitoring.bounded import bounded
from shoal.trust.monitoring.hidden import decoded, unescaped
from shoal.trust.monitoring.judge import Judge
from shoal.trust.monitoring.seam import Monitor, Verdict
from shoal.trust.monitoring.tally import Tally
from shoal.trust.together import Together
from shoal.trust.work import Abandoned, go_on, in_thread

FEW_WORDS, CAUTION, NEAR = 30, 4.0, 1.5
INLINE_CHARS = 1500
AT_ONCE = 64
Over = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A text to judge. `before` came right before it; `written`: it is JSON with escapes."""

    text: str = field(repr=False)
    before: str = field(default="", repr=False)
    written: bool = False

    def together(self) -> str:
        """What is scored first."""
        return self._spoken(self.before + self.text) if self.before.strip() else self.alone()

    def alone(self) -> str:
        """The stretch without what came before."""
        return self._spoken(self.text)

    def hidden(self) -> Sequence[str]:
        """What it says besides."""
        found = decoded(self.text)
        if not self.written and "\\" in self.text:
            found.append(unescaped(self.text))
        return found

    def _spoken(self, text: str) -> str:
        return unescaped(text) if self.written else text


@dataclass(slots=True)
class Finding:
    """What was found of one stretch: the category that is furthest over its threshold with its score, None where none
    is; `joint`: only together with what came before; `sure`: no judge need be asked; `doubtful`: the text that the
    monitor is unsure of, and its scores."""

    over: Over | None = None
    joint: bool = False
    sure: bool = False
    doubtful: tuple[str, Mapping[str, float]] | None = field(default=None, repr=False)


class _Closer(Exception):
    """The monitor would look closer, which is work for a thread."""


class Scale:
    """One tenant's thresholds, and what a score says against them. `cautious`: short texts count for less."""

    def __init__(self, thresholds: Mapping[str, float], *, cautious: bool) -> None:
        self._cautious = cautious
        # A score may be rounded to 1, or a plug-in give that: 1 as a threshold leaves a category out all the same.
        self._limits = tuple((name, limit) for name, limit in thresholds.items() if limit < 1)
        self._near = tuple((name, moved(limit, -NEAR)) for name, limit in self._limits)
        # Most scores are below all of them.
        self._lowest = min((limit for _, limit in self._limits), default=2.0)
        self._lowest_near = min((limit for _, limit in self._near), default=2.0)

    def read(self, text: str, verdict: Verdict) -> tuple[Mapping[str, float], float]:
        """The scores and the overall safety that count for this text."""
        # Scripts without blanks have about as many words as they have characters, by eight.
        words = max(len(text.split()), len(text) // 8)
        if not self._cautious or words >= FEW_WORDS:
            return verdict.scores, verdict.overall
        odds = math.exp(-CAUTION * (1 - words / FEW_WORDS))
        scores = {name: _times(score, odds) for name, score in verdict.scores.items()}
        return scores, 1 - _times(1 - verdict.overall, odds)

    def over(self, scores: Mapping[str, float]) -> Over | None:
        """The category that is furthest over its threshold."""
        best: Over | None = None
        if max(scores.values(), default=0.0) < self._lowest:
            return best
        furthest = 0.0
        for name, limit in self._limits:
            score = scores.get(name, 0.0)
            if score >= limit and score - limit >= furthest:
                best, furthest = (name, score), score - limit
        return best

    def near(self, scores: Mapping[str, float]) -> bool:
        """Whether any score comes near its threshold."""
        if max(scores.values(), default=0.0) < self._lowest_near:
            return False
        return any(scores.get(name, 0.0) >= limit for name, limit in self._near)


def moved(score: float, by: float) -> float:
    """The probability whose log-odds are `by` higher."""
    return _times(score, math.exp(by))


def _times(score: float, factor: float) -> float:
    """The probability whose odds are `factor` times as high."""
    odds = score * factor
    return odds / (odds + 1 - score) if odds else 0.0


class HarmCheck:
    """Scores the stretches of one prompt or one reply against one tenant's thresholds. `tally` is told what was
    found."""

    def __init__(self, monitor: Monitor, scale: Scale, tally: Tally, judge: Judge | None) -> None:
        self._monitor = bounded(monitor)
        self._scale = scale
        self._tally = tally
        self._judge = judge
        # Asking isinstance of a protocol takes 10 µs.
        self._quick: Callable[[Sequence[str]], Sequence[Verdict] | None] | None = getattr(monitor, "quick", None)
        self._hurried = False
        self._together: Together[str, Verdict | None] | None = getattr(monitor, "together", None)

    async def find(
        self, stretches: Sequence[Stretch], call: Call | None, beside: list[Watched] | None = None
    ) -> list[Finding]:
        """One finding for each stretch; long work runs in a thread, and so does what the monitor looks closer at.
        Without a call no judge is asked. What is only observed, and little, may come along as `beside`: that costs
        less than by itself. What is judged of it is taken out of the list. Raises GuardFailed."""
        long = sum([len(each.text) for each in stretches]) > INLINE_CHARS or len(stretches) > AT_ONCE
        findings = None if long else await self._soon(stretches, beside)
        if findings is None:
            findings = await in_thread(self._scored, stretches)
        if self._judge is not None and call is not None:
            for finding in findings:
                if finding.doubtful is not None and not finding.sure:
                    await self._ask(finding, self._judge, call)
        for finding in findings:
            self._note(finding)
        return findings

    def observe(self, stretches: Sequence[Stretch]) -> None:
        """Counts what is found, and asks no judge. Raises GuardFailed."""
        for finding in self._scored(stretches):
            self._note(finding)

    def observe_at_once(self, stretches: Sequence[Stretch]) -> bool:
        """As `observe`; False, and nothing counted, where the monitor would look closer. Raises GuardFailed."""
        findings = self._at_once(stretches)
        for finding in findings or ():
            self._note(finding)
        return findings is not None

    async def _soon(self, stretches: Sequence[Stretch], beside: list[Watched] | None) -> list[Finding] | None:
        """As `_at_once`, together with what other exchanges ask in this turn of the event loop, and with what is only
        observed if that needs no second look. None also where the monitor fails: it will again, and be told on."""
        if self._together is None:
            return self._at_once(stretches)
        own = [(self, stretch, Finding()) for stretch in stretches]
        others = [(check, stretch, Finding()) for check, stretch in beside or ()]
        mine, theirs = _readings(own), [] if any([job[1].before for job in others]) else _readings(others)
        with suppress(Exception):  # a monitor that breaks, or looks closer
            verdicts = await self._together.of([text for _, text, _ in (*mine, *theirs)])
            if near := _weigh(mine, verdicts[: len(mine)]):
                alone = [(job, job[1].alone(), False) for job in near]
                _weigh(alone, await self._together.of([text for _, text, _ in alone]))
            self._along(theirs, verdicts[len(mine) :], beside)
            self._tally.texts += len(stretches)
            return [finding for _, _, finding in own]
        return None

    @staticmethod
    def _along(readings: Sequence[Reading], verdicts: Sequence[Verdict | None], beside: list[Watched] | None) -> None:
        """Takes in what is only observed, unless some of it would be looked at closer."""
        if not beside or not readings or any([verdict is None for verdict in verdicts]):
            return
        beside.clear()
        _weigh(readings, verdicts)
        jobs = {id(job): job for job, _, _ in readings}
        for check, _, finding in jobs.values():
            check._tally.texts += 1
            check._note(finding)

    def _at_once(self, stretches: Sequence[Stretch]) -> list[Finding] | None:
        """As `_scored`; None where the monitor would look closer. What was counted by then counts no second time: it
        is but the highest scores."""
        self._hurried = True
        try:
            return self._scored(stretches)
        except _Closer:
            return None
        finally:
            self._hurried = False

    def _scored(self, stretches: Sequence[Stretch]) -> list[Finding]:
        findings: list[Finding] = []
        for start in range(0, len(stretches), AT_ONCE):
            if start:
                go_on()
            findings += self._look(stretches[start : start + AT_ONCE])
        self._tally.texts += len(stretches)
        return findings

    def _look(self, stretches: Sequence[Stretch]) -> list[Finding]:
        jobs = [(self, stretch, Finding()) for stretch in stretches]
        try:
            self._judge_all(jobs)
        except GuardFailed:
            self._tally.failed += 1
            raise
        return [finding for _, _, finding in jobs]

    def _judge_all(self, jobs: Sequence[Job]) -> None:
        near = self._read(_readings(jobs))
        if near:
            self._read([(job, job[1].alone(), False) for job in near])

    def _read(self, readings: Sequence[Reading]) -> list[Job]:
        """Scores texts. Returns what should be read alone as well."""
        return _weigh(readings, self._verdicts([text for _, text, _ in readings]))

    def _verdicts(self, texts: Sequence[str]) -> Sequence[Verdict]:
        try:
            found = self._quick(texts) if self._hurried and self._quick else self._monitor.scores(texts)
        except Abandoned:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in's monitor may raise anything; nothing passes unjudged
            raise GuardFailed(
                f"the monitor of harmful text failed ({type(error).__name__}), so nothing more was sent: "
                "see shoal doctor"
            ) from None
        if found is None:
            raise _Closer
        return found

    def _take(self, finding: Finding, text: str, verdict: Verdict, joint: bool) -> bool:
        """Takes a verdict in. Returns whether a stretch that was read with what came before comes near a threshold."""
        scores, overall = self._scale.read(text, verdict)
        self._tally.score(scores, overall)
        over = self._scale.over(scores)
        if over is not None and (finding.over is None or finding.joint):
            finding.over, finding.joint = over, joint
        if verdict.uncertain:
            finding.doubtful = text, scores
        elif over is not None:
            finding.sure = True
        return joint and self._scale.near(scores)

    async def _ask(self, finding: Finding, judge: Judge, call: Call) -> None:
        """The judge's word holds where it has one."""
        text, scores = finding.doubtful or ("", {})
        named = await judge.ask(text, call)
        if named is None:
            return
        if not named:
            finding.over = None
        elif finding.over is None or finding.over[0] not in named:
            finding.over = max(((name, scores.get(name, 0.0)) for name in named), key=lambda each: each[1])

    def _note(self, finding: Finding) -> None:
        if finding.over is not None:
            name, over = finding.over[0], self._tally.over
            over[name] = over.get(name, 0) + 1
            self._tally.stopped = self._tally.stopped or finding.over


def _readings(jobs: Sequence[Job]) -> list[Reading]:
    """What is scored first of each."""
    found: list[Reading] = []
    for job in jobs:
        stretch = job[1]
        found.append((job, stretch.together(), bool(stretch.before.strip())))
        found += [(job, said, False) for said in stretch.hidden()]
    return found


def _weigh(readings: Sequence[Reading], verdicts: Sequence[Verdict | None]) -> list[Job]:
    """Takes verdicts in. Returns what should be read alone as well. Raises _Closer where one is missing."""
    near: list[Job] = []
    for (job, text, joint), verdict in zip(readings, verdicts, strict=True):
        if verdict is None:
            raise _Closer
        if job[0]._take(job[2], text, verdict, joint):
            near.append(job)
    return near


Watched = tuple[HarmCheck, Stretch]
"""What is only observed, and the check that counts it."""
Job = tuple[HarmCheck, Stretch, Finding]
Reading = tuple[Job, str, bool]
"""A text to score for a job, and whether it is more than the job's stretch."""
