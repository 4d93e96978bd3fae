"""`shoal route labels`: what one tenant's people said of answers, as labels for routing. It scores nothing itself.

Every kept content that it reads is written down first, as any reading is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json

if TYPE_CHECKING:
    from shoal.cli.kept import Kept
    from shoal.routing.feedback_labels import Heard
    from shoal.stores.feedback import FeedbackRow
    from shoal.stores.ledger import SqlLedger

DAY_S = 86_400
READER = "shoal route labels"
"""Who reads, in the list of readings of kept content."""


def labels(
    tenant: Annotated[str, typer.Option("--tenant", metavar="NAME", help="The organisation, one alone.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the labels are written.")],
    since: Annotated[float, typer.Option(metavar="DAYS", min=0, help="How far to look back.")] = 30,
    share: Annotated[float, typer.Option(min=0.001, max=1, help="The largest part that one key may decide.")] = 0.1,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Make labels from the feedback to one organisation's answers, with their kept, masked requests.

    Each line has the score of the one model that answered. The file holds masked requests: delete it when you are done.
    """
    from shoal.cli.house import settings_of
    from shoal.cli.kept import kept, write_private
    from shoal.routing.feedback_labels import capped, has_ask, line_of, scored

    settings = settings_of(config, data_dir).settings
    with kept(settings, tenant, READER) as opened:
        rated, read = _heard(opened, time.time() - since * DAY_S)
    found = [each for each in scored(read) if has_ask(each)]
    chosen = capped(found, share) if found else []
    write_private(out, (json.dumps(line_of(each), ensure_ascii=True) for each in chosen))
    counts = {"rated": rated, "kept": len(read), "scored": len(found), "labels": len(chosen)}
    if as_json:
        say_json({"file": str(out), "share": share, **counts})
        return
    say(f"{len(chosen)} labels from {rated} answers with feedback; of {len(read)} of them the request is kept")
    if len(chosen) < len(found):
        say(f"{len(found) - len(chosen)} left out: no key decides more than {share:.0%} of the labels")
    note(f"written to {out}; it holds masked requests, and no days of keeping end for it: delete it when you are done")


def _heard(found: Kept, since: float) -> tuple[int, list[Heard]]:
    """How many answers have feedback, and those whose request is kept."""
    from shoal.stores.feedback import SqlFeedback
    from shoal.stores.ledger import SqlLedger

    rows = sorted(SqlFeedback(found.database).given(found.tenant, since), key=lambda row: row.exchange_id)
    told = [(name, list(voices)) for name, voices in groupby(rows, key=lambda row: row.exchange_id)]
    ledger = SqlLedger(found.database)
    try:
        heard = [_one(name, voices, ledger, found) for name, voices in told]
    finally:
        ledger.close()
    return len(told), [each for each in heard if each is not None]


def _one(name: str, rows: Sequence[FeedbackRow], ledger: SqlLedger, found: Kept) -> Heard | None:
    from shoal.routing.feedback_labels import Heard, Voice

    answered = found.answered(name, ledger)
    if answered is None:
        return None
    record, model, content = answered
    used = [each.usage.completion_tokens for each in record.calls if each.model == model]
    return Heard(
        exchange_id=name,
        asker=record.key_id,
        model=model,
        prompt=json.loads(content.prompt.reveal()),
        tokens=used[-1] if used else 0,
        tags=record.tags,
        routing=(record.trust or {}).get("routing"),
        voices=[Voice(row.key_id, row.rating, row.outcome) for row in rows],
    )
