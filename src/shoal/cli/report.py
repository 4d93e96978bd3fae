"""`shoal report`: what happened, from the ledger. It shows counts; the ledger holds no text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json, table

if TYPE_CHECKING:
    from shoal.cli.first_day import Day
    from shoal.cli.first_day_stops import Stops

HOUR_S = 3600
COLUMNS = ("type", "host", "found", "probably none", "requests", "what became of it")
STOPPED = ("text", "rule", "requests", "probably wrong", "what became of it")
app = typer.Typer(no_args_is_help=True, help="Say what happened, from the ledger.", rich_markup_mode=None)


@app.callback()
def _report() -> None:
    """Say what happened, from the ledger."""


@app.command("first-day")
def first_day(
    since: Annotated[float, typer.Option("--since", metavar="HOURS", min=0, help="How far to look back.")] = 24,
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Only this organisation.")] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say which personal data would have reached which host, or was kept from it, the settings that mask it, and which
    prompts and replies would have been stopped.

    Best after some hours of `shoal up --observe`.
    """
    from contextlib import closing

    from shoal.cli.first_day import gather, settings_for
    from shoal.cli.house import database, settings_of
    from shoal.stores.ledger import SqlLedger
    from shoal.trust.masking.policy import OBSERVED

    with database(settings_of(config, data_dir).settings) as opened, closing(SqlLedger(opened)) as ledger:
        day = gather(ledger.sightings(time.time() - since * HOUR_S, tenant))
    lines = list(settings_for(day, OBSERVED))
    if as_json:
        say_json({"since_h": since, **day.wire(), "toml": "\n".join(lines)})
    else:
        _show(day, since, lines)


def _show(day: Day, since: float, lines: list[str]) -> None:
    from shoal.cli.first_day import fate

    say(f"requests looked at in the last {since:g} h: {day.exchanges}, with personal data: {day.with_entities}")
    if not day.exchanges:
        note("nothing was looked at: start the gateway with 'shoal up --observe' and send it requests first")
        return
    say("")
    rows = [(row.type, row.host, row.found, f"{row.doubt:.1f}", row.exchanges, fate(row)) for row in day.ordered()]
    table(COLUMNS, rows)
    for name, count in sorted(day.attachments.items()):
        say(f"parts that are not text: {name} {count}")
    if day.unknown_placeholders:
        say(f"placeholders in answers that nobody knows: {day.unknown_placeholders}")
    say('"probably none" is the sum of 1 - score over what was found: an estimate of the false finds.\n')
    _show_stops(day.stops)
    for line in day.routed.lines():
        say(line)
    if day.routed.asked:
        say("")
    say("To mask this from now on, put it into shoal.toml and start without --observe:\n")
    for line in lines:
        say(line)


def _show_stops(stops: Stops) -> None:
    """What defence and monitoring did, or would have done."""
    rows = [(row.what, row.rule, row.exchanges, f"{row.doubt:.1f}", row.fate) for row in stops.ordered()]
    if rows:
        table(STOPPED, rows)
        say('"probably wrong" is the sum of 1 - score: an estimate of the false alarms, too low for new kinds of text.')
    if stops.sentences:
        say(f"sentences of grounded answers: {stops.sentences}, not in their sources: {stops.unsupported}")
    if rows or stops.sentences:
        say("")
