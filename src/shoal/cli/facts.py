"""`shoal facts`: the figures that metering rests on, each with its source; newer ones can be installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say_json, table

if TYPE_CHECKING:
    from shoal.facts.fact import Fact
    from shoal.facts.installed import Change
    from shoal.facts.tables import Facts

app = typer.Typer(no_args_is_help=True, help="Show and update the figures of metering.", rich_markup_mode=None)


@app.command("list")
def list_facts(
    topic: Annotated[str | None, typer.Argument(metavar="[TOPIC]", help="Lists the subjects of this topic.")] = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List the topics, or the subjects of one: regions and countries, hardware, prices."""
    from shoal.facts.tables import TOPICS

    facts = facts_of(config)
    names = facts.subjects(topic) if topic is not None else list(TOPICS)
    if as_json:
        say_json({"version": facts.version, "topic": topic, "names": names})
    else:
        table((topic or "topic",), [(name,) for name in names])


@app.command()
def show(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Such as grid, hardware or price.")],
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="Such as aws/eu-north-1, France or h100.")],
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show every figure of a subject with its range, year and source."""
    from shoal.facts.grid import subject_of

    facts = facts_of(config)
    facts.subjects(topic)
    found = facts.about(topic, subject_of(facts, subject) if topic == "grid" else subject)
    if as_json:
        say_json([_wire(fact) for fact in found])
    else:
        table(
            ("figure", "value", "low", "high", "unit", "year", "source"),
            [
                (each.quantity, f"{each.value:g}", f"{each.low:g}", f"{each.high:g}", each.unit, each.year, _of(each))
                for each in found
            ],
        )


@app.command()
def update(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV table with the column topic first.")],
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Install a table of newer figures, and show what it changes.

    It holds from the next start of the gateway; records keep the version that they were made with.
    """
    from shoal.cli.house import settings_of
    from shoal.facts.installed import install

    settings = settings_of(config, data_dir).settings
    facts, changes = install(settings.server.data_dir, settings.metering.facts, file)
    if as_json:
        say_json({"version": facts.version, "changes": [_changed(each) for each in changes]})
        return
    rows = [
        (each.topic, each.subject, each.quantity, _value(each.before), _value(each.after), _source(each.after))
        for each in changes
    ]
    table(("topic", "subject", "figure", "before", "now", "source"), rows)
    note(f"{len(changes)} figures changed; the facts are version {facts.version} from the next start on")


def _value(fact: Fact | None) -> str:
    return "" if fact is None else f"{fact.value:g} {fact.unit}, {fact.year}"


def _source(fact: Fact | None) -> str:
    return "" if fact is None else _of(fact)


def _changed(change: Change) -> dict[str, Any]:
    before = None if change.before is None else change.before.value
    named = {"topic": change.topic, "before": before, "subject": change.subject, "figure": change.quantity}
    return named | ({"value": None} if change.after is None else _wire(change.after))


def facts_of(config: Path | None) -> Facts:
    """The facts with the operator's own tables over them."""
    from shoal.cli.house import settings_of
    from shoal.facts.installed import tables
    from shoal.facts.tables import load

    settings = settings_of(config).settings
    return load(*tables(settings.server.data_dir, settings.metering.facts))


def _of(fact: Fact) -> str:
    return fact.source.title


def _wire(fact: Fact) -> dict[str, Any]:
    source = {"title": fact.source.title, "where": fact.source.where, "licence": fact.source.licence}
    ends = {"low": fact.low, "value": fact.value, "high": fact.high}
    return {"subject": fact.subject, "figure": fact.quantity, **ends, "unit": fact.unit, "year": fact.year} | {
        "source": source
    }
