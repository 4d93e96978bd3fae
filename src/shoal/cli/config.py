"""`shoal config`: whether the settings are right, and where each value came from. It never shows a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import say, say_json, table

if TYPE_CHECKING:
    from shoal.config import Host, Settings

HIDDEN = "(hidden)"
HEADER = re.compile(r"^hosts\..*\.headers\.")
app = typer.Typer(no_args_is_help=True, help="Check and show the settings.", rich_markup_mode=None)


@app.command()
def check(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Check the settings and the keys that they refer to; every fault is named with its fix."""
    from shoal.cli.house import settings_of
    from shoal.errors import ConfigError

    loaded = settings_of(config, data_dir)
    settings = loaded.settings
    found = list(faults(settings))
    if found:
        raise ConfigError("\n".join(found))
    where = str(loaded.path) if loaded.path else None
    if as_json:
        say_json({"ok": True, "file": where, "hosts": list(settings.hosts), "models": list(settings.models)})
    else:
        say(
            f"{where or 'no file, all defaults'}: {len(settings.hosts)} hosts, {len(settings.models)} models, all right"
        )


@app.command()
def show(
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not the default.")] = False,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show every value and where it came from."""
    from shoal.cli.house import settings_of

    loaded = settings_of(config, data_dir)
    rows = [
        (name, shown(name, value), loaded.origins.get(name, "default"))
        for name, value in flat(loaded.settings.model_dump(mode="json"))
    ]
    rows = [row for row in rows if not changed or row[2] != "default"]
    if as_json:
        say_json([{"name": name, "value": value, "origin": origin} for name, value, origin in rows])
    else:
        table(("name", "value", "origin"), [(name, _words(value), origin) for name, value, origin in rows])


def faults(settings: Settings) -> Iterator[str]:
    """What is wrong with the hosts, with where they run, with who may ask, with secrets, limits and plug-ins, and with
    routes, one sentence each."""
    from shoal.routing.start import routing_faults

    for name, host in settings.hosts.items():
        yield from list(host_faults(name, host)) or opening_faults(name, host)
    yield from metering_faults(settings)
    yield from identity_faults(settings)
    yield from start_faults(settings)
    yield from routing_faults(settings, known_models(settings))


def known_models(settings: Settings) -> set[str]:
    """The names of all models that a cascade or a judge may be. Those that are embedded or come with plug-ins are
    loaded only where the settings name one that they do not describe."""
    known = set(settings.models)
    wanted = {model for row in settings.cascades.values() for model in row.models} | {settings.routing.shadow_judge}
    if wanted - known - {None}:
        from shoal import plugins
        from shoal.models.specialists.catalogue import load_all

        brought = plugins.load(settings.plugins.modules).hook.shoal_models(settings=settings)
        known |= {*load_all(), *(model.card.name for models in brought for model in models)}
    return known


def start_faults(settings: Settings) -> Iterator[str]:
    """What else ends a start: secrets that are not there, limits that cannot be kept, plug-ins that are missing."""
    from shoal import plugins
    from shoal.config import secret
    from shoal.limits.opening import check_limits

    database, root, store = settings.server.database, settings.trust.root_key, settings.limits.store
    references = [database, root, None if store == "memory" else store, *settings.telemetry.headers.values()]
    yield from _said(
        *(partial(secret, reference) for reference in dict.fromkeys(references) if reference is not None),
        partial(check_limits, settings),
        partial(plugins.load, settings.plugins.modules),
    )


def identity_faults(settings: Settings) -> Iterator[str]:
    """What is wrong with the operator's own key, the sign-in and the secrets of webhooks."""
    from shoal.identity.oidc import Provider
    from shoal.identity.operator_key import operator_key
    from shoal.identity.webhooks import signing_key

    rules, hooks = settings.identity, settings.events.webhooks
    checks: list[Callable[[], object]] = [partial(signing_key, hook, name) for name, hook in hooks.items()]
    if rules.admin_key is not None:
        checks.append(partial(operator_key, rules.admin_key))
    if rules.oidc is not None:
        checks.append(partial(Provider, rules.oidc))
    yield from _said(*checks)


def metering_faults(settings: Settings) -> Iterator[str]:
    """What is wrong with where models run: facts that cannot be read, unknown regions and hardware."""
    from shoal.metering.start import check_metering

    yield from _said(partial(check_metering, settings))


def host_faults(name: str, host: Host) -> Iterator[str]:
    """What is wrong with one host: an unknown row, a missing address, a key that is missing or empty."""
    from shoal.config import secret
    from shoal.errors import ConfigError
    from shoal.models.hosts.rows import find_row

    try:
        row = find_row(host.row, name) if host.row else None
        if row is not None and not row.base_url and not host.base_url:
            yield f'hosts.{name}: set base_url = "https://..." to the address of this host'
        if host.key is not None:
            secret(host.key)
        elif row is not None and row.key and not host.headers:
            yield f'hosts.{name} needs a key: set hosts.{name}.key = "env:NAME" or "file:PATH"'
    except ConfigError as error:
        yield error.message if error.message.startswith(f"hosts.{name}") else f"hosts.{name}: {error.message}"


def opening_faults(name: str, host: Host) -> Iterator[str]:
    """What only shows where a host is opened, such as a header that HTTP does not allow; connects nowhere."""
    from shoal.models.hosts.host import Host as OpenHost
    from shoal.models.hosts.host import connect

    yield from _said(lambda: OpenHost(name, host, connect(name, host.connect_s)))


def _said(*checks: Callable[[], object]) -> Iterator[str]:
    """What the checks complain of."""
    from shoal.errors import ConfigError

    for check in checks:
        try:
            check()
        except ConfigError as error:
            yield error.message


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names and values; an empty table is a value."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def shown(name: str, value: Any) -> Any:
    """The value as it may be seen: headers may hold keys, an address may hold a password or a token."""
    if HEADER.match(name):
        return HIDDEN
    if name.startswith("hosts.") and name.endswith(".base_url") and isinstance(value, str):
        address = urlsplit(value)
        place = f"{HIDDEN}@{address.netloc.rpartition('@')[2]}" if "@" in address.netloc else address.netloc
        return urlunsplit((address.scheme, place, address.path, HIDDEN if address.query else "", ""))
    return value


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
