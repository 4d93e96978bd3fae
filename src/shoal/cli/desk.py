"""What the verbs for keys and people share: a change or a reading by whoever may write the data directory, and how
moments are written. It knows no verb."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from shoal.cli.output import say_json, table

if TYPE_CHECKING:
    from shoal.assembly import Assembly
    from shoal.chat import Json
    from shoal.identity import Key
    from shoal.identity.administration import Answer, Change

T = TypeVar("T")
# Later years have no ISO 8601 of four digits.
YEAR_10000 = 253_402_300_799.0
MOMENTS = ("created", "disabled", "expires", "rotated", "previous_until")


def with_house(
    config: Path | None, data_dir: Path | None, work: Callable[[Assembly], T], *, of_what_is: bool = False
) -> T:
    """Does the work in the whole house, so that a first start makes the first keys before any other; where it is `of
    what is` there, a house must be there: nothing is started. Raises what the work does, and NotFound."""
    import asyncio

    from shoal.cli.house import assembly, check_there, settings_of
    from shoal.cli.logs import to_stderr

    to_stderr("warning", as_json=False)
    settings = settings_of(config, data_dir).settings
    if of_what_is:
        check_there(settings)

    async def inside() -> T:
        async with assembly(settings) as opened:
            return work(opened)

    return asyncio.run(inside())


def changed(opened: Assembly, tenant: str, work: Callable[[Change], Answer]) -> Json:
    """What a change by the operator gives. Raises what it does."""
    return opened.people.desk.change(_operator(tenant), work).body or {}


def read(opened: Assembly, tenant: str, work: Callable[[Change], T]) -> T:
    """What the operator reads. Raises what `work` does."""
    return opened.people.desk.read(_operator(tenant), work)


def in_words(row: Json) -> dict[str, object]:
    """The row with its moments as ISO 8601 in UTC."""
    return {
        name: moment(value) if name in MOMENTS and isinstance(value, float | int) else value
        for name, value in row.items()
        if name != "object"
    }


def moment(at: float) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(min(at, YEAR_10000)))


def say_rows(rows: Sequence[dict[str, object]], columns: Sequence[str], *, as_json: bool) -> None:
    """The rows as one JSON value, or as a table."""
    if as_json:
        say_json(rows)
    else:
        table(columns, [[_cell(row.get(column)) for column in columns] for row in rows])


def _operator(tenant: str) -> Key:
    from shoal.identity import Key, Role

    return Key("cli", tenant, Role.ADMIN)


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={text}" for name, text in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
