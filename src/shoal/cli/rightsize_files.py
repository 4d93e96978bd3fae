"""The files of `shoal rightsize`: the report as JSON and as a page, settings that can be pasted, certificates, and the
learned route where there is one. It computes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoal.cli.rightsize_html import html_of
from shoal.cli.rightsize_show import least_confidence
from shoal.errors import StorageError
from shoal.routing.cascade import PREFIX
from shoal.routing.certificate import CertifiedCascade
from shoal.routing.rightsize.families import ALL

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.routing.rightsize.report import FamilyReport, Report

ROUTE, CERTIFICATES = "route", "certificates"


def write(out: Path, found: Report, told: dict[str, Any], given: Collection[str], house: Settings) -> None:
    """Writes all of them; `given` are the families that the user named, `house` the settings that the fragment is to
    be added to. Raises StorageError, ConfigError."""
    files_of = files_by_model(found)
    certificates = {
        files_of[name]: replace(each, cascades=dict(cascades_for(name, found, given)))
        for name, each in found.certificates.items()
    }
    files = {
        "report.json": json.dumps(told, indent=1, ensure_ascii=False) + "\n",
        "report.html": html_of(found),
        "shoal.toml": "\n".join(settings_of(found, out, given, house)) + "\n",
        **{f"{CERTIFICATES}/{name}": each.to_json() + "\n" for name, each in certificates.items()},
    }
    for name, text in files.items():
        path = out / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{path} cannot be written ({error.strerror}): name another --out") from None
    if found.learned is not None and found.learned.route is not None:
        found.learned.route.save(out / ROUTE)


def settings_of(found: Report, out: Path, given: Collection[str], house: Settings) -> Iterator[str]:
    """Lines to add to shoal.toml: a cascade for each family that can be named in a request, and the route. A table
    that the settings have already cannot be opened twice: what belongs there is a comment."""
    yield "# To use it, add these lines to your settings."
    yield f"# Written by 'shoal rightsize' on {datetime.now(UTC).date().isoformat()}, for tasks {found.data[:12]}."
    named = names_of(found, given)
    for family in found.families:
        yield ""
        yield from (f"# {line}" for line in _plain(family.advice))
        if family.chosen is None:
            continue
        if family.name not in named:
            yield "# This family was found among the tasks; no request can name it, so it has no cascade of its own."
            continue
        yield from _cascade(family, found, named[family.name], out)
    if found.finding is not None:
        yield ""
        yield from (f"# {line}" for line in _plain(found.finding.recommendation))
        if found.finding.worth_it:
            yield from _table("routing", "route", str((out / ROUTE).absolute()), house)
            yield ""
            yield from _table("auto", "reference", found.reference, house)


def _table(table: str, name: str, value: str, house: Settings) -> Iterator[str]:
    line = f"{name} = {json.dumps(value)}"
    if table not in house.model_fields_set:
        yield from (f"[{table}]", line)
    elif str(getattr(getattr(house, table), name)) == value:
        yield f"# [{table}] of your settings says already: {line}"
    else:
        yield f"# Write into [{table}] of your settings: {line}"


def names_of(found: Report, given: Collection[str]) -> dict[str, str]:
    """The cascade's name of each family that may have one: what is recommended, and a request can name."""
    names, used = {each.name for each in found.families}, set[str]()
    return {
        each.name: _unused(slug(each.name), used)
        for each in found.families
        if each.chosen is not None and (each.name in given or each.name == ALL or len(names) == 1)
    }


def cascades_for(small: str, found: Report, given: Collection[str]) -> Iterator[tuple[str, CertifiedCascade]]:
    """What a small model's certificate says of the cascades that `settings_of` writes."""
    named = names_of(found, given)
    for family in found.families:
        chosen = family.chosen
        if chosen is not None and chosen.pair.small == small and family.name in named:
            least = least_confidence(chosen)
            checks = {} if least is None else {"confidence": least}
            models = (small, found.reference)
            yield f"{PREFIX}{named[family.name]}", CertifiedCascade(models, checks, alone=chosen.segment)


def _cascade(family: FamilyReport, found: Report, name: str, out: Path) -> Iterator[str]:
    """Certified as it stands here: with other models or another threshold it is not."""
    chosen = family.chosen
    assert chosen is not None
    small = chosen.pair.small
    until = datetime.fromtimestamp(found.certificates[small].expires, UTC).date().isoformat()
    yield f"# Certified until {until}; after that the reference answers all. Ask for the model 'cascade:{name}'."
    yield f"[cascades.{name}]"
    yield f"models = {json.dumps([small, found.reference])}"
    least = least_confidence(chosen)
    if least is None:
        yield "checks = []  # it is certified for all of these tasks; only one that it fails at goes on"
    else:
        yield 'checks = ["confidence"]'
        yield f"least_confidence = {least}"
    yield f"certificate = {json.dumps(str((out / CERTIFICATES / files_by_model(found)[small]).absolute()))}"


def files_by_model(found: Report) -> dict[str, str]:
    """The name of each small model's certificate file, also where names differ in signs alone."""
    used = set[str]()
    return {name: f"{_unused(slug(name), used)}.json" for name in found.certificates}


def slug(name: str) -> str:
    """A name in small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "family"


def _unused(name: str, used: set[str]) -> str:
    found, number = name, 2
    while found in used:
        found, number = f"{name}-{number}", number + 1
    used.add(found)
    return found


def _plain(text: str) -> list[str]:
    """Lines without what would end a comment."""
    return ["".join(sign if sign.isprintable() else " " for sign in text)]
