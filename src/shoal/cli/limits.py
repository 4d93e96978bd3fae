"""`shoal limits` and `shoal budget`: what is limited, and what of it is used, from the settings and the ledger. They
reserve nothing, and do not see what runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say_json, table

if TYPE_CHECKING:
    from pathlib import Path

    from shoal.limits.rules import Limit

COLUMNS = ("name", "of", "who", "quantity", "per", "cap", "used", "share")


def limits(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Say which rates are limited, for whom and how far.

    What is used of a rate is known to the gateway alone; callers see it in the headers of their replies.
    """
    rows = [row(limit, None, 0, 0) for limit in found(config, data_dir) if not limit.budget]
    show(rows, as_json, "nothing is limited: add a table [limits.rates.NAME]")


def budget(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Say what is used of each budget in its present period, as the ledger has it."""
    from shoal.cli.house import database, settings_of
    from shoal.limits.opening import used_of

    settings, now = settings_of(config, data_dir).settings, time.time_ns() // 1000
    with database(settings) as opened:
        used = used_of(settings, opened, now)
    rows = []
    for limit in found(config, data_dir):
        if limit.budget:
            mine = {name.partition("|")[2]: many for name, many in used.items() if name.startswith(f"{limit.id}|")}
            rows += [row(limit, who, many, now) for who, many in sorted(mine.items())] or [row(limit, None, 0, now)]
    show(rows, as_json, "there is no budget: add a table [budgets.NAME]")


def found(config: Path | None, data_dir: Path | None) -> tuple[Limit, ...]:
    """The limits of the settings."""
    from shoal.cli.house import settings_of
    from shoal.limits.rules import read_rules

    settings = settings_of(config, data_dir).settings
    return read_rules(settings.limits, settings.budgets).limits


def row(limit: Limit, who: str | None, used: int, now: int) -> dict[str, Any]:
    """A line: amounts in the quantity's own unit. `who` is None where nobody used any of it yet."""
    from shoal.limits.rules import MICRO, MILLIONTHS

    unit = MICRO if limit.quantity in MILLIONTHS else 1
    line: dict[str, Any] = {"name": limit.name, "of": limit.of, "who": who or ", ".join(sorted(limit.only)) or "each"}
    line |= {"quantity": limit.quantity.name.lower(), "per": limit.period or "at once", "cap": limit.many / unit}
    if limit.budget:
        line |= {"used": used / unit, "share": round(used / max(limit.cap, 1), 4), "ends": limit.window(now)[1] / MICRO}
    return line


def shown(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value


def show(rows: list[dict[str, Any]], as_json: bool, nothing: str) -> None:
    if as_json:
        say_json({"limits": rows})
        return
    table(COLUMNS, [[shown(each.get(name, "")) for name in COLUMNS] for each in rows])
    if not rows:
        note(nothing)
