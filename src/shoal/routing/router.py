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
from shoal.routing.cascaded import ESCALATES
from shoal.routing.certificate import Certificate
from shoal.routing.choice import Choice
from shoal.routing.explore import explored
from shoal.routing.features import AskFeatures, ask_of
from shoal.routing.policy import ONLY, QUALITY, Candidate, Offer, Weights, barred, chosen
from shoal.routing.route import Route
from shoal.text.ngrams import PLACEHOLDER

BYTES_PER_TOKEN = 4
TYPICAL_TOKENS = 256.0
Pricer = Callable[[str, int, int, float], Offer]
"""(model, prompt tokens, of them cached, output tokens) to what an answer is expected to take."""


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
        certificate = route.certificate
        if reference != certificate.reference:
            raise ConfigError(
                f"the route is certified against '{certificate.reference}', but auto.reference is '{reference}': make "
                "it anew with 'shoal route certify', or name that reference"
            )
        self._route = route
        self._cards = {name: cards[name] for name in (reference, *certificate.models) if name in cards}
        self._cascades = {
            name: (cards[held.models[0]], cards[held.models[1]], 1 + held.samples)
            for name, held in certificate.cascades.items()
            if name in self._cards
        }
        self._reference = certificate.reference
        self._pricer = pricer
        self._rules = rules
        self._clock = clock
        self._watch = watch
        self._features = AskFeatures()
        self._stays: OrderedDict[bytes, Stay] = OrderedDict()

    @property
    def models(self) -> tuple[str, ...]:
        """The models that may be chosen."""
        return tuple(self._cards)

    @property
    def certificate(self) -> Certificate:
        return self._route.certificate

    def choose(self, chat: Chat, call: Call) -> Choice:
        """The choice for this chat. Raises PlacementError that names every bar where no model may answer."""
        now = self._clock()
        place, turn = _conversation(chat, call.tenant), _turn(chat)
        stay = self._stays.get(place)
        if stay is not None and stay.until > now and stay.turn == turn:
            return replace(stay.choice, reason=f"{stay.choice.reason}; same turn")
        here = stay if stay is not None and stay.until > now else None
        choice = self._explored(self.decide(chat, call, here), chat, call)
        self._watch(choice.foreign)
        self._remember(place, Stay(choice.model, now + self._rules.sticky_s, turn, _prompt_tokens(chat), choice))
        return choice

    def decide(self, chat: Chat, call: Call, stay: Stay | None = None) -> Choice:
        """The choice without memory of it: a dry run. Raises PlacementError."""
        tokens = _prompt_tokens(chat)
        found, foreign = self._valued(chat)
        weights, optimize = self._weights(chat)
        priced = self._offers(found, tokens, stay, weights)
        candidates = tuple(self._barred(each, chat, call, tokens) for each in priced)
        if all(each.barred for each in candidates):
            bars = "; ".join(f"{each.name}: {each.barred}" for each in candidates)
            raise PlacementError(f"no model may answer this request: {bars}")
        threshold = self._threshold(chat)
        best = self._best(candidates, weights, None if foreign or optimize == QUALITY else threshold)
        reason = self._reason(best, candidates, threshold, foreign, optimize)
        return Choice(best, reason, candidates, threshold, foreign)

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

    def _best(self, candidates: Sequence[Candidate], weights: Weights, threshold: float | None) -> str:
        name = chosen(candidates, weights, threshold, self._reference)
        open_to_it = {each.name for each in candidates if each.barred is None}
        if name in open_to_it:
            return name
        # The reference may not answer: then the best of those that may, whatever they cost.
        allowed = [each for each in candidates if each.barred is None]
        return max(allowed, key=lambda each: each.good if each.good is not None else 0.0).name

    def _valued(self, chat: Chat) -> tuple[list[Candidate], bool]:
        value = self._route.value
        found = value.values(self._features.of([ask_of(chat)]), [groups_of(chat)])
        good = dict(zip(value.models, found.good[0], strict=True))
        tokens = dict(zip(value.models, found.tokens[0], strict=True))
        best = good[self._reference]
        known = {name: float(each) for name, each in tokens.items() if each == each}
        return [
            Candidate(
                name,
                _part(good[name]),
                float(best - good[name]),
                known.get(name, TYPICAL_TOKENS),
                escalates=_part(good[ESCALATES + name]) if name in self._cascades else None,
            )
            for name in self._cards
        ], bool(found.foreign[0])

    def _offers(self, found: Sequence[Candidate], tokens: int, stay: Stay | None, weights: Weights) -> list[Candidate]:
        """Each with what it takes: a cascade its small model, and the reference as often as it escalates."""
        lengths = {each.name: each.tokens or TYPICAL_TOKENS for each in found}
        priced = []
        for each in found:
            if each.escalates is None:
                offer, length = self._offer(each.name, tokens, stay, each.tokens or TYPICAL_TOKENS), each.tokens
            else:
                small, last, samples = self._cascades[each.name]
                own = lengths.get(small.name, TYPICAL_TOKENS)
                first = self._offer(small.name, tokens, stay, own)
                first = first.then(first, samples - 1.0)
                offer = first.then(self._offer(last.name, tokens, stay, lengths[last.name]), each.escalates)
                length = samples * own + each.escalates * lengths[last.name]
            priced.append(replace(each, tokens=length, offer=offer, price=offer.price(weights)))
        return priced

    def _offer(self, name: str, tokens: int, stay: Stay | None, output: float) -> Offer:
        """A conversation's model has its prompt cached; a cascade's small model too."""
        asked = stay.model if stay is not None else None
        here = stay is not None and (
            asked == name or (asked in self._cascades and self._cascades[asked][0].name == name)
        )
        return self._pricer(name, tokens, min(stay.tokens, tokens) if here and stay is not None else 0, output)

    def _barred(self, candidate: Candidate, chat: Chat, call: Call, tokens: int) -> Candidate:
        *cards, _ = self._cascades.get(candidate.name, (self._cards[candidate.name], None))
        for card in cards:
            why = barred(card, chat, call.placement, self._rules.licences, tokens)
            if why is not None:
                return candidate.without(why if card.name == candidate.name else f"{card.name}: {why}")
        return candidate

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
        self, best: str, candidates: Sequence[Candidate], threshold: float | None, foreign: bool, optimize: str | None
    ) -> str:
        asked = f" for {optimize}" if optimize else ""
        if best != self._reference:
            found = next(each for each in candidates if each.name == best)
            if threshold is None or found.loss is None or found.loss > threshold:
                return f"{self._reference} may not answer this"
            if found.escalates is not None:
                asked = f"{asked}, and escalates with chance {found.escalates:.2f}"
            return f"will do{asked}: expected loss {found.loss:.3f}, certified up to {threshold:.3f}"
        if foreign:
            return "unlike anything that the router learned from"
        if threshold is None:
            return self.certificate.reason or "no valid certificate for this kind of request"
        if optimize == QUALITY:
            return "the best answer was asked for"
        return f"no smaller model will do at a lower price{asked}"

    def _remember(self, place: bytes, stay: Stay) -> None:
        if self._rules.sticky_s <= 0:
            return
        self._stays[place] = stay
        self._stays.move_to_end(place)
        while len(self._stays) > self._rules.sticky_most:
            self._stays.popitem(last=False)


def _part(value: float) -> float:
    """Within 0 and 1."""
    return float(min(max(value, 0.0), 1.0))


def groups_of(chat: Chat) -> dict[str, str]:
    """What the ask belongs to: the system prompt as its template, whoever is masked in it, and the first tag."""
    found: dict[str, str] = {}
    if chat.system:
        template = PLACEHOLDER.sub(r"<\1>", chat.system)
        found["template"] = hashlib.sha256(template.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    tags = chat.shoal.tags
    if tags:
        name = min(tags)
        found["tag"] = f"{name}={tags[name]}"
    return found


def _conversation(chat: Chat, tenant: str) -> bytes:
    """A conversation is known by the name that the caller gives it, else by how it begins."""
    first = next((message.text for message in chat.messages if message.role == "user"), "")
    return _hash("\n".join((tenant, chat.shoal.conversation or f"{chat.system}\n{first}")))


def _turn(chat: Chat) -> bytes:
    asks = [message.text for message in chat.messages if message.role == "user"]
    return _hash(f"{len(asks)}\n{chat.shoal.optimize}\n{asks[-1] if asks else ''}")


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _prompt_tokens(chat: Chat) -> int:
    """About how many: no tokenizer of a remote model is at hand."""
    return sum(len(message.text) for message in chat.messages) // BYTES_PER_TOKEN + 4 * len(chat.messages)
