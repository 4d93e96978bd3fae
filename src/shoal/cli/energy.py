"""`shoal energy`: the group of verbs about energy. Each verb has a file of its own; this one knows only their names."""

from __future__ import annotations

import typer

from shoal.cli import energy_calibrate, energy_factors, energy_report, energy_savings

app = typer.Typer(no_args_is_help=True, help="Calibrate energy counters; report on energy.", rich_markup_mode=None)
app.command("calibrate")(energy_calibrate.calibrate)
app.command("factors")(energy_factors.factors)
app.command("report")(energy_report.report)
app.command("savings")(energy_savings.savings)
