"""What routing needs at start: the route of the settings, the prices of answers, the cascades. It chooses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog

from shoal.call import ModelCard
from shoal.config import Settings, nearest
from shoal.config.routing import Cascade as CascadeRow
from shoal.errors import ConfigError
from shoal.impacts import Impacts
from shoal.routing.candidates import Pricer
from shoal.routing.cascade import PREFIX, Cascade, Step, nothing
from shoal.routing.certificate import Certificate, CertifiedCascade
from shoal.routing.checks import Agreement, Check, Confidence, Form, Refusal, Support, Surprise
from shoal.routing.drift import Drift, Watch, named, share_of
from shoal.routing.pace import Pace
from shoal.routing.policy import Offer, Weights
from shoal.routing.route import Route
from shoal.routing.router import EXPIRED, Router, Rules, agreed

LEAST_AGREEMENT = 0.5
Expected = tuple[float | None, float | None, float | None]
Measure = Callable[[str, str, tuple[int, int, int], float], tuple[Expected, Callable[[], Impacts]]]
"""(model, host, tokens of the prompt, of them cached, of the output, seconds) to the USD, Wh and gCO2e that are
expected at the concurrency of now, and to what tells their ranges."""


def open_router(
    settings: Settings,
    cards: Mapping[str, ModelCard],
    pricer: Pricer,
    emit: Callable[[str, Mapping[str, Any]], object] = lambda *_: None,
    *,
    read: Callable[[Path], Route] = Route.load,
    tenant: str | None = None,
) -> Router | None:
    """The router of the settings; None where none is named or routing is off. Raises ConfigError where its files are
    damaged, or it is certified against another reference than auto.reference. `emit` takes events, `read` reads the
    route, and the log names the `tenant`."""
    rules = settings.routing
    if rules.route is None or rules.mode == "off":
        return None
    route, log = read(rules.route), structlog.get_logger("shoal.routing").bind(**named(tenant))
    fit = {name: card for name, card in cards.items() if name not in unfit(route.certificate, settings.cascades)}
    for name in route.certificate.models:
        if name not in fit:
            why = unfit(route.certificate, settings.cascades).get(name)
            log.warning("routed_model_missing", model=name, why=why)
    if not rules.uncertified and time.time() >= route.certificate.expires:
        log.warning("route_expired", why=EXPIRED)
    row = settings.auto.weights
    weights = Weights(row.cost, row.energy, row.carbon, row.latency)
    return Router(
        route,
        fit,
        settings.auto.reference,
        pricer,
        Rules(
            weights,
            rules.licences,
            rules.allow,
            rules.sticky_s,
            rules.sticky_most,
            rules.uncertified,
            # Where the choice is only observed the reference answers: then nothing can be explored.
            rules.explore if rules.mode == "enforce" else 0.0,
            learning(settings),
        ),
        watch=Watch(Drift(share_of(route.certificate)), emit, tenant=tenant),
    )


def routing_faults(settings: Settings, known: Collection[str], clock: Callable[[], float] = time.time) -> list[str]:
    """What would keep routing from starting: models that are not among the `known`, a route or certificate that cannot
    be read, or is of other models than the settings name."""
    rules, found = settings.routing, []
    judge, judges = rules.shadow_judge, {*known, "auto", *(f"{PREFIX}{name}" for name in settings.cascades)}
    if judge is not None and judge not in judges:
        found.append(f"routing.shadow_judge: '{judge}'{nearest(judge, judges)}")
    for name, row in settings.cascades.items():
        try:
            check_models(name, row, known)
            against_of(name, row, clock, uncertified=rules.uncertified)
        except ConfigError as error:
            found.append(error.message)
    return [*found, *route_faults(settings)]


def route_faults(settings: Settings) -> Iterator[str]:
    """What is wrong with the route for all, and with those of single organisations; each folder is read once."""
    read = set()
    for tenant in (None, *settings.routing.tenants):
        rules = settings.of(tenant).routing
        if rules.route is None or rules.mode == "off" or rules.route in read:
            continue
        read.add(rules.route)
        try:
            agreed(Route.load(rules.route).certificate, settings.auto.reference)
        except ConfigError as error:
            yield error.message if tenant is None else f"routing.tenants.{tenant}: {error.message}"


def learning(settings: Settings) -> frozenset[str]:
    """The organisations that let routes learn from their requests: those that keep content."""
    return frozenset(name for name, row in settings.audit.tenants.items() if row.content == "masked")


def pricer_of(cards: Mapping[str, ModelCard], measure: Measure, pace: Pace) -> Pricer:
    """Prices from the metering of now: what an answer of so many tokens would take."""
    hosts = {name: card.host for name, card in cards.items()}

    def price(name: str, prompt: int, cached: int, output: float) -> Offer:
        seconds = pace.expected_s(name, output)
        tokens = (prompt, cached, round(output))
        (cost_usd, energy_wh, carbon_gco2e), took = measure(name, hosts.get(name, ""), tokens, seconds or 0.0)
        return Offer(cost_usd, energy_wh, carbon_gco2e, seconds, took)

    return price


def open_cascades(
    rows: Mapping[str, CascadeRow],
    known: Collection[str],
    clock: Callable[[], float] = time.time,
    *,
    uncertified: bool = False,
) -> list[Cascade]:
    """The cascades of the settings. `uncertified` lets expired certificates hold on. Raises ConfigError that names the
    nearest for a model that is not known, and where a certificate is of another cascade."""
    found = []
    for name, row in rows.items():
        check_models(name, row, known)
        *first, last = row.models
        against = against_of(name, row, clock, uncertified=uncertified)
        found.append(Cascade(name, [Step(model, checks_of(row)) for model in first], last, against))
        if (why := against()) is not None:
            structlog.get_logger("shoal.routing").warning("cascade_not_certified", cascade=name, why=why)
    return found


def check_models(name: str, row: CascadeRow, known: Collection[str]) -> None:
    """Raises ConfigError that names the nearest where a model of a cascade is not known, or is a cascade."""
    for model in row.models:
        if model.startswith(PREFIX):
            raise ConfigError(f"cascades.{name}.models: '{model}' is a cascade itself: name its models instead")
        if model not in known:
            raise ConfigError(f"cascades.{name}.models: '{model}'{nearest(model, known)}")


def against_of(
    name: str, row: CascadeRow, clock: Callable[[], float], *, uncertified: bool
) -> Callable[[], str | None]:
    """Says at any time why only the last model may answer. Raises ConfigError where the certificate is of another
    cascade, or none."""
    if row.uncertified:
        return nothing
    if row.certificate is None:
        said = (
            f"no certificate allows the cascade '{name}': make one with 'shoal rightsize' or 'shoal route certify' and "
            f"name it as cascades.{name}.certificate, or set cascades.{name}.uncertified = true"
        )
        return lambda: said
    certificate = read_certificate(row.certificate)
    held = certificate.cascades.get(f"{PREFIX}{name}")
    if held is None:
        names = ", ".join(certificate.cascades) or "none"
        raise ConfigError(f"cascades.{name}.certificate is of other cascades ({names}): name its own, or leave it out")
    if (unlike := unlike_certified(held, row)) is not None:
        raise ConfigError(f"cascades.{name} is not what was certified: {unlike}; mend it, or certify it anew")
    if held.alone is None:
        why = certificate.reason or "it loses too much"
        raise ConfigError(f"cascades.{name} is not certified for all requests ({why}): ask for 'auto', or certify anew")
    expired = f"the certificate of the cascade '{name}' has expired: certify it anew with 'shoal rightsize'"
    return nothing if uncertified else lambda: expired if clock() >= certificate.expires else None


def read_certificate(path: Path) -> Certificate:
    """Raises ConfigError where the file cannot be read, or is no certificate."""
    try:
        return Certificate.from_json(path.read_text(encoding="utf-8"), f"{path}: ")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the certificate {path} cannot be read ({type(error).__name__}): name another") from None


def terms_of(row: CascadeRow) -> CertifiedCascade:
    """What a cascade of the settings is, as a certificate says it. Only cascades of two models are certified."""
    least = {"logprobs": row.least_logprob, "confidence": row.least_confidence, "agreement": LEAST_AGREEMENT}
    checks: dict[str, float] = {check: least.get(check, 1.0) for check in row.checks}
    return CertifiedCascade((row.models[0], row.models[-1]), checks, row.samples if "agreement" in checks else 0)


def unfit(certificate: Certificate, rows: Mapping[str, CascadeRow]) -> dict[str, str]:
    """The certified cascades that are not so in the settings, and why: a router leaves them out."""
    found = {}
    for name, held in certificate.cascades.items():
        row = rows.get(name.removeprefix(PREFIX))
        why = "there is no such cascade" if row is None else unlike_certified(held, row)
        if why is not None:
            found[name] = why
    return found


def unlike_certified(held: CertifiedCascade, row: CascadeRow) -> str | None:
    """Why a cascade of the settings is not the one that was certified; None where it is."""
    return f"it has {len(row.models)} models, not two" if len(row.models) != 2 else held.unlike(terms_of(row))


def checks_of(row: CascadeRow) -> tuple[Check, ...]:
    """The checks in the order of the settings."""
    every: dict[str, Check] = {
        "refusal": Refusal(),
        "form": Form(),
        "logprobs": Surprise(row.least_logprob),
        "confidence": Confidence(row.least_confidence),
        "agreement": Agreement(row.samples, LEAST_AGREEMENT),
        "grounding": Support(),
    }
    return tuple(every[name] for name in row.checks)
