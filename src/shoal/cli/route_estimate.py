"""`shoal route estimate`: what a route would have scored, from logs of exploration. It calls no model."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson
from shoal.cli.output import note, say, say_json, table

if TYPE_CHECKING:
    from shoal.routing.estimates import Estimate


def estimate(
    file: Annotated[Path, typer.Argument(metavar="LABELS", help="Labels with 'model' and 'propensity'.")],
    route: Annotated[Path, typer.Option(metavar="FOLDER", help="The route to estimate.")],
    seed: Annotated[int, typer.Option(min=0, help="Of the resamples.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say what a route would have scored on logged requests, with intervals, and whether the logs suffice to say it.

    The logs must come from a router that explored, and must not be among the labels that the route was learned from.
    """
    from shoal.routing.estimates import estimated
    from shoal.routing.labels import read_rows
    from shoal.routing.replay import logged_of, logs_of
    from shoal.routing.route import Route

    logs, unknown = logs_of(Route.load(route), logged_of(read_rows(file)))
    found = estimated(logs, seed)
    if as_json:
        say_json({**asdict(found), "left_out": unknown})
        return
    if found.doubt is not None:
        say(f"Not to be relied on: {found.doubt}.")
    table(
        ("estimate", "mean score", "95 % interval"),
        [
            ("this route, doubly robust", *_cells(found.robust)),
            ("this route, inverse propensity", *_cells(found.weighted)),
            ("what was logged", *_cells(found.logged)),
        ],
    )
    note(f"{found.n} logs, worth {found.effective:.0f} of this route's own; mean weight {found.weight.mean:.2f}")
    if unknown:
        note(f"{unknown} logs of models that this route does not know are left out")


def _cells(found: Estimate | None) -> tuple[str, str]:
    if found is None:
        return "unknown", "no log agrees with this route"
    return f"{found.mean:.3f}", f"{found.low:.3f} to {found.high:.3f}"
