"""`shoal energy factors`: the versions of the factors that records name, and what each rests on. It meters nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json, table
from shoal.errors import NotFound

if TYPE_CHECKING:
    from shoal.metering.factor_version import Restored
    from shoal.stores.factor_versions import FactorVersion, SqlFactorVersions


def factors(
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="Shows this one, as rows and reports name it.")
    ] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List the versions of the factors that answers were metered with, or show one: models, machines, prices, figures.

    A gateway writes one down when it starts with settings or facts that are new, and whenever a live grid changes.
    """
    from shoal.cli.house import database, settings_of
    from shoal.config import nearest
    from shoal.stores.factor_versions import SqlFactorVersions

    with database(settings_of(config, data_dir).settings) as opened:
        store = SqlFactorVersions(opened)
        if version is None:
            _list(store, as_json)
            return
        found = store.get(version)
        if found is None:
            raise NotFound(f"factors '{version}'{nearest(version, [name for name, *_ in store.names()])}")
    _show(found, as_json)


def _list(store: SqlFactorVersions, as_json: bool) -> None:
    from shoal.metering.report import moment

    rows = [(name, moment(since), facts, method) for name, since, facts, method in store.names()]
    columns = ("version", "since", "facts", "method")
    if as_json:
        say_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    table(columns, rows)
    if not rows:
        note("no factors were kept yet: start the gateway with `shoal up` first")


def _show(version: FactorVersion, as_json: bool) -> None:
    from shoal.metering.factor_version import restored
    from shoal.metering.recomputed import in_force

    then = restored(version)
    models = {name: in_force(model) for name, model in then.models.items()}
    if as_json:
        of = {"version": version.name, "facts": version.facts, "method": version.method, "models": models}
        counting = version.rest["counting"]
        say_json({**of, "here": in_force(then.here), "counting": counting, "figures": _figures(then)})
        return
    say(f"{version.name}: facts {version.facts}, method {version.method}")
    table(("model", "settings then"), [(name, _said(settings)) for name, settings in models.items()])
    table(
        ("topic", "subject", "figure", "value", "low", "high", "unit", "year", "source"),
        [(*each.values(),) for each in _figures(then)],
    )


def _figures(then: Restored) -> list[dict[str, Any]]:
    return [
        {
            **{"topic": topic, "subject": fact.subject, "figure": fact.quantity},
            **{"value": fact.value, "low": fact.low, "high": fact.high},
            **{"unit": fact.unit, "year": fact.year, "source": fact.source.title},
        }
        for topic, fact in then.figures
    ]


def _said(settings: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())
