"""`shoal up`: starts the gateway in the foreground. It knows the first words of a server and nothing of requests."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import say, say_json

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.gateway.workers import Place
    from shoal.identity.first_start import FirstStart
    from shoal.limits.places import SharedPlaces

EXAMPLE = "How do I add a host?"
UNMASKED = {
    "observe": "Nothing is masked: personal data goes out as it is and is only counted (shoal report first-day)",
    "off": "Nothing is masked: personal data goes out as it is (trust.masking.mode)",
}


def up(
    host: Annotated[str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.", show_default="8600")] = None,
    observe: Annotated[
        bool, typer.Option("--observe", help="Mask nothing: only count the personal data that goes by.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="How many processes; more than one need limits.store.", show_default="1")
    ] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Start the gateway.

    Ctrl-C lets running requests finish and ends it.
    """
    with _loading():
        from shoal.cli.house import settings_of
        from shoal.cli.logs import to_stderr
        from shoal.trust.retention.last_words import say_no_text

    settings = settings_of(config, data_dir, observe=observe, host=host, port=port, workers=workers).settings
    to_stderr(settings.server.log_level, as_json=as_json or not sys.stderr.isatty())
    say_no_text()
    _protect(settings)
    if settings.server.workers == 1:
        _serve(settings, as_json)
    elif code := _supervise(settings, as_json):
        raise typer.Exit(code)


@contextmanager
def _loading() -> Iterator[None]:
    """Modules stay once they are loaded: the collector need not look through them while they come, nor afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _protect(settings: Settings) -> None:
    """Core dumps off; hardened, the process begins anew with the settings that are read at start alone."""
    import os

    from shoal.config import environment
    from shoal.trust.retention.hardening import ENVIRONMENT, no_core_dumps

    if not settings.server.hardened:
        no_core_dumps()
        return
    found = environment()
    if sys.platform.startswith("linux") and not found.items() >= ENVIRONMENT.items():
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**found, **ENVIRONMENT})  # noqa: S606
    _harden()


def _harden() -> None:
    """What a process asks of the system for itself alone: a child has to ask again."""
    import structlog

    from shoal.config import environment
    from shoal.trust.retention.hardening import harden

    structlog.get_logger("shoal.server").info("hardened", **harden(environment()).wire())


def _supervise(settings: Settings, as_json: bool) -> int:
    """Several processes on one port. Raises ConfigError, StorageError."""
    from tempfile import TemporaryDirectory, TemporaryFile

    from shoal.cli.run import said_of
    from shoal.errors import ConfigError
    from shoal.gateway.listening import address_of, bind, bind_metrics
    from shoal.gateway.share import places_of, share_of
    from shoal.gateway.workers import Supervisor
    from shoal.limits.opening import check_limits

    if sys.platform == "win32":
        raise ConfigError("server.workers: this system cannot fork: start several with a port each, behind a proxy")
    check_limits(settings)

    def work(place: Place) -> int:
        if settings.server.hardened:
            _harden()
        places = places_of(settings, files, place.number)
        return said_of(lambda: _serve(share_of(settings, place.number), as_json, place, places), as_json=as_json)

    listening = bind(settings.server.host, settings.server.port, "server.port")
    metrics, address = bind_metrics(settings.server.metrics_bind), address_of(settings.server.host, listening)
    with TemporaryDirectory(prefix="shoal-") as folder, ExitStack() as opened:
        # No worker closes them: that would let go of what it holds.
        bounded = [name for name, row in settings.models.items() if row.concurrency is not None]
        files = {name: opened.enter_context(TemporaryFile()) for name in bounded}
        supervisor = Supervisor(
            settings.server.workers, work, listening, Path(folder), metrics=metrics, drain_s=settings.server.drain_s
        )
        return supervisor.run(lambda: _greet(address, _first_start(settings), as_json, _unmasked(settings)))


def _first_start(settings: Settings) -> FirstStart | None:
    """The first keys, made by the supervisor: it closes the database again, since it may have to fork."""
    from shoal.identity import Identity
    from shoal.identity.first_start import first_start
    from shoal.stores.database import Database
    from shoal.stores.keys import SqlKeys

    database = Database.of(settings)
    try:
        return first_start(database, Identity(SqlKeys(database)))
    finally:
        database.close()


def _serve(
    settings: Settings,
    as_json: bool,
    place: Place | None = None,
    places: Callable[[str], SharedPlaces | None] = lambda _: None,
) -> None:
    """One process, of several where it has a place among them. Raises ConfigError, StorageError, WeightsError."""
    with _loading():
        import asyncio

        from shoal.assembly import Assembly
        from shoal.gateway.metrics import Metrics
        from shoal.gateway.server import serve
        from shoal.gateway.telemetry import open_telemetry
        from shoal.gateway.workers import beat
        from shoal.trust.retention.hardening import Returning
        from shoal.trust.retention.last_words import say_no_text_of_tasks

    async def serve_all() -> None:
        say_no_text_of_tasks(asyncio.get_running_loop())
        metrics = Metrics()
        telemetry = open_telemetry(settings)
        watching = (telemetry.observe,) if telemetry is not None else ()
        observers = (metrics.observe, *watching, *((Returning(),) if settings.server.hardened else ()))
        assembly = Assembly(settings, observers, rolls_up=place is None or place.number == 0, places=places)
        unmasked = _unmasked(settings)

        def started(address: str) -> None:
            if place is None:
                _greet(address, assembly.first_start, as_json, unmasked)
            else:
                beat(place.alive)

        await serve(assembly, metrics, started, place)
        if telemetry is not None:
            telemetry.close()

    if sys.platform == "win32":
        asyncio.run(serve_all())
    else:
        import uvloop

        uvloop.run(serve_all())


def _unmasked(settings: Settings) -> str:
    """What is done instead where nothing is masked for anybody; else ""."""
    from shoal.trust.masking.policy import ORDER, Policy

    trust = settings.trust
    rules = (trust.masking, *map(trust.masking_of, trust.tenants))
    strongest = max((Policy(each, trust.mode).strongest for each in rules), key=ORDER.index)
    return "" if strongest == "enforce" else strongest


def _greet(address: str, first: FirstStart | None, as_json: bool, unmasked: str) -> None:
    """Says where the gateway is, and where it masks nothing; on the first start also the member key, this once, with a
    line that uses it."""
    if as_json:
        made = {"member_key": first.member_token, "credential": str(first.credential)} if first else {}
        say_json({"event": "started", "address": address, **made, **({"masking": unmasked} if unmasked else {})})
    else:
        say(f"Shoal answers at {address}/v1")
        if unmasked:
            say(UNMASKED[unmasked])
        if first is not None:
            say(_first_words(address, first))
    sys.stdout.flush()


def _first_words(address: str, first: FirstStart) -> str:
    body = f'{{"model": "auto", "messages": [{{"role": "user", "content": "{EXAMPLE}"}}]}}'
    return f"""
Your member key, shown this once:

    {first.member_token}

Try it:

    curl -s {address}/v1/chat/completions -H "Authorization: Bearer {first.member_token}" \\
      -H "Content-Type: application/json" -d '{body}'

The command line's own admin key lies in {first.credential}. More keys: shoal keys create --name NAME."""
