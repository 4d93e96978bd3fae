"""`shoal usage`: what was used, in tokens, money, energy, carbon and water, from the ledger. It computes no impacts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say_json, table
from shoal.errors import NotFound

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.stores.database import Database
    from shoal.stores.usage_sums import Sums

HOUR_S = 3600
MONTH_H = 720
# So many hours take long enough that it is said.
MANY_HOURS = 200
COLUMNS = (
    *("exchanges", "attempts", "tokens in", "tokens out"),
    *("USD", "Wh", "gCO2e", "mL water", "how it is known"),
)


def usage(
    by: Annotated[
        Literal["model", "key", "team", "user", "tag", "day", "facts"],
        typer.Option("--by", help="What a line stands for."),
    ] = "model",
    since: Annotated[float, typer.Option("--since", metavar="HOURS", min=0, help="How far to look back.")] = MONTH_H,
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Only this organisation.")] = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="EXCHANGE_ID", help="The rows and formulas of one exchange.")
    ] = None,
    me: Annotated[
        bool, typer.Option("--me", help="Only what the key in SHOAL_API_KEY used, or its user; a lead's team too.")
    ] = False,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say what was used: tokens, money, energy, carbon and water, each with its range.

    Failed tries, routers, guards and judges are in it. What is not known is counted, never taken for zero.
    """
    from shoal.cli.house import settings_of
    from shoal.stores.usage_sums import usage_sums, usage_total

    settings, begin = settings_of(config, data_dir).settings, time.time() - since * HOUR_S
    if explain is not None:
        _explain(settings, explain, as_json)
        return
    if me:
        _mine(settings, begin, as_json)
        return
    with usage_database(settings) as opened:
        groups, whole = usage_sums(opened, by, begin, tenant), usage_total(opened, begin, tenant)
    if as_json:
        say_json({"by": by, "since_h": since, "groups": [each.to_wire() for each in groups], "total": whole.to_wire()})
        return
    table((by, *COLUMNS), [row(each) for each in (*groups, whole)])
    if not groups:
        note("nothing was used: send the gateway a request first, or look further back with --since")


def _mine(settings: Settings, begin: float, as_json: bool) -> None:
    """What the command line's own key used, or its user; of a lead the team too."""
    from shoal.cli.house import key_of_command_line
    from shoal.identity import Role
    from shoal.stores.usage_sums import Span, usage_of

    with usage_database(settings) as opened:
        key = key_of_command_line(settings, opened)
        span = Span(begin, tenant=key.tenant)
        found = [
            usage_of(opened, "key", key.id, span) if key.user is None else usage_of(opened, "user", key.user, span)
        ]
        if key.role is Role.LEAD and key.team is not None:
            found.append(usage_of(opened, "team", key.team, span))
    if as_json:
        say_json({"me": found[0].to_wire(), "team": found[1].to_wire() if len(found) > 1 else None})
    else:
        table(("whose", *COLUMNS), [row(each) for each in found])


def _explain(settings: Settings, exchange_id: str, as_json: bool) -> None:
    from shoal.cli.house import database
    from shoal.cli.usage_explain import explain, recompute_all, to_wire
    from shoal.stores.usage_rows import rows_of

    with database(settings) as opened:
        rows = rows_of(opened, exchange_id)
        if rows is None:
            raise NotFound("there is no such exchange: take the id from the header x-shoal-exchange")
        told = to_wire(rows, recompute_all(opened, rows))
    if as_json:
        say_json(told)
    else:
        explain(told)


@contextmanager
def usage_database(settings: Settings) -> Iterator[Database]:
    """The database, with the hours that have ended added up; where that fails, reports are slower and right all the
    same. Raises StorageError."""
    from sqlalchemy.exc import SQLAlchemyError

    from shoal.cli.house import database
    from shoal.stores.usage_hours import marked, refresh, snapshot

    with database(settings) as opened:
        with suppress(SQLAlchemyError):
            with snapshot(opened.engine) as connection:
                hours = len(marked(connection))
            if hours > MANY_HOURS:
                note(f"adding up {hours} hours that were not added up yet: a running gateway does that by itself")
            refresh(opened, time.time())
        yield opened


def row(sums: Sums) -> tuple[object, ...]:
    """A line of the table."""
    quantities = (quantity(sums, name) for name in ("cost_usd", "energy_wh", "carbon_gco2e", "water_ml"))
    tokens = (sums.tokens["prompt_tokens"], sums.tokens["completion_tokens"])
    return (sums.name, sums.exchanges, sums.attempts, *tokens, *quantities, tiers(sums))


def quantity(sums: Sums, name: str) -> str:
    """The sum with its range, and how many attempts are not in it."""
    found, unknown = sums.known.get(name), sums.unknown[name]
    if found is None:
        return "unknown" if unknown else "0"
    said = f"{found.expected:.3g}"
    if found.low < found.high:
        said += f" ({found.low:.3g} to {found.high:.3g})"
    return f"{said} + {unknown} unknown" if unknown else said


def tiers(sums: Sums) -> str:
    """How many attempts are known how."""
    return ", ".join(f"{name} {count}" for name, count in sums.by_tier().items())
