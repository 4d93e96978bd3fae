"""`shoal trust test`: how well masking finds what people marked in texts of their own. It shows figures, never text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shoal.cli.erase import erase
from shoal.cli.masking import OfTenant, Tier, step_of
from shoal.cli.options import AsJson, ConfigPath
from shoal.cli.output import say, say_json, table

if TYPE_CHECKING:
    from shoal.trust.masking.detect import Detector
    from shoal.trust.masking.evaluation import Evaluation, LabelledText, Score

AT_ONCE = 64
FEWEST = 5
WEAKEST = 5
SCORES = ("precision", "recall", "f2")
COLUMNS = ("precision", "recall", "F2", "labelled", "found")
ABOUT = "Measure the trust layer on your own data, and erase what somebody left."
app = typer.Typer(no_args_is_help=True, help=ABOUT, rich_markup_mode=None)
app.command("erase")(erase)


@app.callback()
def _trust() -> None:
    """Measure the trust layer on your own data, and erase what somebody left."""


@app.command("test")
def measure(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labelled texts in the form of presidio-research.")],
    tier: Tier = None,
    tenant: OfTenant = "default",
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Measure how much of what is marked in a file is found, by type, and where that is weakest.

    Modes do not count: what is found is measured, whether or not it would be masked.
    """
    from shoal.cli.house import settings_of
    from shoal.trust.masking.evaluation import read_labelled

    labelled = read_labelled(file)
    step = step_of(settings_of(config).settings, tenant, tier, everything=True)
    rules = step.rules(tenant)
    total, groups = _measure(labelled, rules.detector)
    used = rules.policy.settings.tier
    if as_json:
        say_json(_wire(file, used, labelled, total, groups))
    else:
        _show(used, labelled, total, groups)


Groups = dict[str, "Evaluation"]


def _measure(labelled: Sequence[LabelledText], detector: Detector) -> tuple[Evaluation, Groups]:
    """Of all texts, and by language and kind where the file tells them."""
    from shoal.trust.masking.evaluation import evaluate

    total = evaluate([], [])
    groups: defaultdict[str, Evaluation] = defaultdict(lambda: evaluate([], []))
    for at in range(0, len(labelled), AT_ONCE):
        batch = labelled[at : at + AT_ONCE]
        for each, found in zip(batch, detector.find([each.text for each in batch]), strict=True):
            scored = evaluate([each], [found])
            total += scored
            for group in _groups_of(each):
                groups[group] += scored
    return total, dict(groups)


def _groups_of(text: LabelledText) -> Iterator[str]:
    if text.language:
        yield f"language {text.language}"
    if text.kind:
        yield f"kind {text.kind}"


def _show(tier: str, labelled: Sequence[LabelledText], total: Evaluation, groups: Groups) -> None:
    say(f"{len(labelled)} texts, {total.spans.labelled} marked spans, tier {tier}\n")
    rows = [("PII (of any type)", *_figures(total.spans)), ("PII (by word)", *_figures(total.tokens))]
    rows += [(name, *_figures(score)) for name, score in sorted(total.types.items())]
    table(("type", *COLUMNS), rows)
    say("")
    for line in _weak(total, groups):
        say(line)
    say("Scored as presidio-research scores spans, at an overlap of 0.75; F2 weighs recall twice as much as precision.")


def _weak(total: Evaluation, groups: Groups) -> Iterator[str]:
    """Where most is missed, and where most that is found is none."""
    missed = _lowest(total.types, "recall", "labelled")
    if missed:
        yield "Weakest, of what is marked so much is found: " + _listed(missed)
    false = _lowest(total.types, "precision", "predicted")
    if false:
        yield "Least sure, of what is found so much is marked: " + _listed(false)
    spans = {name: each.spans for name, each in groups.items()}
    where = _lowest(spans, "recall", "labelled")
    if len(spans) > 1 and where:
        yield "Weakest groups: " + _listed(where)


def _lowest(scores: dict[str, Score], share: str, of: str) -> list[tuple[str, float]]:
    """The lowest shares below 1, of what is there often enough to tell."""
    enough = [(name, getattr(score, share)) for name, score in scores.items() if getattr(score, of) >= FEWEST]
    below = [(name, value) for name, value in enough if value is not None and value < 1]
    return sorted(below, key=lambda each: (each[1], each[0]))[:WEAKEST]


def _listed(shares: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in shares)


def _figures(score: Score) -> tuple[str, str, str, int, int]:
    precision, recall, f2 = ("" if value is None else f"{value:.3f}" for value in _shares(score))
    return precision, recall, f2, score.labelled, score.predicted


def _shares(score: Score) -> tuple[float | None, float | None, float | None]:
    return score.precision, score.recall, score.f2


def _wire(file: Path, tier: str, labelled: Sequence[LabelledText], total: Evaluation, groups: Groups) -> dict[str, Any]:
    return {
        "file": str(file),
        "tier": tier,
        "texts": len(labelled),
        "pii": _score_wire(total.spans),
        "pii_by_word": _score_wire(total.tokens),
        "types": {name: _score_wire(score) for name, score in sorted(total.types.items())},
        "groups": {name: _score_wire(each.spans) for name, each in sorted(groups.items())},
    }


def _score_wire(score: Score) -> dict[str, float | int | None]:
    rounded = [None if value is None else round(value, 4) for value in _shares(score)]
    counts = {"labelled": score.labelled, "found": score.predicted, "matched": score.matched}
    return {**dict(zip(SCORES, rounded, strict=True)), **counts}
