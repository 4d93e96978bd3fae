"""Which router decides for which organisation: its own where the settings have a row for it, else that for all. It
decides nothing itself.

Each row has a router with a memory of conversations and a watch of drift of its own; a route that several name is read
once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from shoal.call import ModelCard
from shoal.config import Settings, nearest
from shoal.errors import ConfigError
from shoal.routing.candidates import Pricer
from shoal.routing.drift import regret_watch
from shoal.routing.route import Route
from shoal.routing.router import Router
from shoal.routing.shadow import ShadowRules, Shadows
from shoal.routing.start import learning, open_router

Emit = Callable[[str, str | None, Mapping[str, Any]], object]
"""Takes an event: its name, the organisation that it is of (None: all without a row of their own), and its facts."""


class Routers:
    """`shared` is the router of all that are not among `own`; None where the reference answers everything."""

    def __init__(self, shared: Router | None, own: Mapping[str, Router | None]) -> None:
        self._shared = shared
        self._own = dict(own)

    def of(self, tenant: str | None) -> Router | None:
        """The organisation's router; that for all where None is named."""
        return self._shared if tenant is None else self._own.get(tenant, self._shared)

    @property
    def models(self) -> frozenset[str]:
        """The models that any of them may choose."""
        routers = [each for each in (self._shared, *self._own.values()) if each is not None]
        return frozenset(name for each in routers for name in each.models)


def open_routers(
    settings: Settings, cards: Mapping[str, ModelCard], pricer: Pricer, emit: Emit = lambda *_: None
) -> Routers:
    """The routers of the settings. Raises ConfigError that names the organisation, as `open_router` does."""
    read = cache(Route.load)

    def own(tenant: str) -> Router | None:
        try:
            return open_router(settings.of(tenant), cards, pricer, _telling(emit, tenant), read=read, tenant=tenant)
        except ConfigError as error:
            raise ConfigError(f"routing.tenants.{tenant}: {error.message}") from None

    shared = open_router(settings, cards, pricer, _telling(emit, None), read=read)
    return Routers(shared, {tenant: own(tenant) for tenant in settings.routing.tenants})


def open_shadows(
    settings: Settings, routers: Routers, known: Collection[str], emit: Emit = lambda *_: None
) -> Shadows | None:
    """Shadow calls as the settings want them, each organisation's by its own certificate; None where they want none, or
    the reference answers everything. Raises ConfigError for a judge that is not known."""
    rules = settings.routing
    judge = rules.shadow_judge
    if judge is not None and judge not in known:
        raise ConfigError(f"routing.shadow_judge: '{judge}'{nearest(judge, known)}")
    watched: dict[Router, ShadowRules] = {}
    found = {}
    for tenant in learning(settings) if rules.shadow else ():
        router = routers.of(tenant)
        if router is None or settings.of(tenant).routing.mode != "enforce":
            continue
        if router not in watched:
            held, own = router.certificate, tenant if tenant in rules.tenants else None
            watch = regret_watch(held.alpha, _telling(emit, own), own)
            watched[router] = ShadowRules(held.reference, rules.shadow, watch, judge, held.tolerance)
        found[tenant] = watched[router]
    return Shadows(found) if found else None


def _telling(emit: Emit, tenant: str | None) -> Callable[[str, Mapping[str, Any]], object]:
    return lambda name, facts: emit(name, tenant, facts)
