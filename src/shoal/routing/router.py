"""The learned router: which of the certified models answers an ask, and why. It answers nothing itself.

One decision per user turn: what an agent's loop adds (tool results, its own words) keeps the turn's model, and a
conversation stays with its model unless another is cheaper even though it reads the whole prompt anew.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shoal.call import Call, ModelCard
from shoal.chat import Chat
from shoal.errors import ConfigError, PlacementError
from shoal.routing.candidates import Candidates, Pricer, Warm, prompt_tokens
from shoal.routing.certificate import Certificate
from shoal.routing.choice import Choice
from shoal.routing.explore import explored
from shoal.routing.groups import groups_of
from shoal.routing.policy import ONLY, QUALITY, UNKNOWN_PRICE, Candidate, Weights, chosen, comparable
from shoal.routing.route import Route

EXPIRED = "the route's certificate has expired: certify it anew with 'shoal route certify'"


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator lets the router do (config/routing.py, config [auto].weights). `explore` is the chance that
    another certified model answers, for the tenants that `learns` names."""

    weights: Weights
    licences: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    sticky_s: float = 3600.0
    sticky_most: int = 100_000
    uncertified: bool = False
    explore: float = 0.0
    learns: frozenset[str] = frozenset()


@dataclass(slots=True)
class Stay:
    """A conversation's model: until when it is remembered, the turn it was chosen in, and the prompt's tokens then."""

    model: str
    until: float
    turn: bytes
    tokens: int
    choice: Choice = field(repr=False)


class Router:
    """Chooses among the models of a route that exist here. Holds hashes of conversations, never a text."""

    def __init__(
        self,
        route: Route,
        cards: Mapping[str, ModelCard],
        reference: str | None,
        pricer: Pricer,
        rules: Rules,
        clock: Callable[[], float] = time.time,
        watch: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """`watch` is told of each new decision whether the ask was foreign. Raises ConfigError where the route is
        certified against another reference."""
        certificate = agreed(route.certificate, reference)
        self._route = route
        self._candidates = Candidates(route.value, certificate, cards, pricer, rules.licences)
        self._reference = certificate.reference
        self._rules = rules
        self._clock = clock
        self._watch = watch
        self._stays: OrderedDict[bytes, Stay] = OrderedDict()

    @property
    def models(self) -> tuple[str, ...]:
        """The models that may be chosen."""
        return self._candidates.names

    @property
    def certificate(self) -> Certificate:
        return self._route.certificate

    def certifies(self, chat: Chat, name: str) -> bool | None:
        """Whether the certificate lets that model answer this ask, whatever it takes; None where it does not know the
        model."""
        if name not in self.models:
            return None
        if name == self._reference:
            return True
        threshold = self._threshold(chat)
        loss = None if threshold is None else self._candidates.loss_of(name, chat)
        return threshold is not None and loss is not None and loss <= threshold

    def choose(self, chat: Chat, call: Call) -> Choice:
        """The choice for this chat. Raises PlacementError that names every bar where no model may answer."""
        now = self._clock()
        place, turn = _conversation(chat, call.tenant), _turn(chat)
        stay = self._stays.get(place)
        same = stay is not None and stay.until > now and stay.turn == turn
        # An agent's tool results may have grown beyond what the turn's model can read.
        if stay is not None and same and self._candidates.bar_of(stay.model, chat, call) is None:
            return replace(stay.choice, reason=f"{stay.choice.reason}; same turn")
        here = stay if stay is not None and stay.until > now else None
        choice = self._explored(self.decide(chat, call, here), chat, call)
        self._watch(choice.foreign)
        stay = Stay(choice.model, now + self._rules.sticky_s, turn, prompt_tokens(chat), choice.slim())
        self._remember(place, stay)
        return choice

    def decide(self, chat: Chat, call: Call, stay: Stay | None = None) -> Choice:
        """The choice without memory of it: a dry run. Raises PlacementError."""
        weights, optimize = self._weights(chat)
        warm = None if stay is None else Warm(stay.model, stay.tokens)
        candidates, foreign = self._candidates.of(chat, call, weights, warm)
        allowed = [each for each in candidates if each.barred is None]
        if not allowed:
            bars = "; ".join(f"{each.name}: {each.barred}" for each in candidates)
            raise PlacementError(f"no model may answer this request: {bars}")
        threshold = self._threshold(chat)
        best = self._best(allowed, None if foreign or optimize == QUALITY else threshold)
        reason = self._reason(best, candidates, threshold, foreign, optimize)
        return Choice(best, reason, candidates, threshold, foreign is not None)

    def _explored(self, choice: Choice, chat: Chat, call: Call) -> Choice:
        """The choice, or now and then another model within the certificate. Never where the ask is foreign, nothing is
        certified, or the caller said what to optimise."""
        wished = self._weights(chat)[1] is not None
        if wished or choice.foreign or choice.threshold is None or call.tenant not in self._rules.learns:
            return choice
        others = [
            each.name
            for each in choice.candidates
            if each.name != choice.model and each.barred is None and self._holds(each, choice.threshold)
        ]
        name, chance = explored(choice.model, others, self._rules.explore, call.exchange_id)
        if name == choice.model:
            return replace(choice, propensity=chance)
        return replace(choice, model=name, propensity=chance, reason=f"explored; else {choice.model}")

    def _holds(self, candidate: Candidate, threshold: float) -> bool:
        """Whether the certificate lets it answer."""
        return candidate.name == self._reference or (candidate.loss is not None and candidate.loss <= threshold)

    def _best(self, allowed: Sequence[Candidate], threshold: float | None) -> str:
        name = chosen(allowed, threshold, self._reference)
        if any([each.name == name for each in allowed]):
            return name
        # The reference may not answer: then the best of those that may, whatever they cost.
        return max(allowed, key=lambda each: each.good if each.good is not None else 0.0).name

    def _weights(self, chat: Chat) -> tuple[Weights, str | None]:
        asked = chat.shoal.optimize
        if asked is None or asked not in self._rules.allow:
            return self._rules.weights, None
        return ONLY.get(asked, self._rules.weights), asked

    def _threshold(self, chat: Chat) -> float | None:
        certificate = self.certificate
        now = 0.0 if self._rules.uncertified else self._clock()
        group = groups_of(chat).get(certificate.level) if certificate.level is not None else None
        return certificate.threshold(group, now)

    def _reason(
        self, best: str, candidates: Sequence[Candidate], threshold: float | None, foreign: str | None,
        optimize: str | None,
    ) -> str:  # fmt: skip
        asked = f" for {optimize}" if optimize else ""
        if best != self._reference:
            found = next(each for each in candidates if each.name == best)
            if threshold is None or found.loss is None or found.loss > threshold:
                return f"{self._reference} may not answer this"
            if found.escalates is not None:
                asked = f"{asked}, and escalates with chance {found.escalates:.2f}"
            return f"will do{asked}: expected loss {found.loss:.3f}, certified up to {threshold:.3f}"
        if foreign is not None:
            return foreign
        if threshold is None:
            if self._clock() >= self.certificate.expires and not self._rules.uncertified:
                return EXPIRED
            return self.certificate.reason or "no valid certificate for this kind of request"
        if optimize == QUALITY:
            return "the best answer was asked for"
        return self._not_cheaper(candidates, threshold, asked)

    def _not_cheaper(self, candidates: Sequence[Candidate], threshold: float, asked: str) -> str:
        """Why none of the smaller models that will do was taken."""
        able = [each for each in candidates if each.name != self._reference and self._holds(each, threshold)]
        if able and all(each.barred for each in able):
            return f"{', '.join(each.name for each in able)} would do, but may not answer this"
        unknown = [each.name for each in able if each.price == UNKNOWN_PRICE]
        if unknown:
            return f"what {', '.join(unknown)} would take{asked} is not known: give it a price and a size"
        counted = ONLY.get(asked.removeprefix(" for "), self._rules.weights)
        if able and not any([each.price for each in able]) and not _counts(counted, candidates):
            return f"nothing is known yet of what any model would take{asked}"
        return f"no smaller model will do at a lower price{asked}"

    def _remember(self, place: bytes, stay: Stay) -> None:
        if self._rules.sticky_s <= 0:
            return
        self._stays[place] = stay
        self._stays.move_to_end(place)
        while len(self._stays) > self._rules.sticky_most:
            self._stays.popitem(last=False)


def _counts(weights: Weights, candidates: Sequence[Candidate]) -> bool:
    """Whether anything that has a weight is known of any model."""
    return any(comparable(weights, [each.offer for each in candidates]))


def agreed(certificate: Certificate, reference: str | None) -> Certificate:
    """The certificate. Raises ConfigError where it is against another reference."""
    if reference != certificate.reference:
        raise ConfigError(
            f"the route is certified against '{certificate.reference}', but auto.reference is '{reference}': make "
            "it anew with 'shoal route certify', or name that reference"
        )
    return certificate


def _conversation(chat: Chat, tenant: str) -> bytes:
    """A conversation is known by the name that the caller gives it, else by how it begins."""
    first = next((message.text for message in chat.messages if message.role == "user"), "")
    return _hash("\n".join((tenant, chat.shoal.conversation or f"{chat.system}\n{first}")))


def _turn(chat: Chat) -> bytes:
    asks = [message.text for message in chat.messages if message.role == "user"]
    return _hash(f"{len(asks)}\n{chat.shoal.optimize}\n{asks[-1] if asks else ''}")


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
