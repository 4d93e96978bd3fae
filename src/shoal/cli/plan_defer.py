"""`shoal plan defer`: when to start work that can wait. It reads the forecast and shows the choice; which start it is,
planning/ says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson
from shoal.cli.output import note, say, say_json
from shoal.errors import ConfigError, HostFailed, HostUnreachable

if TYPE_CHECKING:
    from shoal.planning.curve import Curve
    from shoal.planning.defer import Deferral, Job

WAIT_S = 30.0
LARGEST = 8 * 1024 * 1024
# An exact forecast of this kind was made by nobody: it is the day before.
YESTERDAY = "yesterday's curve"


def defer(
    hours: Annotated[float, typer.Option("--hours", help="How long the work takes.")],
    slack: Annotated[
        float | None, typer.Option("--slack", metavar="HOURS", help="How much later it may start.")
    ] = None,
    deadline: Annotated[str | None, typer.Option("--deadline", metavar="TIME", help="When it must have ended.")] = None,
    earliest: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="When it could start; now if left out.")
    ] = None,
    forecast: Annotated[
        Path | None, typer.Option("--forecast", metavar="PATH", help="CSV or JSON of the intensity to come.")
    ] = None,
    service: Annotated[
        str | None,
        typer.Option("--service", metavar="NAME", help="Asks electricity-maps, watttime or great-britain instead."),
    ] = None,
    zone: Annotated[str, typer.Option("--zone", metavar="NAME", help="The service's name of the place.")] = "",
    key: Annotated[
        str | None, typer.Option("--key", metavar="REFERENCE", help="The service's key: env:NAME or file:PATH.")
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option("--history", metavar="PATH", help="Past intensities; alone, yesterday's curve is the forecast."),
    ] = None,
    energy: Annotated[float | None, typer.Option("--energy-kwh", min=0, help="What the work takes in all.")] = None,
    power: Annotated[float | None, typer.Option("--power-kw", min=0, help="Or what it draws.")] = None,
    as_json: AsJson = False,
) -> None:
    """Pick the start of work that can wait from a forecast of the electricity's intensity.

    The saving is what the forecast promises. With a history of three weeks or more it has an interval, from how far
    forecasts of the same kind were off; a column "forecast" beside "actual" in it is compared instead of yesterday.
    """
    from shoal.planning.curve import past
    from shoal.planning.defer import Deferral, choose, past_errors

    job, spent = _job(hours, slack, deadline, earliest), _spent(energy, power, hours)
    if earliest is not None and (told := past([job.earliest])) is not None:
        note(told)
    came, foretold = _history(history)
    curve, name = _forecast(job, forecast, service, zone, key, came)
    if earliest is None:
        # A forecast begins with the next full step, and now lies before it.
        job = job.not_before(curve.begin)
    record = None if came is None else past_errors(job, came, foretold)
    found = Deferral(job, choose(job, curve), name, record, spent)
    if as_json:
        say_json(found.to_wire())
        return
    _show(found)
    if history is None:
        note("how sure that is, is not known: give --history")
    elif record is None:
        note("the history is too short for an interval: it takes three weeks that reach up to the start")


def _spent(energy: float | None, power: float | None, hours: float) -> float | None:
    """kWh in all; None where neither is given. Raises ConfigError."""
    if energy is not None and power is not None:
        raise ConfigError("give --energy-kwh or --power-kw, not both")
    spent = energy if power is None else power * hours
    if spent is not None and not spent < math.inf:
        raise ConfigError("the energy of the work is a number of kWh")
    return spent


def _job(hours: float, slack: float | None, deadline: str | None, earliest: str | None) -> Job:
    from shoal.planning.curve import parse_time
    from shoal.planning.defer import Job

    begin = parse_time(earliest) if earliest is not None else datetime.now(UTC).replace(second=0, microsecond=0)
    if (slack is None) == (deadline is None):
        raise ConfigError("say how long the work can wait: either --slack or --deadline")
    if deadline is not None:
        slack = (parse_time(deadline) - begin - timedelta(hours=hours)).total_seconds() / 3600
    return Job(begin, hours, slack or 0.0)


def _history(path: Path | None) -> tuple[Curve | None, Curve | None]:
    """The past, and what had been forecast for it where the file has columns for both."""
    from shoal.planning.curve import read_curve

    if path is None:
        return None, None
    try:
        foretold = read_curve(path, "forecast")
    except ConfigError:
        return read_curve(path), None
    try:
        return read_curve(path, "actual"), foretold
    except ConfigError:
        return foretold, None


def _forecast(
    job: Job, path: Path | None, service: str | None, zone: str, key: str | None, history: Curve | None
) -> tuple[Curve, str]:
    """The forecast, and what it is called. Raises ConfigError, and errors of the HostError tree."""
    from shoal.planning.curve import read_curve
    from shoal.planning.defer import yesterday

    if path is not None and service is not None:
        raise ConfigError("give one forecast: --forecast or --service")
    if path is not None:
        return read_curve(path), str(path)
    if service is not None:
        return _asked(service, zone, key, job.earliest)
    if history is None:
        raise ConfigError("give a forecast: --forecast PATH, --service NAME, or --history PATH for yesterday's curve")
    return yesterday(history, job), YESTERDAY


def _asked(name: str, zone: str, key: str | None, begin: datetime) -> tuple[Curve, str]:
    import asyncio

    from shoal.config import secret
    from shoal.planning.services import service

    asked = service(name)
    token = "" if key is None else secret(key)
    curve = asyncio.run(asked.forecast(zone, token, fetch, begin.strftime("%Y-%m-%dT%H:%MZ")))
    return curve, f"{asked.name}, {asked.kind} intensity"


async def fetch(url: str, headers: Mapping[str, str]) -> bytes:
    """GETs a page. Raises HostUnreachable, and HostFailed for any status but 200."""
    import aiohttp

    from shoal.models.hosts.page import read_page

    host = url.partition("//")[2].partition("/")[0]
    wait = aiohttp.ClientTimeout(total=WAIT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=wait) as session,
            session.get(url, headers=dict(headers), allow_redirects=False) as reply,
        ):
            body, status = await read_page(reply.content, LARGEST), reply.status
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise HostUnreachable(
            f"{host} does not answer ({type(error).__name__}): give a file with --forecast", host=host
        ) from None
    if body is None:
        raise HostFailed(f"{host} sends more than a forecast: give --forecast", host=host)
    if status != 200:
        raise HostFailed(f"{host} answered {status}: check --zone and --key, or give --forecast", host=host)
    return body


def _show(found: Deferral) -> None:
    choice, job = found.choice, found.job
    if choice.start == job.earliest:
        say(f"start at once, {choice.start.isoformat(timespec='minutes')}: the forecast has no better hours")
    else:
        later = (choice.start - job.earliest).total_seconds() / 3600
        say(f"start at {choice.start.isoformat(timespec='minutes')}, {later:g} hours later")
    say(f"intensity         {choice.gco2e_per_kwh:.1f} g/kWh; at once {choice.now_gco2e_per_kwh:.1f}")
    say(f"expected saving   {choice.saving:.1%}{_grams(found)}, by the forecast ({found.forecast})")
    if found.interval is not None and found.record is not None:
        low, high = found.interval
        say(f"interval (90 %)   {low:.1%} to {high:.1%}" + ("" if found.sure else ": no saving can be claimed"))
        record = found.record
        say(f"past decisions    {record.decisions}: promised {record.promised:.1%}, came {record.came:.1%} on average")


def _grams(found: Deferral) -> str:
    return "" if found.saved_gco2e is None else f" = {found.saved_gco2e:,.4g} g"
