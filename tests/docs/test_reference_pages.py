"""The reference pages agree with the code: every setting with its default, every error with its status and code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typer.main import get_command

from scripts import entity_types
from shoal import errors
from shoal.cli.run import make_app
from shoal.config import Settings
from shoal.models.hosts.rows import rows as known_rows
from shoal.trust.masking.policy import OBSERVED
from shoal.trust.masking.surrogates import SHAPES
from tests.docs.pages import ROOT

REFERENCE = ROOT / "docs" / "reference"
NAMED_TABLES = {name: f"{name}.NAME" for name in ("hosts", "models", "trust.masking.tools")} | {
    "audit.tenants": "audit.tenants.NAME",
    "trust.defence.tools.rules": "trust.defence.tools.rules.NAME",
    "metering.hosts": "metering.hosts.NAME",
    "metering.models": "metering.models.NAME",
    "cascades": "cascades.NAME",
    "events.webhooks": "events.webhooks.NAME",
    "limits.rates": "limits.rates.NAME",
    "budgets": "budgets.NAME",
}
# Tables that take the keys of another one: a row stands for all of them.
TENANT_TABLES = ("masking", "defence", "monitoring", "groundedness", "retention")
ALIKE = {
    "trust.tenants": tuple(f"trust.tenants.NAME.{name}" for name in TENANT_TABLES),
    "routing.tenants": ("routing.tenants.NAME",),
}
# Defaults that the page says in words: unset, or another table's.
WORDS = ("none", "unknown", "all", "required", "the row's", "the same name", "all specialists", "refusal, form")
ABSTRACT = ("HostError", "LimitError")


def keys(table: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of the settings in the page's spelling, and its default."""
    for name, field in table.model_fields.items():
        inner = table_in(field.annotation)
        if prefix + name in ALIKE:
            yield from ((each, PydanticUndefined) for each in ALIKE[prefix + name])
        elif inner is None or name == "price":
            yield prefix + name, field.default
        else:
            yield from keys(inner, f"{NAMED_TABLES.get(prefix + name, prefix + name)}.")


def table_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments = getattr(annotation, "__args__", ())
    return next((found for argument in arguments if (found := table_in(argument))), None)


def rows(page: str) -> dict[str, list[str]]:
    """The rows of all tables of a page by their first cell, without backticks."""
    lines = (REFERENCE / page).read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"]
    return {first: rest for first, *rest in cells}


def spelt(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else f"{default}"


@pytest.mark.parametrize(("key", "default"), list(keys(Settings)), ids=lambda value: str(value)[:40])
def test_every_setting_is_explained_with_its_default(key: str, default: Any) -> None:
    stated = rows("configuration.md")[key][0]
    if key == "server.data_dir":
        assert stated == "~/.local/share/shoal"
    elif default in (None, PydanticUndefined, ()) or isinstance(default, tuple):
        assert stated in WORDS
    else:
        assert stated == spelt(default)


def test_no_setting_is_explained_that_does_not_exist() -> None:
    known = {key for key, _ in keys(Settings)}
    explained = {row for row in rows("configuration.md") if row.partition(".")[0] in Settings.model_fields}
    assert explained == known


def test_every_entity_type_stands_in_the_table() -> None:
    written = entity_types.PAGE.read_text(encoding="utf-8")
    assert written == entity_types.page(), "run 'python scripts/entity_types.py'"


def test_the_page_on_masking_names_what_is_only_observed_and_what_has_surrogates() -> None:
    page = (ROOT / "docs" / "concepts" / "masking.md").read_text(encoding="utf-8")
    for heading, names in (("## Which types are only observed", OBSERVED), ("## Surrogates", SHAPES)):
        section = page.partition(heading)[2].partition("\n## ")[0]
        assert set(re.findall(r"`([A-Z_]+)`", section)) == set(names)


def test_every_kind_of_host_stands_in_the_table() -> None:
    table = {name: cells for name, cells in rows("host-rows.md").items() if cells[1:2] in (["openai"], ["anthropic"])}
    stated = {
        name: (dialect, "" if address.startswith("none") else address, key == "needed")
        for name, (_, dialect, address, key) in table.items()
    }
    assert stated == {name: (row.dialect, row.base_url, row.key) for name, row in known_rows().items()}


def classes(root: type[errors.ShoalError]) -> Iterator[type[errors.ShoalError]]:
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from classes(child)


@pytest.mark.parametrize(
    "error", [each for each in classes(errors.ShoalError) if each.__name__ not in ABSTRACT], ids=lambda e: e.__name__
)
def test_every_error_stands_in_the_table_and_in_troubleshooting(error: type[errors.ShoalError]) -> None:
    status = "4xx" if error is errors.HostRejected else str(error.status)
    retry = "yes" if error.retryable else "no"
    assert rows("errors.md")[error.__name__][:4] == [status, error.code, error.type, retry]
    assert f"## {error.code}\n" in (ROOT / "docs/guides/troubleshooting.md").read_text(encoding="utf-8")


def verbs(command: Any, name: str = "shoal") -> Iterator[tuple[str, Any]]:
    """Every command of the command line without commands below it, with its whole name."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    for word, each in (inner or {}).items():
        yield from verbs(each, f"{name} {word}")


@pytest.mark.parametrize(("name", "command"), list(verbs(get_command(make_app()))), ids=lambda value: str(value)[:30])
def test_every_command_and_option_stands_on_the_page(name: str, command: Any) -> None:
    page = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert f"| `{name}" in page
    for parameter in command.params:
        for option in parameter.opts:
            assert not option.startswith("--") or f"`{option}" in page, f"{name} has {option}"
