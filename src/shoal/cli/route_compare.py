"""`shoal route compare`: a challenger beside the champion on the same labels, and whether to promote it. It changes
nothing."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath
from shoal.cli.output import note, say, say_json, table

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.routing.challenge import Comparison, Side

SAMPLE_TOKENS, MILLION = 1_000, 1_000_000


def compare(
    champion: Annotated[Path, typer.Argument(metavar="CHAMPION", help="The route in use.")],
    challenger: Annotated[Path, typer.Argument(metavar="CHALLENGER", help="The route that may take its place.")],
    file: Annotated[Path, typer.Argument(metavar="LABELS", help="Labels that neither was made of.")],
    margin: Annotated[float, typer.Option(min=0, max=1, help="The mean score that may be lost.")] = 0.0,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say whether to promote a challenger: only if it is certified, has not expired, and is not worse on these labels.

    Prices are those that the gateway would charge now: of the settings, else the provider's list price, and for models
    that run here the electricity. Where one is missing, only scores are compared. The exit code is 1 where the
    challenger is not to be promoted.
    """
    from shoal.cli.house import settings_of
    from shoal.routing.challenge import compared
    from shoal.routing.labels import read_labels
    from shoal.routing.route import Route

    prices = _prices(settings_of(config).settings)
    found = compared(Route.load(champion), Route.load(challenger), read_labels(file), prices, time.time(), margin)
    if as_json:
        say_json({"promote": found.promote, **asdict(found)})
    else:
        _show(found)
    if not found.promote:
        raise typer.Exit(1)


def _prices(settings: Settings) -> dict[str, float]:
    """USD for a million output tokens, of every model of which that is known, as metering counts it now."""
    from shoal.call import ModelCard, Price
    from shoal.metering.start import open_metering
    from shoal.models.specialists.catalogue import load_all

    cards = [each.model.card for each in load_all().values()]
    for name, row in settings.models.items():
        price = None if row.price is None else Price(row.price.input, row.price.cached, row.price.output)
        cards.append(ModelCard(name, "general", "host", host=row.host, params_b=row.params_b, price=price))
    step, found = open_metering(settings, cards), {}
    for card in cards:
        (cost_usd, _, _), _ = step.expected(card.name, card.host, (0, 0, SAMPLE_TOKENS), 0.0)
        if cost_usd is not None:
            found[card.name] = cost_usd * MILLION / SAMPLE_TOKENS
    return found


def _show(found: Comparison) -> None:
    if found.promote:
        say("Promote the challenger: name its folder as routing.route.")
    else:
        say(f"Keep the champion: of the challenger, {'; '.join(found.against)}.")
    rows = [("champion", *_cells(found.champion)), ("challenger", *_cells(found.challenger))]
    table(("route", "mean score", "to smaller models", "USD of the output"), rows)
    note(f"score {_interval(found.score)} on {found.n} labels, challenger less champion")
    if found.usd is None:
        note("prices are not compared: a model has no price, or a label no tokens")
    else:
        note(f"USD per request {_interval(found.usd)}")


def _cells(side: Side) -> tuple[str, str, str]:
    return f"{side.score:.3f}", f"{side.share:.1%}", "unknown" if side.usd is None else f"{side.usd:.4g}"


def _interval(found: tuple[float, float, float]) -> str:
    mean, low, high = found
    return f"{mean:+.3g} [{low:+.3g}, {high:+.3g}]"
