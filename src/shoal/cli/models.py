"""`shoal models`: which models can be called, and what is known of each. It calls none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import say, say_json, table

if TYPE_CHECKING:
    from shoal.call import ModelCard

app = typer.Typer(no_args_is_help=True, help="List and show models.", rich_markup_mode=None)


@app.command("list")
def list_models(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """List the models that can be called."""
    cards = _cards(config, data_dir)
    if as_json:
        say_json([_wire(card) for card in cards])
        return
    rows = [(card.name, card.kind, card.host, card.task, _size(card)) for card in cards]
    table(("model", "kind", "host", "task", "size"), rows)


@app.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="The model's name, such as shoal/answer.")],
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show the card of a model."""
    from shoal.config import nearest
    from shoal.errors import UnknownModel

    cards = {card.name: card for card in _cards(config, data_dir)}
    if name not in cards:
        raise UnknownModel(f"model '{name}'{nearest(name, cards)}", param="model")
    wire = _wire(cards[name])
    if as_json:
        say_json(wire)
        return
    facts = wire.pop("facts")
    for field, value in {**wire, **facts}.items():
        if value not in (None, [], {}):
            say(f"{field.replace('_', ' ')}: {_words(value)}")


@app.command("hosts")
def list_hosts(as_json: AsJson = False) -> None:
    """List the known kinds of host, for hosts.NAME.row."""
    from shoal.models.hosts.rows import rows

    known = rows()
    if as_json:
        say_json([{"row": name, "dialect": row.dialect, "base_url": row.base_url} for name, row in known.items()])
        return
    table(("row", "dialect", "usual address"), [(name, row.dialect, row.base_url) for name, row in known.items()])


def _cards(config: Path | None, data_dir: Path | None) -> list[ModelCard]:
    import asyncio

    from shoal.cli.house import looked_at, settings_of

    async def inside() -> list[ModelCard]:
        async with looked_at(settings_of(config, data_dir).settings) as opened:
            return opened.registry.cards()

    return asyncio.run(inside())


def _wire(card: ModelCard) -> dict[str, Any]:
    from dataclasses import asdict

    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(card).items()}


def _size(card: ModelCard) -> str:
    if card.params_b is not None:
        return f"{card.params_b:g}B"
    return "" if card.size_mb is None else f"{card.size_mb:.1f} MB"


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
