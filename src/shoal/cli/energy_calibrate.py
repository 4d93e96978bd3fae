"""`shoal energy calibrate`: the coefficients with which counted energy is shared among requests. It runs a load, or
reads recorded windows, and shows and writes what they say; how that is found is in metering/calibration.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say_json, table

if TYPE_CHECKING:
    from shoal.assembly import Assembly
    from shoal.config import Settings
    from shoal.metering.calibration import Calibration, Observed
    from shoal.metering.load import Phase, Recorder

COLUMNS = ("counters", "J per input token", "J per output token", "J per second", "idle W", "mean error", "windows")
LARGE_ERROR = 0.2


def calibrate(
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="The model that gets the load.")] = None,
    recorded: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Windows that were recorded, instead of a load.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Keep the windows of the load in this file.")
    ] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often the load is run.")] = 2,
    write: Annotated[bool, typer.Option("--write", help="Put the coefficients into the settings.")] = False,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Find how counted energy is shared among requests, and how well that explains the windows.

    Nothing else should run on the machine meanwhile. A round takes about 20 windows.
    """
    from shoal.cli.house import settings_of
    from shoal.metering.recorded import read_windows, write_windows

    if (model is None) == (recorded is None):
        raise typer.BadParameter("name a model that gets the load, or --from FILE with recorded windows")
    if recorded is not None:
        windows = read_windows(recorded)
    else:
        import asyncio

        windows = asyncio.run(_load(settings_of(config, data_dir).settings, model or "", rounds))
    if record is not None:
        write_windows(record, windows)
    found = fitted(windows)
    if write:
        put(found, config)
    show(found, as_json)


async def _load(settings: Settings, model: str, rounds: int) -> dict[str, list[Observed]]:
    """The windows of a load on the model. Raises ConfigError where no counter tells of it."""
    from shoal.cli.house import assembly
    from shoal.errors import ConfigError
    from shoal.metering.load import Recorder

    async with assembly(settings) as opened:
        step, ticker = opened.metering.step, opened.metering.ticker
        if ticker is None:
            raise ConfigError(
                "no energy counter of this machine can be read: set metering.counters, and see 'shoal doctor'"
            )
        opened.registry.find(model)
        if not step.counts(model):
            raise ConfigError(f"no counter tells of '{model}': say that it runs here with metering.hosts.NAME.here")
        recorder = Recorder()
        ticker.watch = recorder.note
        await _run(opened, model, rounds, recorder)
    return recorder.windows


async def _run(opened: Assembly, model: str, rounds: int, recorder: Recorder) -> None:
    from shoal.call import closing
    from shoal.chat import Chat, Message
    from shoal.cli.house import own_key
    from shoal.exchange import Exchange
    from shoal.metering.load import plan, run_load

    key = own_key(opened)

    async def ask(phase: Phase) -> None:
        options = {"max_tokens": phase.max_tokens}
        chat = Chat(model, (Message.of("user", phase.prompt),), options, stream=True)
        exchange = Exchange(opened.house, key, chat)
        try:
            async with closing(exchange.travel()) as pieces:
                async for _ in pieces:
                    pass
        finally:
            await exchange.settled()

    note(f"running a known load on {model}: leave the machine alone meanwhile")
    await run_load(plan(rounds), ask, recorder)


def fitted(windows: dict[str, list[Observed]]) -> dict[str, Calibration]:
    """The coefficients by kind of counters. Raises ConfigError where the windows do not suffice."""
    from shoal.errors import ConfigError
    from shoal.metering.calibration import calibrate as fit

    try:
        return {kind: fit(each) for kind, each in windows.items()}
    except ValueError as error:
        raise ConfigError(str(error)) from None


def put(found: dict[str, Calibration], config: Path | None) -> None:
    """Writes the coefficients into shoal.toml, where [metering.sharing] is read. Raises ConfigError."""
    from dataclasses import asdict

    from shoal.config import load
    from shoal.config.write import write_table

    path = load(config).path or Path("shoal.toml")
    for kind, each in found.items():
        rounded = {name: float(f"{value:.4g}") for name, value in asdict(each.coefficients).items()}
        write_table(path, f"metering.sharing.{kind}", rounded)
    note(f"written to {path}: it holds from the next start of the gateway")


def show(found: dict[str, Calibration], as_json: bool) -> None:
    """The coefficients with their error."""
    from dataclasses import asdict

    if as_json:
        say_json({kind: asdict(each) for kind, each in found.items()})
        return
    table(COLUMNS, [_row(kind, each) for kind, each in found.items()])
    for kind, each in found.items():
        if each.relative_error > LARGE_ERROR:
            note(f"{kind}: the error is large; calibrate on a machine that does nothing else, and longer")


def _row(kind: str, found: Calibration) -> tuple[object, ...]:
    values = found.coefficients
    numbers = (f"{value:.4g}" for value in (values.input, values.output, values.second, values.idle_w))
    return (kind, *numbers, f"{found.relative_error:.1%}", found.windows)
