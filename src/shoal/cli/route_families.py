"""`shoal route families`: the kinds of requests that one organisation sends, found in its kept, masked content, and
what each takes. It calls no model.

Every kept content that it reads is written down first, as any reading is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json, table

if TYPE_CHECKING:
    from shoal.cli.kept import Kept
    from shoal.routing.rightsize.traffic import Exchanged, Family
    from shoal.stores.ledger import SqlLedger

DAY_S = 86_400
READER = "shoal route families"
COLUMNS = ("family", "requests", "share", "answered by", "USD per 1000", "Wh per 1000", "gCO2e per 1000", "examples")
SHOWN_CHARS = 300


def families(
    tenant: Annotated[str, typer.Option("--tenant", metavar="NAME", help="The organisation, one alone.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the requests as tasks for 'shoal rightsize'.")
    ] = None,
    since: Annotated[float, typer.Option(metavar="DAYS", min=0, help="How far to look back.")] = 30,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="Of more requests a sample is read.")] = 5_000,
    answers: Annotated[
        bool, typer.Option("--answers", help="With --out: what was answered, as the known answer.")
    ] = False,
    show: Annotated[int, typer.Option(min=0, max=20, help="Print so many masked requests of each family.")] = 0,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say which kinds of requests an organisation sends, by prompt templates and clusters of what is asked.

    No text of a request is printed unless --show asks for it; the names of families are words that many of its requests
    use. A file of tasks holds masked requests: delete it when you are done.
    """
    from shoal.cli.house import settings_of
    from shoal.cli.kept import kept, write_private
    from shoal.routing.rightsize.traffic import has_ask, line_of, parted, summed

    settings = settings_of(config, data_dir).settings
    with kept(settings, tenant, READER) as opened:
        count, exchanges = _exchanged(opened, time.time() - since * DAY_S, most)
    exchanges = [each for each in exchanges if has_ask(each)]
    names = parted(exchanges)
    found = summed(exchanges, names)
    if out is not None:
        rows = (line_of(each, name, answer=answers) for each, name in zip(exchanges, names, strict=True))
        write_private(out, (json.dumps(row, ensure_ascii=True) for row in rows))
    if as_json:
        say_json({"kept": count, "read": len(exchanges), "families": [wire(each) for each in found]})
    else:
        _show(found, count, len(exchanges))
        _examples(found, exchanges, names, show)
    if out is not None:
        note(f"written to {out}; it holds masked requests, and nothing deletes it: do so yourself when you are done")


def _exchanged(found: Kept, since: float, most: int) -> tuple[int, list[Exchanged]]:
    """How many exchanges are kept, and the sample of them that answered well."""
    from shoal.routing.rightsize.traffic import sampled
    from shoal.stores.ledger import SqlLedger

    names = found.contents.names(found.tenant, since)
    ledger = SqlLedger(found.database)
    try:
        read = [_one(name, found, ledger) for name in sampled(names, most)]
    finally:
        ledger.close()
    return len(names), [each for each in read if each is not None]


def _one(name: str, found: Kept, ledger: SqlLedger) -> Exchanged | None:
    from shoal.routing.rightsize.result import Taken
    from shoal.routing.rightsize.traffic import Exchanged, text_of

    answered = found.answered(name, ledger)
    if answered is None:
        return None
    record, model, content = answered
    prompt, reply = json.loads(content.prompt.reveal()), json.loads(content.reply.reveal())
    return Exchanged(name, model, prompt, text_of(reply), record.tags, Taken.of(record.impacts))


def wire(each: Family) -> dict[str, Any]:
    """A family as JSON."""
    return {**asdict(each), "taken": each.taken.to_wire()}


def _show(found: Sequence[Family], kept: int, read: int) -> None:
    from shoal.cli.rightsize_show import spread
    from shoal.impacts import Range

    def per_thousand(value: Range | None, count: int) -> str:
        return spread(value, 1000 / count)

    say(f"{read} requests of {kept} that are kept, in {len(found)} families")
    rows = [
        (
            *(each.name, each.count, f"{each.share:.1%}", ", ".join(f"{name} {n}" for name, n in each.models.items())),
            *(
                per_thousand(getattr(each.taken, what), each.count)
                for what in ("cost_usd", "energy_wh", "carbon_gco2e")
            ),
            each.examples[0],
        )
        for each in found
    ]
    if rows:
        table(COLUMNS, rows)


def _examples(found: Sequence[Family], exchanges: Sequence[Exchanged], names: Sequence[str], most: int) -> None:
    """Masked requests, where somebody asked to see them."""
    from shoal.routing.features import ask_of

    for family in found if most else ():
        say(f"\n{family.name}")
        asks = [ask_of(each.chat) for each, name in zip(exchanges, names, strict=True) if name == family.name]
        for ask in asks[:most]:
            say(f"  {' '.join(ask.split())[:SHOWN_CHARS]}")
