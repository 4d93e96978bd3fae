"""`shoal keys`: makes, shows, lists, rotates, ends and deletes keys. Whoever may write the data directory may use it;
it never shows a stored secret, since none is stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shoal.cli.desk import changed, in_words, say_rows, with_house
from shoal.cli.options import AsJson, ConfigPath, DataDir, Tenant
from shoal.cli.output import note, say, say_json

if TYPE_CHECKING:
    from shoal.assembly import Assembly
    from shoal.chat import Json
    from shoal.identity.administration import Answer, Change

app = typer.Typer(no_args_is_help=True, help="Make, list, rotate and end keys.", rich_markup_mode=None)
KeyId = Annotated[str, typer.Argument(metavar="ID", help="The id that `shoal keys list` shows.")]
COLUMNS = ("id", "name", "role", "tenant", "created", "disabled", "models", "collections", "team", "user", "expires")
HOUR_S = 3600
ROWS = 500


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    role: Annotated[Literal["member", "lead", "auditor", "admin"], typer.Option(help="What it may do.")] = "member",
    team: Annotated[str | None, typer.Option(metavar="ID", help="The team it belongs to.")] = None,
    user: Annotated[str | None, typer.Option(metavar="ID", help="The user it belongs to.")] = None,
    model: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Only these models, such as 'shoal/*' (repeatable).")
    ] = None,
    collection: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only these collections (repeatable).")
    ] = None,
    endpoint: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Only these paths, such as '/v1/chat/*' (repeatable).")
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only these parts of the admin API (repeatable).")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A tag of every exchange (repeatable).")
    ] = None,
    hours: Annotated[float | None, typer.Option(min=0.01, help="How long it works; for ever if left out.")] = None,
    save: Annotated[bool, typer.Option("--save", help="Make it the command line's own key.")] = False,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once."""
    from shoal.identity import Role
    from shoal.identity.key_admin import KeyWish, create_key

    limits = {"models": model, "collections": collection, "endpoints": endpoint, "areas": area}
    scopes = {kind: tuple(found) if found else None for kind, found in limits.items()}
    expires = None if hours is None else time.time() + hours * HOUR_S
    wish = KeyWish(name, Role(role), team, user, scopes, dict(map(_pair, tag or ())), expires)

    def store(opened: Assembly) -> Json:
        made = changed(opened, tenant, lambda change: create_key(change, wish))
        if save:
            _save(opened, made["key"])
        return made

    made = with_house(config, data_dir, store)
    _say_key(made, f"key {made['id']} ({role})", as_json=as_json)


@app.command("list")
def list_keys(
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Only this organisation.")] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List the keys."""
    from shoal.identity.key_admin import key_wire

    found = with_house(config, data_dir, lambda opened: opened.keys.all(tenant), of_what_is=True)
    say_rows([_row(key_wire(key)) for key in found], COLUMNS, as_json=as_json)


@app.command()
def show(key_id: KeyId, data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Show what a key may do and how long; never the key itself."""
    from shoal.identity.key_admin import read_key

    row = _row(_with_key(config, data_dir, key_id, lambda change: read_key(change, key_id)))
    say_json(row) if as_json else say("\n".join(f"{name}: {row[name]}" for name in row))


@app.command()
def rotate(
    key_id: KeyId,
    hours: Annotated[float, typer.Option(min=0, max=720, help="How long the old key goes on to work.")] = 24,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Give a key a new secret and print it, this once.

    Its id, limits and budgets stay. The old one goes on to work for a while.
    """
    from shoal.identity.key_admin import rotate_key

    made = _with_key(config, data_dir, key_id, lambda change: rotate_key(change, key_id, hours * HOUR_S))
    _say_key(made, f"key {key_id}, whose old form works for {hours:g} h more", as_json=as_json)


@app.command()
def expire(
    key_id: KeyId,
    hours: Annotated[float, typer.Option(min=0.01, help="In how many hours it ends.")],
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say when a key ends."""
    from shoal.identity.key_admin import change_key_of

    ends = {"expires": time.time() + hours * HOUR_S}
    row = _row(_with_key(config, data_dir, key_id, lambda change: change_key_of(change, key_id, ends)))
    say_json(row) if as_json else say(f"{key_id} ends at {row['expires']}")


@app.command()
def disable(key_id: KeyId, data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Switch a key off for good.

    A running gateway refuses it within a second.
    """
    from shoal.errors import NotFound
    from shoal.identity.key_admin import disable_key, find_key

    def work(change: Change) -> Answer:
        if find_key(change, key_id).disabled is not None:
            raise NotFound(f"there is no key '{key_id}' that works: see 'shoal keys list'")
        return disable_key(change, key_id)

    _with_key(config, data_dir, key_id, work)
    say_json({"id": key_id, "disabled": True}) if as_json else say(f"{key_id} is disabled")


@app.command()
def delete(key_id: KeyId, data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Remove a key. What it did stays in the ledger under its id."""
    from shoal.identity.key_admin import delete_key

    _with_key(config, data_dir, key_id, lambda change: delete_key(change, key_id))
    say_json({"id": key_id, "deleted": True}) if as_json else say(f"{key_id} is deleted")


def _with_key(config: Path | None, data_dir: Path | None, key_id: str, work: Callable[[Change], Answer]) -> Json:
    """A change of a key, in its own organisation. Raises NotFound."""
    from shoal.errors import NotFound

    def inside(opened: Assembly) -> Json:
        found = opened.keys.find(key_id)
        if found is None:
            raise NotFound(f"there is no key '{key_id}': see 'shoal keys list'")
        return changed(opened, found.tenant, work)

    return with_house(config, data_dir, inside, of_what_is=True)


def _say_key(made: Json, what: str, *, as_json: bool) -> None:
    if as_json:
        say_json({**_row(made), "key": made["key"]})
    else:
        note(f"{what}, shown this once:")
        say(made["key"])


def _save(opened: Assembly, token: str) -> None:
    from shoal.config import user_dir
    from shoal.identity import credential

    credential.save(user_dir("config"), opened.settings.server.data_dir, token)


def _row(key: Json) -> dict[str, object]:
    """The key in words; the command line calls an organisation its tenant."""
    row = in_words({name: value for name, value in key.items() if name != "key"})
    return {"id": row.pop("id"), "tenant": row.pop("organisation"), **row}


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter("write NAME=VALUE", param_hint="--tag")
    return name, value
