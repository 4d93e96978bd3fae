"""Every entity type that the recognizers that come with Shoal can find, and what is known of each. It finds nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from shoal.config import nearest
from shoal.config.trust import EVERY, Masking
from shoal.errors import ConfigError
from shoal.trust.masking.dates import PERIOD
from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.policy import OBSERVED
from shoal.trust.masking.recognizers import builtin
from shoal.trust.masking.scan import THRESHOLD

CLASSIFIER = "token classifier"
NEAR = 0.6


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity type. `country` is an ISO 3166 code, "" where it belongs to none. `score` is how sure a find is with
    nothing around it and `context_score` with a context word near, each None where a model tells for every find anew.
    `context` says that it is masked only near such a word. `sources` cite the standards."""

    type: str
    country: str
    score: float | None
    context_score: float | None
    context: bool
    sources: tuple[str, ...]


def kinds() -> tuple[Kind, ...]:
    """All of them, by type."""
    from shoal.trust.masking.tagging import TYPES

    found = [Kind(each, "", None, None, False, (CLASSIFIER,)) for each in (*TYPES, PERIOD)]
    ordered = sorted(builtin(), key=lambda each: each.type)
    found += [_kind(name, list(group)) for name, group in groupby(ordered, key=lambda each: each.type)]
    return tuple(_merged(sorted(found, key=lambda each: each.type)))


def _kind(name: str, found: list[Patterns]) -> Kind:
    score = max(each.score for each in found)
    best = max(max(each.score, each.context_score if each.context else 0.0) for each in found)
    sources = tuple(dict.fromkeys(each.source for each in found))
    return Kind(name, found[0].country, score, best, score < THRESHOLD, sources)


def _merged(ordered: Iterable[Kind]) -> Iterator[Kind]:
    """A type that the classifier and patterns both find is one type."""
    for _, same in groupby(ordered, key=lambda each: each.type):
        first, *more = same
        if not more:
            yield first
            continue
        sources = tuple(dict.fromkeys(source for each in (first, *more) for source in each.sources))
        yield Kind(first.type, first.country, None, None, False, sources)


def unknown_types(settings: Masking, more: Iterable[str] = ()) -> Iterator[str]:
    """What is wrong with the types that the settings name, a sentence each. Lists and fields may bring types of their
    own, and `more` are those of plug-ins; what a mode, a surrogate or a grant names must be one of all these."""
    named = [
        *(("types", name) for name in settings.types),
        *(("surrogates", name) for name in settings.surrogates),
        *((f"tools.{tool}.grant", name) for tool, grant in settings.tools.items() for name in grant.grant),
    ]
    named = [(place, name) for place, name in named if name != EVERY]
    if not named:  # most settings: then the recognizers need not be loaded for this
        return
    own = {*settings.fields.values(), *settings.deny, *settings.gazetteers}
    known = {each.type for each in kinds()} | own | OBSERVED | set(more)
    for place, name in named:
        if name not in known:
            close = difflib.get_close_matches(name, sorted(known), 1, NEAR)
            meant = f"did you mean '{close[0]}'?" if close else "'shoal policy types' lists them"
            yield f"trust.masking.{place}: no recognizer, list or field rule knows the type '{name}': {meant}"


def check_types(settings: Masking, more: Iterable[str] = ()) -> None:
    """Raises ConfigError with every type that is not known: a misspelt one would silently change nothing."""
    if faults := list(unknown_types(settings, more)):
        raise ConfigError("\n".join(faults))


def check_countries(settings: Masking) -> None:
    """Raises ConfigError for a country that no recognizer is of."""
    if not settings.countries:
        return
    known = {each.country for each in builtin()} - {""}
    for name in settings.countries:
        if name not in known:
            raise ConfigError(f"trust.masking.countries: '{name}'{nearest(name, known)}")
