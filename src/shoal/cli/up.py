"""`shoal up`: starts the gateway in the foreground. It knows the first words of a server and nothing of requests."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import say, say_json

if TYPE_CHECKING:
    from shoal.assembly import FirstStart
    from shoal.config import Settings

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
    from shoal.cli.house import settings_of
    from shoal.cli.logs import to_stderr
    from shoal.trust.retention.last_words import say_no_text

    settings = settings_of(config, data_dir, observe=observe, host=host, port=port, workers=workers).settings
    to_stderr(settings.server.log_level, as_json=as_json or not sys.stderr.isatty())
    say_no_text()
    _protect(settings)
    _serve(settings, as_json)


def _protect(settings: Settings) -> None:
    """Core dumps off; hardened, the process begins anew with the settings that are read at start alone."""
    import os

    import structlog

    from shoal.config import environment
    from shoal.trust.retention.hardening import ENVIRONMENT, harden, no_core_dumps

    if not settings.server.hardened:
        no_core_dumps()
        return
    found = environment()
    if sys.platform.startswith("linux") and not found.items() >= ENVIRONMENT.items():
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**found, **ENVIRONMENT})  # noqa: S606
    structlog.get_logger("shoal.server").info("hardened", **harden(found).wire())


def _serve(settings: Settings, as_json: bool) -> None:
    import asyncio

    from shoal.assembly import Assembly
    from shoal.gateway.metrics import Metrics
    from shoal.gateway.server import serve
    from shoal.gateway.telemetry import open_telemetry
    from shoal.trust.retention.hardening import Returning
    from shoal.trust.retention.last_words import say_no_text_of_tasks

    async def serve_all() -> None:
        say_no_text_of_tasks(asyncio.get_running_loop())
        metrics = Metrics()
        telemetry = open_telemetry(settings)
        watching = (telemetry.observe,) if telemetry is not None else ()
        observers = (metrics.observe, *watching, *((Returning(),) if settings.server.hardened else ()))
        assembly = Assembly(settings, observers)
        unmasked = _unmasked(settings)
        await serve(assembly, metrics, lambda address: _greet(address, assembly.first_start, as_json, unmasked))
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
