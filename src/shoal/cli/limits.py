"""`shoal limits` and `shoal budget`: what is limited and what of it is used; they are made, removed, increased for a
while. Whoever may write the data directory may use them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir, Tenant
from shoal.cli.output import say, say_json

if TYPE_CHECKING:
    from pathlib import Path

    from shoal.assembly import Assembly
    from shoal.chat import Json
    from shoal.identity.administration import Answer, Change
    from shoal.identity.limit_admin import Known
    from shoal.stores.limit_rules import Kind

Of = Literal["organisation", "team", "user", "key", "model", "tag"]
Mode = Literal["observe", "enforce"]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="Which of them; all if left out.")]
OfWhat = Annotated[Of, typer.Option("--of", help="Of what each has it to itself.")]
HowMode = Annotated[Mode, typer.Option("--mode", help="Whether it refuses, or is only counted.")]
HOUR_S = 3600.0
limits_app = typer.Typer(invoke_without_command=True, help="Say what is limited; add and remove limits.")
budget_app = typer.Typer(invoke_without_command=True, help="Say what is used of budgets; add, remove, increase them.")


@limits_app.callback()
def limits(
    context: typer.Context, data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False
) -> None:
    """Say which rates are limited, for whom and how far; add and remove limits.

    What is used of a rate is known to the gateway alone; callers see it in the headers of their replies.
    """
    if context.invoked_subcommand is None:
        list_limits(data_dir, config, as_json)


@budget_app.callback()
def budget(
    context: typer.Context, data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False
) -> None:
    """Say what is used of each budget in its present period, as the ledger has it; add, remove, increase budgets."""
    if context.invoked_subcommand is None:
        list_budgets(data_dir, config, as_json)


@limits_app.command("list")
def list_limits(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """List the limits of the settings and of the database."""
    from shoal.cli.limit_rows import show_rows

    show_rows(config, data_dir, budgets=False, as_json=as_json)


@budget_app.command("list")
def list_budgets(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """List the budgets of the settings and of the database, and what is used of them."""
    from shoal.cli.limit_rows import show_rows

    show_rows(config, data_dir, budgets=True, as_json=as_json)


@limits_app.command("add")
def add_limit(
    name: Name,
    of: OfWhat = "key",
    only: Only = None,
    requests: Annotated[str | None, typer.Option(metavar="RATE", help="Such as 60/minute.")] = None,
    tokens: Annotated[str | None, typer.Option(metavar="RATE", help="Such as 100k/day.")] = None,
    concurrent: Annotated[int | None, typer.Option(help="Requests under way at once.")] = None,
    mode: HowMode = "enforce",
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Limit a rate. A gateway that runs obeys within a second."""
    caps = {"requests": requests, "tokens": tokens, "concurrent": concurrent}
    terms = {"of": of, "only": list(only or ()), "mode": mode, **caps}
    _say(_add("rate", name, terms, tenant, config, data_dir), f"limit {name} holds", as_json=as_json)


@budget_app.command("add")
def add_budget(
    name: Name,
    of: OfWhat = "organisation",
    only: Only = None,
    usd: Annotated[float | None, typer.Option(help="Money in US dollars.")] = None,
    tokens: Annotated[int | None, typer.Option(help="Tokens in and out.")] = None,
    wh: Annotated[float | None, typer.Option(help="Energy in watt-hours.")] = None,
    gco2e: Annotated[float | None, typer.Option(help="Carbon in grams of CO2e.")] = None,
    requests: Annotated[int | None, typer.Option(help="Requests.")] = None,
    per: Annotated[Literal["hour", "day", "week", "month", "quarter", "year"], typer.Option(help="In what time.")] = (
        "month"
    ),
    rolling: Annotated[bool, typer.Option("--rolling", help="The last such time, not the calendar's.")] = False,
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="When its day begins.")] = "UTC",
    soft: Annotated[bool, typer.Option("--soft", help="Warn, and never refuse.")] = False,
    mode: HowMode = "enforce",
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Make a budget. It counts from now on; a gateway that runs obeys within a second."""
    caps = {"usd": usd, "tokens": tokens, "wh": wh, "gco2e": gco2e, "requests": requests}
    when = {"per": per, "window": "rolling" if rolling else "calendar", "time_zone": time_zone}
    terms = {"of": of, "only": list(only or ()), "mode": mode, "hard": not soft, **when, **caps}
    _say(_add("budget", name, terms, tenant, config, data_dir), f"budget {name} holds", as_json=as_json)


@limits_app.command("remove")
def remove_limit(
    name: Name,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Remove a limit that was added."""
    _remove("rate", name, tenant, config, data_dir)
    _say({"name": name, "deleted": True}, f"limit {name} is removed", as_json=as_json)


@budget_app.command("remove")
def remove_budget(
    name: Name,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Remove a budget that was added, and its increases."""
    _remove("budget", name, tenant, config, data_dir)
    _say({"name": name, "deleted": True}, f"budget {name} is removed", as_json=as_json)


@budget_app.command("increase")
def increase(
    name: Name,
    quantity: Annotated[Literal["usd", "tokens", "wh", "gco2e", "requests"], typer.Option(help="Of what.")],
    by: Annotated[float, typer.Option("--by", help="How much more, in its own unit.")],
    hours: Annotated[float, typer.Option("--hours", min=0.01, max=8784, help="For how long from now on.")],
    subject: Annotated[str | None, typer.Option(metavar="NAME", help="For this one alone.")] = None,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Allow more of a budget for a while, also of one of the settings."""
    from shoal.cli.desk import changed, with_house

    def work(opened: Assembly) -> Json:
        from shoal.identity.limit_admin import IncreaseWish, create_increase

        def made(change: Change) -> Answer:
            wish = IncreaseWish(name, quantity, by, change.now + hours * HOUR_S, subject)
            return create_increase(change, wish, _known(opened))

        return changed(opened, tenant, made)

    found = with_house(config, data_dir, work)
    until = datetime.fromtimestamp(found["until"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _say(found, f"budget {name} has {by:g} {quantity} more until {until}", as_json=as_json)


def _add(
    kind: Kind, name: str, terms: dict[str, Any], tenant: str, config: Path | None, data_dir: Path | None
) -> dict[str, Any]:
    from shoal.cli.desk import changed, with_house

    def work(opened: Assembly) -> Json:
        from shoal.identity.limit_admin import create_rule

        return changed(opened, tenant, lambda change: create_rule(change, kind, name, terms, _known(opened)))

    return with_house(config, data_dir, work)


def _remove(kind: Kind, name: str, tenant: str, config: Path | None, data_dir: Path | None) -> None:
    from shoal.cli.desk import changed, with_house

    def work(opened: Assembly) -> Json:
        from shoal.identity.limit_admin import delete_rule, find_rule

        return changed(opened, tenant, lambda change: delete_rule(change, kind, find_rule(change, kind, name).id))

    with_house(config, data_dir, work)


def _known(opened: Assembly) -> Known:
    from shoal.identity.limit_admin import Known

    return Known(opened.settings.budgets, lambda: [card.name for card in opened.registry.cards()])


def _say(found: dict[str, Any], words: str, *, as_json: bool) -> None:
    say_json(found) if as_json else say(words)
