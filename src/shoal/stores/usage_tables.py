"""The tables of roll-ups: sums of lines by step (two minutes), hour and day, keyed by who, what, how it is known, and
the factors' version. It knows no reading and no adding."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Float, Integer, MetaData, String, Table

from shoal.stores.usage_lines import COUNTS, DIMENSIONS, FLOATS, KNOWN

# By tag an exchange counts under each of its tags, so tags have sums of their own; and with fewer dimensions, since
# there may be as many tags as exchanges.
OF_TAGS = ("tenant", "tag", "tier", "facts", "method")
_METADATA = MetaData()


def _table(name: str, dimensions: Sequence[str], *, begun: str = "hour") -> Table:
    return Table(
        name,
        _METADATA,
        *(Column(each, Integer, primary_key=each == begun) for each in dict.fromkeys((begun, "hour"))),
        *(Column(each, String, primary_key=True) for each in dimensions),
        *(Column(each, Integer) for each in (*COUNTS, *KNOWN)),
        *(Column(each, Float) for each in FLOATS),
    )


USAGE_HOURS, USAGE_TAG_HOURS = _table("usage_hours", DIMENSIONS), _table("usage_tag_hours", OF_TAGS)
# The same by days; `hour` is the day's first. A day is added up if it is in `usage_days_held`.
USAGE_DAYS, USAGE_TAG_DAYS = _table("usage_days", DIMENSIONS), _table("usage_tag_days", OF_TAGS)
USAGE_DAYS_HELD = Table("usage_days_held", _METADATA, Column("day", Integer, primary_key=True))
# The same by steps, while their hour is not added up. A step is added up if it is in `usage_steps_held`.
USAGE_STEPS = _table("usage_steps", DIMENSIONS, begun="step")
USAGE_TAG_STEPS = _table("usage_tag_steps", OF_TAGS, begun="step")
USAGE_STEPS_HELD = Table("usage_steps_held", _METADATA, Column("step", Integer, primary_key=True))
DAYS_OF = {USAGE_HOURS: USAGE_DAYS, USAGE_TAG_HOURS: USAGE_TAG_DAYS}
STEPS_OF = {USAGE_HOURS: USAGE_STEPS, USAGE_TAG_HOURS: USAGE_TAG_STEPS}
ROLL_UPS = (USAGE_HOURS, USAGE_TAG_HOURS, USAGE_DAYS, USAGE_TAG_DAYS, USAGE_STEPS, USAGE_TAG_STEPS)


def keys_of(table: Table) -> list[str]:
    """What its sums are keyed by, besides time."""
    return [column.name for column in table.primary_key if column.name not in ("step", "hour")]
