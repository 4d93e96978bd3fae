"""`shoal guard`: how well the guards of defence and monitoring do on labelled texts. It shows figures, never text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.masking import OfTenant
from shoal.cli.options import AsJson, ConfigPath
from shoal.cli.output import say, say_json, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shoal.trust.guard_figures import RuleFigures

COLUMNS = ("rule", "texts", "labelled", "flagged", "threshold", "precision", "recall", "false alarms", "AUC")
FEW = 30
ABOUT = "Measure what stops attacks and harm on your own texts."
app = typer.Typer(no_args_is_help=True, help=ABOUT, rich_markup_mode=None)


@app.callback()
def _guard() -> None:
    """Measure what stops attacks and harm on your own texts."""


@app.command("test")
def measure(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='JSON Lines of {"text", "kind", "labels"}.')],
    tenant: OfTenant = "default",
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Measure precision, recall and AUC of every rule that a file is labelled for, at the thresholds in force.

    `kind` is user (the default), data or reply; `labels` has true or false for rules: jailbreak (user), instructions
    (data), and the categories of harm. Modes do not count, and no judge is asked.
    """
    from shoal import plugins
    from shoal.cli.house import settings_of
    from shoal.trust.guard_figures import GuardTrial, counts, read_labelled, wire
    from shoal.trust.monitoring.step import MonitoringStep

    rows = read_labelled(file)
    settings = settings_of(config).settings
    brought = plugins.load(settings.plugins.modules).hook.shoal_monitors(settings=settings)
    step = MonitoringStep(settings.trust, (each for monitors in brought for each in monitors))
    figures = GuardTrial(settings.trust, tenant, step).figures(rows)
    if as_json:
        rules = {rule: wire(found) for rule, found in figures.items()}
        say_json({"file": str(file), "tenant": tenant, "texts": len(rows), "kinds": dict(counts(rows)), "rules": rules})
        return
    say(f"{len(rows)} texts: " + ", ".join(f"{number} {kind}" for kind, number in counts(rows)) + "\n")
    _show(figures)


def _show(figures: Mapping[str, RuleFigures]) -> None:
    table(COLUMNS, [_cells(rule, found) for rule, found in figures.items()])
    scarce = [
        rule for rule, found in figures.items() if min(found.positives, len(found.labels) - found.positives) < FEW
    ]
    if scarce:
        say(f"Fewer than {FEW} texts with or without the label, so figures say little: {', '.join(scarce)}")


def _cells(rule: str, found: RuleFigures) -> tuple[object, ...]:
    shares = (found.precision, found.recall, found.false_alarms, found.auc)
    shown = ("" if share is None else f"{share:.3f}" for share in shares)
    return (rule, len(found.labels), found.positives, found.flagged, f"{found.threshold:.3f}", *shown)
