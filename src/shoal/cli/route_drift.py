"""`shoal route drift`: whether a route still fits what is asked, from the ledger of all processes. It calls no
model."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.routing.audited import Seen, Standing
    from shoal.routing.certificate import Certificate

DAY_S = 86_400


def drift(
    since: Annotated[float, typer.Option(metavar="DAYS", min=0, help="How far to look back.")] = 30,
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Only this organisation.")] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say how much of the traffic is unlike the route's labels, and how often shadow calls found an answer worse.

    Organisations with a table [routing.tenants.NAME] count only where they are named: their route may be another.
    The exit code is 1 where more requests than expected are foreign, or more answers worse than the certificate allows.
    """
    from shoal.cli.house import settings_of
    from shoal.routing.audited import standing
    from shoal.routing.drift import share_of

    settings = settings_of(config, data_dir).settings
    certificate = _certificate(settings, tenant)
    seen = _seen(settings, time.time() - since * DAY_S, tenant)
    expected = share_of(certificate)
    found = standing(seen, expected, certificate.alpha)
    if as_json:
        say_json({**asdict(seen), **_wire(found), "expected_foreign": expected, "alpha": certificate.alpha})
    else:
        _show(seen, found, expected, certificate.alpha, shadow=settings.routing.shadow)
    if found.drifting or found.regretted:
        raise typer.Exit(1)


def unrouted(settings: Settings, tenant: str | None) -> str:
    """Why an organisation's requests are not routed, and what to do."""
    make = "make one with 'shoal route certify' and name it as routing."
    if tenant in settings.routing.tenants:
        return f"no route is configured for '{tenant}': {make}tenants.{tenant}.route, with a mode other than \"off\""
    return f"no route is configured: {make}route"


def _certificate(settings: Settings, tenant: str | None) -> Certificate:
    from shoal.errors import ConfigError
    from shoal.routing.route import Route

    route = settings.of(tenant).routing.route
    if route is None:
        raise ConfigError(unrouted(settings, tenant))
    return Route.load(route).certificate


def _seen(settings: Settings, since: float, tenant: str | None) -> Seen:
    from contextlib import closing

    from shoal.cli.house import database
    from shoal.routing.audited import Seen
    from shoal.stores.ledger import SqlLedger

    seen = Seen()
    with database(settings) as opened, closing(SqlLedger(opened)) as ledger:
        for sighting in ledger.sightings(since, tenant, () if tenant else settings.routing.tenants):
            seen.add(sighting.trust)
    return seen


def _wire(found: Standing) -> dict[str, object]:
    told = asdict(found)
    shares = {"foreign_share": told.pop("foreign"), "smaller_share": told.pop("smaller")}
    return {**shares, **told}


def _show(seen: Seen, found: Standing, expected: float, alpha: float, *, shadow: float) -> None:
    say(f"{seen.decided} decisions: {found.smaller:.1%} to smaller models, {found.foreign:.1%} foreign")
    more = "more than expected: label some of the new requests and certify anew" if found.drifting else "as expected"
    say(f"foreign: {more} (up to {expected:.1%} is usual)")
    if found.regret is None:
        say("worse than the reference: not known, since no answer was compared")
        note(
            "no comparison yet: wait for more requests"
            if shadow
            else "to compare some, set routing.shadow; it asks the reference too and costs that much"
        )
        return
    say(
        f"worse than the reference: {found.regret[0]:.1%} to {found.regret[1]:.1%} of all requests (95 %), "
        f"{alpha:.1%} allowed; of {seen.audited} answers compared {seen.worse} worse, {seen.unknown} not judged"
    )
    if found.regretted:
        say('That is more than the certificate allows: stop the route (routing.mode = "observe") and certify anew.')
