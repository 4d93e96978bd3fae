"""`shoal mask` and `shoal unmask`: personal data out of a text, and back in with the map. They know how it is kept."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.masking import OfTenant, Tier, read_text, step_of
from shoal.cli.options import AsJson, ConfigPath
from shoal.cli.output import note, say_exactly, say_json, table

if TYPE_CHECKING:
    from shoal.trust.masking.texts import MaskedText
    from shoal.trust.masking.values import Values

PRIVATE = 0o600
TextFile = Annotated[Path | None, typer.Argument(metavar="FILE", help="The text; else standard input.")]


def mask(
    file: TextFile = None,
    tier: Tier = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="Write what `shoal unmask` needs into a new file.")
    ] = None,
    tenant: OfTenant = "default",
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Replace personal data in a text by placeholders.

    The masked text goes to standard output, what was found to standard error. It needs no gateway and no key.
    """
    import asyncio
    from secrets import token_hex

    from shoal.cli.house import settings_of
    from shoal.trust.masking.texts import TextMasker

    text = read_text(file)
    if map_file is not None and map_file.exists():
        raise typer.BadParameter(f"{map_file} is there already, and no map is ever overwritten: name another file")
    masker = TextMasker(step_of(settings_of(config).settings, tenant, tier), tenant, "cli", token_hex(16))
    (masked,) = asyncio.run(masker.mask([text]))
    if map_file is not None:
        write_map(map_file, masker.vault.values)
    if as_json:
        say_json(_told(masked, map_file))
    else:
        say_exactly(masked.text)
        _show(masked, map_file, ends_open=not masked.text.endswith("\n"))


def unmask(
    map_file: Annotated[Path, typer.Option("--map", metavar="FILE", help="The map that `shoal mask --map` wrote.")],
    file: TextFile = None,
    tenant: OfTenant = "default",
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Put the values of a map back into a text.

    Placeholders that the map does not hold stay, and those inside links to hosts that trust.masking.url_hosts does not
    name.
    """
    from shoal.cli.house import settings_of
    from shoal.trust.masking.links import AllowedHosts
    from shoal.trust.masking.unmask import Tally, Unmasker

    text = read_text(file)  # first: in a pipe the map is written while this waits
    values, tally = read_map(map_file), Tally()
    hosts = AllowedHosts(settings_of(config).settings.trust.masking_of(tenant).url_hosts)
    unmasker = Unmasker(values, hosts, tally)
    said = unmasker.feed(text) + unmasker.close()
    if as_json:
        wire = {"restored": tally.restored, "withheld": tally.withheld, "unknown": tally.unknown}
        say_json({"text": said, **wire})
        return
    say_exactly(said)
    note(f"{tally.restored} values put back, {tally.withheld} left in links, {tally.unknown} unknown placeholders left")


def write_map(path: Path, values: Values) -> None:
    """Writes the map into a new file that only its owner can read. Raises StorageError, also where the file exists."""
    from shoal.errors import StorageError

    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(opened, "w", encoding="utf-8", errors="surrogatepass") as out:
            json.dump(values.to_map(), out, ensure_ascii=False)
            out.write("\n")
    except OSError as error:
        raise StorageError(f"the map {path} cannot be written ({error.strerror}): name another file") from None


def read_map(path: Path) -> Values:
    """The values of a map. Raises StorageError where it cannot be read or others could read it, RequestError where it
    is no map."""
    from shoal.errors import RequestError, StorageError
    from shoal.trust.masking.values import Values

    try:
        with path.open("rb") as opened:
            if os.name == "posix" and os.fstat(opened.fileno()).st_mode & 0o077:
                raise StorageError(f"the map {path} can be read by others: run 'chmod 600 {path}' first")
            return Values.from_map(json.loads(opened.read().decode("utf-8", "surrogatepass")))
    except OSError as error:
        raise StorageError(f"the map {path} cannot be read ({error.strerror}): name the one that you made") from None
    except ValueError:
        raise RequestError(f"{path} is no map of placeholders: make one with 'shoal mask --map'") from None


def _told(masked: MaskedText, map_file: Path | None) -> dict[str, object]:
    from dataclasses import asdict

    from shoal.trust.masking.texts import counts

    found = [asdict(each) for each in masked.replacements]
    return {
        "text": masked.text,
        "entities": found,
        "counts": counts([masked]),
        "map": str(map_file) if map_file else None,
    }


def _show(masked: MaskedText, map_file: Path | None, *, ends_open: bool) -> None:
    """What was found, and what can be undone, on standard error."""
    import sys

    if ends_open and sys.stdout.isatty():
        note("")
    found, different = Counter(each.type for each in masked.replacements), Counter[str]()
    different.update(kind for kind, _ in {(each.type, each.placeholder) for each in masked.replacements})
    if not found:
        note("nothing was found")
        return
    rows = [(kind, count, different[kind]) for kind, count in sorted(found.items())]
    table(("type", "found", "different values"), rows, aside=True)
    if map_file is None:
        note("no map was written: nobody can put these values back (--map FILE writes one)")
    else:
        note(f"the map {map_file} holds these values: keep it as secret as the text")
