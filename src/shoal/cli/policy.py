"""`shoal policy`: what is done with which personal data, and why; what is risky about it. It masks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shoal.cli.masking import OfTenant
from shoal.cli.options import AsJson, ConfigPath
from shoal.cli.output import say, say_json, table

if TYPE_CHECKING:
    from shoal.config import Loaded, Settings
    from shoal.config.trust import Masking
    from shoal.trust.masking.policy import Policy

# Lists that may hold names of people: they are counted, not shown.
COUNTED = frozenset({"allow", "deny"})
app = typer.Typer(no_args_is_help=True, help="Show and check what is masked.", rich_markup_mode=None)


@app.command()
def show(
    everything: Annotated[bool, typer.Option("--all", help="A line for every type, also where they agree.")] = False,
    tenant: OfTenant = "default",
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show what is done with each type of personal data, by where it stands, and where each value came from."""
    from shoal.cli.house import settings_of
    from shoal.trust.masking.policy import Policy

    loaded = settings_of(config)
    trust = loaded.settings.trust
    policy = Policy(trust.masking_of(tenant), trust.mode)
    modes = {kind: _modes(policy, kind) for kind in types_of(loaded.settings, policy.settings)}
    values = list(_values(loaded, tenant, policy.settings))
    if as_json:
        wire = {"tenant": tenant, "strongest": policy.strongest, "types": modes}
        say_json({**wire, "settings": [dict(zip(("name", "value", "origin"), row, strict=True)) for row in values]})
        return
    say(f"tenant {tenant}: the strongest that is done with personal data is '{policy.strongest}'\n")
    rows = list(_rows(modes, everything))
    table(("type", *_labels()), rows)
    say("")
    table(("setting", "value", "from"), values)


@app.command()
def check(tenant: OfTenant = "default", config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Check the settings, lists, paths and weights of masking, and say what is risky.

    The exit code is 1 where something is wrong.
    """
    from shoal.cli.checkup import Finding
    from shoal.cli.doctor import report
    from shoal.cli.house import settings_of
    from shoal.cli.policy_check import findings
    from shoal.errors import ConfigError

    try:
        found = list(findings(settings_of(config).settings, tenant))
    except ConfigError as error:
        found = [Finding("settings", "fault", error.message, "mend shoal.toml as said")]
    report(found, as_json)


@app.command()
def types(as_json: AsJson = False) -> None:
    """List every entity type: its country, how sure a find is, whether it needs a word near it, its source."""
    from shoal.trust.masking.kinds import kinds

    found = kinds()
    if as_json:
        say_json([asdict(each) for each in found])
        return
    rows = [
        (
            each.type,
            each.country,
            _score(each.score),
            _score(each.context_score),
            "yes" if each.context else "no",
            "; ".join(each.sources),
        )
        for each in found
    ]
    table(("type", "country", "score", "with a word near", "needs one", "source"), rows)


def types_of(settings: Settings, masking: Masking) -> list[str]:
    """Every type that the settings can find: those of the tier, of lists and fields, and of plug-ins."""
    from shoal.cli.masking import brought
    from shoal.trust.masking.kinds import kinds

    found = {each.type for each in kinds() if masking.tier != "patterns" or each.score is not None}
    found |= {*masking.fields.values(), *masking.deny, *masking.gazetteers}
    return sorted(found | {kind for each in brought(settings) for kind in each.types})


def _labels() -> tuple[str, ...]:
    from shoal.chat import Trust

    return tuple(label.value for label in Trust)


def _modes(policy: Policy, kind: str) -> dict[str, str]:
    from shoal.chat import Trust

    return {label.value: policy.mode(label, kind) for label in Trust}


def _rows(modes: Mapping[str, Mapping[str, str]], everything: bool) -> Iterator[tuple[str, ...]]:
    """A row for each type; what most types have in common is one row, at the end."""
    from collections import Counter

    alike = Counter(tuple(each.values()) for each in modes.values())
    common = alike.most_common(1)[0][0]
    for kind, each in modes.items():
        if everything or tuple(each.values()) != common:
            yield kind, *each.values()
    if not everything:
        yield f"the other {alike[common]} types", *common


def _values(loaded: Loaded, tenant: str, masking: Masking) -> Iterator[tuple[str, str, str]]:
    """Name, value and origin of what decides about masking."""
    trust = loaded.settings.trust
    yield "trust.mode", trust.mode, _origin(loaded, "trust.mode")
    own = trust.tenants[tenant].masking.model_fields_set if tenant in trust.tenants else frozenset()
    for name, value in masking.model_dump(mode="json").items():
        place = f"trust.tenants.{tenant}.masking.{name}" if name in own else f"trust.masking.{name}"
        yield place, _words(name, value), _origin(loaded, place)


def _origin(loaded: Loaded, name: str) -> str:
    found = {origin for key, origin in loaded.origins.items() if key == name or key.startswith(f"{name}.")}
    return ", ".join(sorted(found - {"default"})) or "default"


def _words(name: str, value: Any) -> str:
    if name in COUNTED:
        number = len(value) if isinstance(value, list) else sum(map(len, value.values()))
        return f"{number} terms" if number else ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_words('', each)}" for key, each in value.items())
    return _listed(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def _score(score: float | None) -> str:
    return "by the model" if score is None else f"{score:g}"
