"""The check for harm: which of several stretches of text may not pass. It knows thresholds and verdicts, no stream.

Each stretch is scored by itself, together with what came before it (harm may be spread over two sentences), and what
it says in another coat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shoal.call import Call
from shoal.errors import GuardFailed
from shoal.trust.monitoring.hidden import decoded, unescaped
from shoal.trust.monitoring.judge import Judge
from shoal.trust.monitoring.seam import Monitor, Verdict
from shoal.trust.monitoring.tally import Tally
from shoal.trust.work import Abandoned, go_on, in_thread

INLINE_CHARS = 1500
AT_ONCE = 64
Over = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A text to judge. `before` came right before it; `written`: it is JSON with escapes."""

    text: str = field(repr=False)
    before: str = field(default="", repr=False)
    written: bool = False

    def readings(self) -> Iterator[tuple[str, bool]]:
        """The texts to score, and whether the one before counts in it."""
        yield self._spoken(self.text), False
        if self.before.strip():
            yield self._spoken(self.before + self.text), True
        for said in decoded(self.text):
            yield said, False
        if not self.written and "\\" in self.text:
            yield unescaped(self.text), False

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


class HarmCheck:
    """Scores stretches against one tenant's thresholds. `tally` is told what was found."""

    def __init__(self, monitor: Monitor, thresholds: Mapping[str, float], tally: Tally, judge: Judge | None) -> None:
        self._monitor = monitor
        self._thresholds = tuple(thresholds.items())
        self._tally = tally
        self._judge = judge

    async def find(self, stretches: Sequence[Stretch], call: Call | None) -> list[Finding]:
        """One finding for each stretch; long work runs in a thread. Without a call no judge is asked. Raises
        GuardFailed."""
        long = sum(len(each.text) for each in stretches) > INLINE_CHARS
        findings = await in_thread(self._scored, stretches) if long else self._scored(stretches)
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

    def _scored(self, stretches: Sequence[Stretch]) -> list[Finding]:
        findings: list[Finding] = []
        for start in range(0, len(stretches), AT_ONCE):
            if start:
                go_on()
            findings += self._look(stretches[start : start + AT_ONCE])
        self._tally.texts += len(stretches)
        return findings

    def _look(self, stretches: Sequence[Stretch]) -> list[Finding]:
        findings = [Finding() for _ in stretches]
        readings = [(at, *reading) for at, each in enumerate(stretches) for reading in each.readings()]
        verdicts = self._verdicts([text for _, text, _ in readings])
        for (at, text, joint), verdict in zip(readings, verdicts, strict=True):
            self._tally.score(verdict.scores, verdict.overall)
            finding = findings[at]
            over = self._over(verdict.scores)
            if over is not None and (finding.over is None or finding.joint):
                finding.over, finding.joint = over, joint
            if verdict.uncertain:
                finding.doubtful = text, verdict.scores
            elif over is not None:
                finding.sure = True
        return findings

    def _verdicts(self, texts: Sequence[str]) -> Sequence[Verdict]:
        try:
            return self._monitor.scores(texts)
        except Abandoned:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in's monitor may raise anything; nothing passes unjudged
            self._tally.failed += 1
            raise GuardFailed(
                f"the monitor of harmful text failed ({type(error).__name__}), so nothing more was sent: "
                "see shoal doctor"
            ) from None

    def _over(self, scores: Mapping[str, float]) -> Over | None:
        """The category that is furthest over its threshold."""
        best: Over | None = None
        furthest = 0.0
        for name, threshold in self._thresholds:
            score = scores.get(name, 0.0)
            if score >= threshold and score - threshold >= furthest:
                best, furthest = (name, score), score - threshold
        return best

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
            self._tally.over[finding.over[0]] += 1
            if self._tally.stopped is None:
                self._tally.stopped = finding.over
