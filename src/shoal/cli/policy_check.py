"""What `shoal policy check` looks at: faults and risks of the rules of masking. It changes and prints nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.cli.checkup import Finding
from shoal.cli.masking import brought
from shoal.errors import ConfigError, ShoalError

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.config.trust import Masking

EVERY = "*"
NOT_MASKED = "personal data is {} and goes out as it is"
SAID = {"off": "not looked for", "observe": "only looked at"}


def findings(settings: Settings, tenant: str) -> Iterator[Finding]:
    """All checks, what concerns everything first. Raises ConfigError where a plug-in cannot be loaded."""
    masking = settings.trust.masking_of(tenant)
    yield from _mode(settings, masking)
    yield from _types(settings, masking)
    yield from _weights(masking)
    yield from _lists(masking)
    yield from _countries(masking)
    yield from _fields(masking)
    yield from _attachments(masking)
    yield from _tools(masking)
    yield from _places(masking)
    yield _root(settings)


def _mode(settings: Settings, masking: Masking) -> Iterator[Finding]:
    for name, mode in (("trust.mode", settings.trust.mode), ("trust.masking.mode", masking.mode)):
        if mode != "enforce":
            yield Finding(name, "warning", f"{mode}: {NOT_MASKED.format(SAID[mode])}", f'set {name} = "enforce"')
        else:
            yield Finding(name, "ok", mode)


def _types(settings: Settings, masking: Masking) -> Iterator[Finding]:
    """Types that nobody knows, and types and labels that let personal data through."""
    from shoal.trust.masking.kinds import unknown_types
    from shoal.trust.masking.policy import OBSERVED

    more = [kind for each in brought(settings) for kind in each.types]
    for fault in unknown_types(masking, more):
        place, _, said = fault.partition(": ")
        yield Finding(place, "fault", said, "mend the name, or take it out")
    for table, modes in (("types", masking.types), ("labels", masking.labels)):
        for name, mode in modes.items():
            if mode != "enforce" and not (mode == "observe" and name in OBSERVED):
                found = f"{mode}: {NOT_MASKED.format(SAID[mode])}"
                yield Finding(
                    f"trust.masking.{table}.{name}", "warning", found, 'set it to "enforce", or keep the risk'
                )


def _weights(masking: Masking) -> Iterator[Finding]:
    """Whether the tier finds names, and its weights load."""
    if masking.tier == "patterns":
        found = "patterns: names, addresses, places and organisations are not found"
        yield Finding("trust.masking.tier", "warning", found, 'set trust.masking.tier = "fast"')
        return
    from shoal.trust.masking.detect import builtin_recognizers

    try:
        builtin_recognizers(masking.tier)
    except ShoalError as error:
        yield Finding("trust.masking.tier", "fault", error.message, "restore src/shoal/weights from the repository")
    else:
        yield Finding("trust.masking.tier", "ok", masking.tier)


def _lists(masking: Masking) -> Iterator[Finding]:
    """Whether gazetteers can be read and hold something."""
    for kind, path in masking.gazetteers.items():
        name = f"trust.masking.gazetteers.{kind}"
        try:
            lines = path.expanduser().read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            fix = "write one term a line, in UTF-8, or mend the path"
            yield Finding(name, "fault", f"{path} cannot be read ({type(error).__name__})", fix)
            continue
        held = sum(1 for line in lines if line.strip() and not line.startswith("#"))
        yield Finding(name, "ok" if held else "warning", f"{held} terms", "" if held else "write one term a line")
    if masking.allow:
        found = f"{len(masking.allow)} values are never masked, wherever they stand"
        yield Finding("trust.masking.allow", "warning", found, "see that none of them names a person")


def _countries(masking: Masking) -> Iterator[Finding]:
    from shoal.trust.masking.kinds import kinds

    known = {each.country for each in kinds()}
    for name in masking.countries:
        if name not in known:
            found = f"no number of '{name}' is known, so naming it changes nothing"
            yield Finding("trust.masking.countries", "warning", found, "'shoal policy types' lists the countries")


def _fields(masking: Masking) -> Iterator[Finding]:
    from shoal.trust.masking.fields import parse

    for path, kind in masking.fields.items():
        try:
            parse(path)
        except ConfigError as error:
            yield Finding("trust.masking.fields", "fault", error.message, "mend the path")
        else:
            yield Finding("trust.masking.fields", "ok", f"{path} is {kind}")


def _attachments(masking: Masking) -> Iterator[Finding]:
    if masking.attachments == "pass":
        found = "pass: images, audio and files go to remote hosts unmasked"
        yield Finding("trust.masking.attachments", "warning", found, 'set trust.masking.attachments = "refuse"')


def _tools(masking: Masking) -> Iterator[Finding]:
    """Tools whose arguments get every value back."""
    if EVERY not in masking.tools:
        found = "every tool without a table of its own gets all real values in its arguments"
        fix = 'set [trust.masking.tools."*"] grant = [] and grant each tool what it needs'
        yield Finding("trust.masking.tools", "warning", found, fix)
    for name, grant in masking.tools.items():
        if EVERY in grant.grant:
            found, fix = "gets all real values in its arguments", "name the types that it needs"
            yield Finding(f"trust.masking.tools.{name}", "warning", found, fix)


def _places(masking: Masking) -> Iterator[Finding]:
    """Where values may go besides: links, and from one caller to the next."""
    for host in masking.url_hosts:
        if host.startswith("*."):
            found = f"{host}: links to any host of this domain may carry real values"
            yield Finding("trust.masking.url_hosts", "warning", found, "name the hosts one by one")
    if masking.scope == "tenant":
        found = "tenant: a value has the same placeholder for all callers, so hosts can tell that it is the same"
        yield Finding("trust.masking.scope", "warning", found, 'set trust.masking.scope = "conversation"')


def _root(settings: Settings) -> Finding:
    """Whether the root key can be had and is private."""
    from shoal.trust.keys import FILE, RootKey

    name, reference, path = "trust.root_key", settings.trust.root_key, settings.server.data_dir / FILE
    if reference is None and not path.exists():
        return Finding(name, "ok", "none yet: the first 'shoal up' makes it in the data directory")
    try:
        RootKey.open(reference, settings.server.data_dir)
    except ShoalError as error:
        return Finding(name, "fault", error.message, "mend the key; with another one, placeholders change")
    held = path if reference is None else Path(reference.removeprefix("file:")).expanduser()
    if not (reference or "").startswith("env:") and os.name == "posix" and held.stat().st_mode & 0o077:
        return Finding(name, "fault", f"{held} can be read by others", f"run 'chmod 600 {held}'")
    return Finding(name, "ok", reference or str(path))
