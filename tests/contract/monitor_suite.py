"""What every `Monitor` keeps to. A plug-in's author runs it on their own:

    from tests.contract.monitor_suite import CHECKS, Subject

`Subject` says which text the monitor must stop, and which it must let pass; each check is a function of it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from shoal.trust.monitoring.seam import Monitor, Verdict

HOSTILE = (
    *("", " ", "\0", "\n" * 500, "\ud800 lone \udfff", "\u200b\u202e\ufeff", "e\u0301" * 300, "\U0001f468\u200d" * 200),
    *("0" * 5000, "((((((((((" * 300, "a@" * 2000, "名" * 2000, "x" * 20_000, "Ωмegа ١٢٣ ４５６", "%41%42%"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """`monitor` stops `bad` for `category`, and lets `fine` pass."""

    monitor: Monitor
    bad: str = field(repr=False)
    category: str
    fine: str = "The meeting is at ten, and there will be coffee and cake for everybody."


def it_has_thresholds(subject: Subject) -> None:
    thresholds = subject.monitor.thresholds
    assert subject.category in thresholds
    assert all(0 < threshold <= 1 for threshold in thresholds.values())


def it_stops_what_it_is_for(subject: Subject) -> None:
    (verdict,) = subject.monitor.scores([subject.bad])
    assert verdict.scores[subject.category] >= subject.monitor.thresholds[subject.category]


def it_lets_the_harmless_pass(subject: Subject) -> None:
    (verdict,) = subject.monitor.scores([subject.fine])
    assert all(verdict.scores.get(name, 0) < limit for name, limit in subject.monitor.thresholds.items())


def its_scores_are_probabilities(subject: Subject) -> None:
    texts = [subject.bad, subject.fine, *HOSTILE]
    verdicts = subject.monitor.scores(texts)
    assert len(verdicts) == len(texts)
    for verdict in verdicts:
        assert all(0 <= score <= 1 for score in verdict.scores.values())
        assert 0 <= verdict.overall <= 1
        assert verdict.uncertain in (True, False)


def it_says_the_same_of_the_same(subject: Subject) -> None:
    texts = [subject.bad, subject.fine]
    one = _plain(subject.monitor.scores(texts))
    assert _plain(subject.monitor.scores(texts)) == one
    assert _plain([subject.monitor.scores([text])[0] for text in texts]) == one
    assert list(subject.monitor.scores([])) == []


def it_holds_no_more_than_there_is(subject: Subject) -> None:
    for text in (subject.bad, subject.fine, *HOSTILE):
        for end in range(min(len(text), 50) + 1):
            assert 0 <= subject.monitor.held(text[:end]) <= end


def it_can_be_asked_from_several_threads(subject: Subject) -> None:
    expected = _plain(subject.monitor.scores([subject.bad, subject.fine]))
    found: list[list[dict[str, float]]] = []
    work = [
        threading.Thread(target=lambda: found.append(_plain(subject.monitor.scores([subject.bad, subject.fine]))))
        for _ in range(4)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert found == [expected] * 4


def _plain(verdicts: Sequence[Verdict]) -> list[dict[str, float]]:
    """Scores that can be compared: sums of floats may differ in their last places."""
    return [{name: round(score, 4) for name, score in verdict.scores.items()} for verdict in verdicts]


CHECKS = (
    it_has_thresholds,
    it_stops_what_it_is_for,
    it_lets_the_harmless_pass,
    its_scores_are_probabilities,
    it_says_the_same_of_the_same,
    it_holds_no_more_than_there_is,
    it_can_be_asked_from_several_threads,
)
