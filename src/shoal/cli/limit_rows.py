"""What is limited and what of it is used, as lines of a table: from the settings, the database and the ledger. It
changes nothing, and does not see what runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from shoal.cli.output import note, say_json, table

if TYPE_CHECKING:
    from pathlib import Path

    from shoal.limits.rules import Limit, Line

COLUMNS = ("name", "organisation", "of", "who", "quantity", "per", "cap", "used", "share", "from")


def show_rows(config: Path | None, data_dir: Path | None, *, budgets: bool, as_json: bool) -> None:
    """Prints the rates, or the budgets with what the ledger has of their present period."""
    from shoal.cli.house import database, settings_of
    from shoal.limits.live import LiveRules
    from shoal.limits.opening import used_of

    settings, now = settings_of(config, data_dir).settings, time.time_ns() // 1000
    with database(settings) as opened:
        rules = LiveRules(settings, opened).read()
        used = used_of(rules, opened, now) if budgets else {}
    rows = []
    for limit in rules.limits:
        if limit.budget is not budgets:
            continue
        mine = {name.partition("|")[2]: many for name, many in used.items() if name.startswith(f"{limit.id}|")}
        rows += [_row(limit, rules.line(limit, subject), many, now) for subject, many in sorted(mine.items())]
        if not mine:
            rows.append(_row(limit, None, 0, now))
    _show(
        rows, "there is no budget: 'shoal budget add'" if budgets else "nothing is limited: 'shoal limits add'", as_json
    )


def _row(limit: Limit, line: Line | None, used: int, now: int) -> dict[str, Any]:
    """A line: amounts in the quantity's own unit. `line` is None where nobody used any of it yet."""
    from shoal.limits.rules import MICRO, MILLIONTHS

    unit = MICRO if limit.quantity in MILLIONTHS else 1
    cap = line.cap(now) if line is not None else limit.many
    who = line.subject if line is not None else ", ".join(sorted(limit.only)) or "each"
    found: dict[str, Any] = {"name": limit.name, "organisation": limit.tenant, "of": limit.of, "who": who}
    found |= {"quantity": limit.quantity.name.lower(), "per": limit.period or "at once", "cap": cap / unit}
    if limit.budget:
        found |= {"used": used / unit, "share": round(used / max(cap, 1), 4), "ends": limit.window(now)[1] / MICRO}
    return found | {"from": "settings" if limit.tenant is None else "database"}


def _show(rows: list[dict[str, Any]], nothing: str, as_json: bool) -> None:
    if as_json:
        say_json({"limits": rows})
        return
    table(COLUMNS, [[_shown(each.get(name)) for name in COLUMNS] for each in rows])
    if not rows:
        note(nothing)


def _shown(value: object) -> object:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else value
