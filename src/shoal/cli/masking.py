"""Opens the masking of one tenant for verbs: from the settings alone, without database, gateway or key. It writes
nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.config.trust import Masking
    from shoal.trust.keys import RootKey
    from shoal.trust.masking.entity import Recognizer
    from shoal.trust.masking.step import MaskingStep

TIERS = ("patterns", "fast", "full")
Tier = Annotated[
    str | None, typer.Option("--tier", metavar="TIER", help="patterns, fast or full; else trust.masking.tier.")
]
OfTenant = Annotated[str, typer.Option("--tenant", metavar="NAME", help="The organisation whose rules hold.")]


def step_of(settings: Settings, tenant: str, tier: str | None = None, *, everything: bool = False) -> MaskingStep:
    """Masking as the tenant's rules say, whatever `[trust] mode` is; with `everything` also what they switch off.
    Raises ConfigError, WeightsError."""
    from shoal.trust.masking.step import MaskingStep

    rules = {"mode": "enforce", "masking": _chosen(settings, tenant, tier, everything), "tenants": {}}
    return MaskingStep(settings.trust.model_copy(update=rules), _root(settings), brought(settings))


def brought(settings: Settings) -> list[Recognizer]:
    """The recognizers of plug-ins. Raises ConfigError."""
    from shoal import plugins

    loaded = plugins.load(settings.plugins.modules).hook.shoal_recognizers(settings=settings)
    return [recognizer for recognizers in loaded for recognizer in recognizers]


def _chosen(settings: Settings, tenant: str, tier: str | None, everything: bool) -> Masking:
    if tier is not None and tier not in TIERS:
        raise typer.BadParameter(f"'{tier}' is no tier: choose {', '.join(TIERS)}")
    given: dict[str, object] = {"tier": tier} if tier else {}
    if everything:
        given |= {"mode": "enforce", "types": {}, "labels": {}}
    return settings.trust.masking_of(tenant).model_copy(update=given)


def _root(settings: Settings) -> RootKey:
    """The root key where there is one, so that placeholders are those of the gateway; else one for this run alone."""
    from secrets import token_bytes

    from shoal.trust.keys import FILE, LEAST_BYTES, RootKey

    folder, reference = settings.server.data_dir, settings.trust.root_key
    if reference is not None or (folder / FILE).exists():
        return RootKey.open(reference, folder)
    return RootKey(token_bytes(LEAST_BYTES))


def read_text(file: Path | None) -> str:
    """The text of a file, else of standard input. Raises a usage error where there is none or it is not UTF-8."""
    import sys

    if file is None and sys.stdin.isatty():
        raise typer.BadParameter("name a file, or send the text to standard input")
    try:
        return (file.read_bytes() if file else sys.stdin.buffer.read()).decode()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise typer.BadParameter("the text is not UTF-8: convert it first (for example with iconv)") from None
