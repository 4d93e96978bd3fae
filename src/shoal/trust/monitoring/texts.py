"""Scores of whole texts, for those who ask for scores alone: a long text's are the highest of its stretches. It keeps
nothing and stops nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal.trust.monitoring.bounded import bounded
from shoal.trust.monitoring.check import AT_ONCE, INLINE_CHARS, HarmCheck, Scale, Stretch
from shoal.trust.monitoring.prompts import stretches
from shoal.trust.monitoring.seam import Monitor
from shoal.trust.monitoring.tally import Tally
from shoal.trust.monitoring.units import Cutter
from shoal.trust.work import go_on, in_thread


@dataclass(frozen=True, slots=True)
class Scored:
    """Of one text: the highest score (0..1) of each category, and its lowest overall safety."""

    scores: Mapping[str, float]
    overall: float

    def over(self, thresholds: Mapping[str, float]) -> list[str]:
        """The categories that reach their threshold; one with the threshold 1 is left out."""
        return [name for name, limit in thresholds.items() if limit < 1 and self.scores.get(name, 0.0) >= limit]


def score(monitor: Monitor, texts: Sequence[str]) -> list[Scored]:
    """Scores each text. Raises what the monitor raises."""
    owners: list[int] = []
    readings: list[str] = []
    for at, text in enumerate(texts):
        for stretch in stretches(text):
            for reading in (stretch.together(), *stretch.hidden()):
                owners.append(at)
                readings.append(reading)
    found: list[dict[str, float]] = [dict.fromkeys(monitor.thresholds, 0.0) for _ in texts]
    overall = [1.0] * len(texts)
    monitor = bounded(monitor)
    for start in range(0, len(readings), AT_ONCE):
        go_on()
        verdicts = monitor.scores(readings[start : start + AT_ONCE])
        for at, verdict in zip(owners[start : start + AT_ONCE], verdicts, strict=True):
            for name, value in verdict.scores.items():
                found[at][name] = max(value, found[at].get(name, 0.0))
            overall[at] = min(overall[at], verdict.overall)
    return [Scored(scores, safe) for scores, safe in zip(found, overall, strict=True)]


def score_reply(
    monitor: Monitor, text: str, thresholds: Mapping[str, float], hold_chars: int, *, cautious: bool = True
) -> Scored:
    """Scores a text as the reply that it is, sentence by sentence; as replies are where it is `cautious`. Raises
    GuardFailed."""
    tally = Tally("observe")
    cutter = Cutter(hold_chars, lambda _: 0)
    units = (*cutter.feed(text), *cutter.close())
    check = HarmCheck(monitor, Scale(thresholds, cautious=cautious), tally, None)
    check.observe([Stretch(unit.text, unit.before) for unit in units])
    return Scored({**dict.fromkeys(thresholds, 0.0), **tally.top}, tally.safety)


async def score_soon(monitor: Monitor, texts: Sequence[str]) -> list[Scored]:
    """As `score`; long texts in a thread."""
    if sum(map(len, texts)) > INLINE_CHARS:
        return await in_thread(score, monitor, texts)
    return score(monitor, texts)
