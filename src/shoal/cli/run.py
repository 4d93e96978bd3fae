"""The command `shoal`: its verbs, and the boundary where every error becomes a line and an exit code.

Exit codes: 0 it worked · 1 it failed · 2 wrong usage · 3 a wrong configuration · 4 not found or not permitted ·
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import typer

from shoal.cli import (
    ask,
    audit,
    config,
    doctor,
    energy,
    facts,
    ground,
    guard,
    keys,
    limits,
    mask,
    models,
    organisations,
    output,
    plan,
    policy,
    report,
    rightsize,
    route,
    teams,
    trust,
    up,
    usage,
    users,
    verify_retention,
)
from shoal.errors import ConfigError, ShoalError

FAILED, MISCONFIGURED, REFUSED = 1, 3, 4


def make_app() -> typer.Typer:
    """The application with all verbs. Plain help: rich's own costs 0.4 s of CPU."""
    app = typer.Typer(
        name="shoal", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, callback=_shoal
    )
    app.command("up")(up.up)
    app.command("ask")(ask.ask)
    app.add_typer(models.app, name="models")
    app.add_typer(ground.app, name="ground")
    app.add_typer(config.app, name="config")
    app.command("doctor")(doctor.doctor)
    app.add_typer(keys.app, name="keys")
    app.add_typer(organisations.app, name="organisations")
    app.add_typer(teams.app, name="teams")
    app.add_typer(users.app, name="users")
    app.command("mask")(mask.mask)
    app.command("unmask")(mask.unmask)
    app.add_typer(policy.app, name="policy")
    app.add_typer(trust.app, name="trust")
    app.add_typer(guard.app, name="guard")
    app.add_typer(audit.app, name="audit")
    app.add_typer(report.app, name="report")
    app.command("usage")(usage.usage)
    app.add_typer(limits.limits_app, name="limits")
    app.add_typer(limits.budget_app, name="budget")
    app.add_typer(energy.app, name="energy")
    app.add_typer(facts.app, name="facts")
    app.add_typer(route.app, name="route")
    app.command("rightsize")(rightsize.rightsize)
    app.add_typer(plan.app, name="plan")
    app.command("verify-retention")(verify_retention.verify_retention)
    return app


def run(arguments: list[str]) -> int:
    """Runs one command line and returns its exit code; it never raises, whatever the verb does."""
    return said_of(lambda: make_app()(args=arguments, prog_name="shoal"), as_json="--json" in arguments)


def said_of(work: Callable[[], object], *, as_json: bool) -> int:
    """Does the work, says what went wrong with it, and returns an exit code."""
    try:
        try:
            work()
        finally:
            _flush()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FAILED
    except ShoalError as error:
        output.say_error(error, as_json=as_json)
        return exit_code(error)
    except BrokenPipeError:  # who reads has enough
        return FAILED
    except OSError as error:
        with suppress(OSError):  # it may be standard output itself that takes no more
            output.say_error(ShoalError(_refused(error)), as_json=as_json)
        with suppress(OSError):
            _flush()
        return FAILED
    except Exception as error:  # noqa: BLE001 - the outermost boundary: one line instead of a traceback
        fault = f"an internal error ({type(error).__name__} at {_where(error)}): report it with `shoal doctor --json`"
        output.say_error(ShoalError(fault), as_json=as_json)
        return FAILED
    return 0


def _flush() -> None:
    """Writes what standard output still holds. Raises OSError where it takes no more; what is left is dropped then, or
    the interpreter would say so once more when it ends."""
    if sys.stdout is None:  # it was closed before this process began
        return
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        raise


def exit_code(error: ShoalError) -> int:
    """The exit code for an error."""
    if isinstance(error, ConfigError):
        return MISCONFIGURED
    return REFUSED if error.status in (401, 403, 404) else FAILED


def main() -> None:
    """The entry point."""
    sys.exit(run(sys.argv[1:]))


def _version(asked: bool) -> None:
    if asked:
        from shoal import __version__

        output.say(__version__)
        raise typer.Exit


def _shoal(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Answers each request with the smallest model that will do.

    Exit codes: 0 it worked, 1 it failed, 2 wrong usage, 3 a wrong configuration, 4 not found or not permitted.
    """


def _refused(error: OSError) -> str:
    """What the operating system refused, as a full disk behind standard output; its own words hold no text of ours."""
    place = f" ({error.filename})" if isinstance(error.filename, str) else f", at {_where(error)}"
    return f"{error.strerror or type(error).__name__}{place}: mend that, then try again"


def _where(error: BaseException) -> str:
    """File and line where the error arose; its message may hold what was asked."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"
