"""The models that a router weighs, each with what its answer to a chat would be worth and take, and what bars it. It
chooses none.

A cascade takes what its small model does, and what the reference does as often as it is expected to escalate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shoal.call import Call, ModelCard
from shoal.chat import Chat
from shoal.routing.cascaded import ESCALATES
from shoal.routing.certificate import Certificate
from shoal.routing.features import AskFeatures, ask_of
from shoal.routing.groups import groups_of
from shoal.routing.policy import Candidate, Offer, Weights, barred, comparable, needs, slowest
from shoal.routing.value import ValueModel

BYTES_PER_TOKEN = 4
TYPICAL_TOKENS = 256.0
Pricer = Callable[[str, int, int, float], Offer]
"""(model, prompt tokens, of them cached, output tokens) to what an answer is expected to take."""


@dataclass(frozen=True, slots=True)
class Warm:
    """What a conversation has cached: the prompt's tokens, at the model that answered last."""

    model: str
    tokens: int


@dataclass(frozen=True, slots=True)
class _Model:
    """A candidate's place among the value model's columns, the cards of all that may be asked with the columns of their
    lengths, and for a cascade the column of its chance to escalate and how often its small model is asked."""

    name: str
    column: int
    cards: tuple[ModelCard, ...]
    lengths: tuple[int | None, ...]
    gone: int | None = None
    tries: int = 1


class Candidates:
    """The models of a certificate that exist here, the reference first."""

    def __init__(
        self,
        value: ValueModel,
        certificate: Certificate,
        cards: Mapping[str, ModelCard],
        pricer: Pricer,
        licences: tuple[str, ...] = (),
    ) -> None:
        self._value = value
        self._pricer = pricer
        self._licences = licences
        self._features = AskFeatures()
        self._columns = {name: at for at, name in enumerate(value.models)}
        names = (certificate.reference, *certificate.models)
        self._models = tuple(self._model(name, certificate, cards) for name in names if name in cards)
        self._first = {each.name: each.cards[0].name for each in self._models}

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._first)

    def of(
        self, chat: Chat, call: Call, weights: Weights, warm: Warm | None = None
    ) -> tuple[tuple[Candidate, ...], str | None]:
        """All of them for this chat, and why its ask is unlike what the value model knows, None where it is like it."""
        groups = groups_of(chat)
        found = self._value.values(self._features.of([ask_of(chat)]), [groups])
        good = found.good[0].tolist()
        lengths = [each if each == each else TYPICAL_TOKENS for each in found.tokens[0].tolist()]
        tokens, wanted = prompt_tokens(chat), needs(chat)
        best = good[self._models[0].column]
        gone = [None if each.gone is None else _part(good[each.gone]) for each in self._models]
        offers = [self._offer(*pair, lengths, tokens, warm) for pair in zip(self._models, gone, strict=True)]
        alone = [offer for offer, _ in offers]
        counted, most_s = comparable(weights, alone), slowest(alone)
        candidates = []
        for each, escalates, (offer, length) in zip(self._models, gone, offers, strict=True):
            score, why = good[each.column], self._barred(each, call, wanted, tokens)
            price = offer.price(counted, most_s)
            candidates.append(Candidate(each.name, _part(score), best - score, length, offer, price, why, escalates))
        return tuple(candidates), self._value.foreign.why(groups) if found.foreign[0] else None

    def bar_of(self, name: str, chat: Chat, call: Call) -> str | None:
        """Why that model may not answer this chat; None where it may."""
        found = next(each for each in self._models if each.name == name)
        return self._barred(found, call, needs(chat), prompt_tokens(chat))

    def loss_of(self, name: str, chat: Chat) -> float | None:
        """What that model is expected to lose against the reference on this chat's ask; None where the ask is unlike
        what the value model knows."""
        found = self._value.values(self._features.of([ask_of(chat)]), [groups_of(chat)])
        if found.foreign[0]:
            return None
        column = next(each.column for each in self._models if each.name == name)
        return float(found.good[0][self._models[0].column] - found.good[0][column])

    def _model(self, name: str, certificate: Certificate, cards: Mapping[str, ModelCard]) -> _Model:
        held = certificate.cascades.get(name)
        names = (name,) if held is None else held.models
        asked, lengths = tuple(cards[each] for each in names), tuple(self._columns.get(each) for each in names)
        if held is None:
            return _Model(name, self._columns[name], asked, lengths)
        return _Model(name, self._columns[name], asked, lengths, self._columns[ESCALATES + name], 1 + held.samples)

    def _offer(
        self, model: _Model, gone: float | None, lengths: list[float], tokens: int, warm: Warm | None
    ) -> tuple[Offer, float]:
        """What it takes, and the output tokens of all tries."""
        first, length = self._single(model.cards[0].name, model.lengths[0], lengths, tokens, warm)
        if gone is None:
            return first, length
        last, rest = self._single(model.cards[1].name, model.lengths[1], lengths, tokens, warm)
        return first.then(first, model.tries - 1.0).then(last, gone), model.tries * length + gone * rest

    def _single(
        self, name: str, column: int | None, lengths: list[float], tokens: int, warm: Warm | None
    ) -> tuple[Offer, float]:
        cached = 0
        length = TYPICAL_TOKENS if column is None else lengths[column]
        # Where a cascade answered last, its small model has the prompt.
        if warm is not None and name in (warm.model, self._first.get(warm.model)):
            cached = min(warm.tokens, tokens)
        return self._pricer(name, tokens, cached, length), length

    def _barred(self, model: _Model, call: Call, wanted: frozenset[str], tokens: int) -> str | None:
        for card in model.cards:
            why = barred(card, wanted, call.placement, self._licences, tokens)
            if why is not None:
                return why if card.name == model.name else f"{card.name}: {why}"
        return None


def prompt_tokens(chat: Chat) -> int:
    """About how many: no tokenizer of a remote model is at hand."""
    return sum(len(message.text) for message in chat.messages) // BYTES_PER_TOKEN + 4 * len(chat.messages)


def _part(value: float) -> float:
    """Within 0 and 1."""
    return 0.0 if value < 0.0 else 1.0 if value > 1.0 else value
