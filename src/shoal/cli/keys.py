"""`shoal keys`: makes, lists and disables keys. Whoever may write the data directory may use it; it never shows a
stored secret, since none is stored."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir, Tenant
from shoal.cli.output import note, say, say_json, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from shoal.assembly import Assembly
    from shoal.stores.keys import StoredKey

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Make, list and disable keys.", rich_markup_mode=None)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    role: Annotated[Literal["member", "admin"], typer.Option(help="What it may do.")] = "member",
    model: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Only these models, such as 'shoal/*' (repeatable).")
    ] = None,
    collection: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only these collections (repeatable).")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Make it the command line's own key.")] = False,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once."""
    from shoal.identity import Minted, Role, mint

    limits = {"models": tuple(model) if model else None, "collections": tuple(collection) if collection else None}

    def store(opened: Assembly) -> Minted:
        made = mint(name, Role(role), tenant=tenant, **limits)
        opened.keys.add(made.stored)
        if save:
            _save(opened, made.token)
        return made

    minted = _with(config, data_dir, store)
    if as_json:
        say_json({**_row(minted.stored), "key": minted.token})
    else:
        note(f"key {minted.stored.id} ({role}), shown this once:")
        say(minted.token)


@app.command("list")
def list_keys(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """List the keys."""
    rows = [_row(key) for key in _with(config, data_dir, lambda opened: opened.keys.all())]
    if as_json:
        say_json(rows)
        return
    columns = ("id", "name", "role", "tenant", "created", "disabled", "models", "collections")
    table(columns, [[_words(row[column]) for column in columns] for row in rows])


@app.command()
def disable(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `shoal keys list` shows.")],
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Switch a key off for good.

    A running gateway refuses it within a second.
    """
    from shoal.errors import NotFound

    if not _with(config, data_dir, lambda opened: opened.keys.disable(key_id, time.time())):
        raise NotFound(f"there is no key '{key_id}' that works: see 'shoal keys list'")
    if as_json:
        say_json({"id": key_id, "disabled": True})
    else:
        say(f"{key_id} is disabled")


def _with(config: Path | None, data_dir: Path | None, work: Callable[[Assembly], T]) -> T:
    """Does the work in the whole house, so that a first start makes the first keys before any other."""
    import asyncio

    from shoal.cli.house import assembly, settings_of

    async def inside() -> T:
        async with assembly(settings_of(config, data_dir).settings) as opened:
            return work(opened)

    return asyncio.run(inside())


def _save(opened: Assembly, token: str) -> None:
    from shoal.config import user_dir
    from shoal.identity import credential

    credential.save(user_dir("config"), opened.settings.server.data_dir, token)


def _row(key: StoredKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "tenant": key.tenant,
        "created": _moment(key.created),
        "disabled": None if key.disabled is None else _moment(key.disabled),
        "models": None if key.models is None else list(key.models),
        "collections": None if key.collections is None else list(key.collections),
    }


def _moment(at: float) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
