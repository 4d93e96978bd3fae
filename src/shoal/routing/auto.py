"""`auto`: a specialist answers where its calibrated confidence says that it will do; else the model that the learned
router chooses among those that are certified; else the reference; with no host, the best grounded answer or a plain
abstention.

It knows its candidates by name and by whether they suit a request; what the router weighs, `router.py` knows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from shoal.call import Call, Decision, Model, ModelCard, Nested, closing
from shoal.chat import Chat, Piece
from shoal.errors import DeadlineExceeded, HostError, ShoalError, UnknownModel
from shoal.models.one_choice import only_one
from shoal.routing.choice import Choice

CARD = ModelCard(
    name="auto",
    task="routing",
    kind="composite",
    licence="Apache-2.0",
    facts={
        "intended_use": "Answers with the smallest model that will do, and says which and why.",
        "limits": "Chooses by the kind of request, by the specialists' own calibrated confidence and, where a route is "
        "certified, by what labels say of asks like it; of asks unlike them it knows nothing and takes the reference.",
    },
)
ADD_A_HOST = (
    "No larger model is configured that could take over: add a host and a model to shoal.toml and name the model as "
    "auto.reference (docs/guides/hosts.md)."
)
CLOSEST = 3
# What only a general model can do; specialists read text and write text.
BEYOND_SPECIALISTS = ("tools", "functions", "modalities", "audio")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A specialist that `auto` may use, the requests that it suits, and what to say of them."""

    name: str
    suits: Callable[[Chat], bool]
    because: str


class Chooser(Protocol):
    """The learned router, as `auto` sees it: `models` may be chosen."""

    @property
    def models(self) -> tuple[str, ...]: ...

    def choose(self, chat: Chat, call: Call) -> Choice: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What `auto` goes by for an organisation: `floor` is the least confidence (0..1) at which a specialist answers;
    without a `router` the reference answers otherwise; where it `observes`, the router's choice is only recorded."""

    floor: float
    router: Chooser | None = None
    observes: bool = False

    @property
    def routed(self) -> tuple[str, ...]:
        """The models that the router may let answer."""
        return () if self.router is None or self.observes else self.router.models


class Auto:
    """The model `auto`. `reference` is the name of the model that answers what no other will do (None: there is
    none)."""

    card = CARD

    def __init__(
        self,
        candidates: Sequence[Candidate],
        reference: str | None,
        terms: Terms,
        own: Mapping[str, Terms] | None = None,
        *,
        cascades: Mapping[str, Model] | None = None,
    ) -> None:
        """`own` are the terms of single organisations, `terms` those of all others. `cascades` are those that a
        router's certificate allows, with the reference as their last model."""
        self._candidates = tuple(candidates)
        self._terms = terms
        self._own = dict(own or {})
        self._cascades = cascades or {}
        self._reference = reference
        self._log = structlog.get_logger("shoal.auto")

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """Emits nothing before a candidate is found good enough; what was tried in vain stays in the ledger. Raises
        RequestError where several choices are asked for and there is no reference."""
        best: tuple[Candidate, Piece] | None = None
        candidates, terms = self._order(chat), self._own.get(call.tenant, self._terms)
        for candidate in candidates:
            piece = await self._try(candidate, chat, call)
            if piece is None:
                continue
            if (piece.confidence or 0.0) >= terms.floor:
                call.decide(Decision(candidate.name, candidate.because))
                yield piece
                return
            if best is None or (piece.confidence or 0.0) > (best[1].confidence or 0.0):
                best = (candidate, piece)
        why = _why_reference(best, candidates, terms.floor)
        if self._reference is None:
            only_one(chat.options)
            yield self._without_reference(chat, best, why, call)
            return
        decision = _routed(self._reference, why, terms, chat, call)
        async with closing(self._larger(self._reference, why, decision, chat, call)) as pieces:
            async for piece in pieces:
                yield piece

    async def _larger(
        self, reference: str, why: str, decision: Decision, chat: Chat, call: Call
    ) -> AsyncIterator[Piece]:
        """The reply of the model that was decided on; of the reference where that fails before its first piece."""
        call.decide(decision)
        begun = False
        try:
            async with closing(self._opened(decision.model, call).reply(chat, call)) as pieces:
                async for piece in pieces:
                    begun = True
                    yield piece
            return
        except DeadlineExceeded:
            raise
        except ShoalError as error:
            last = decision.model == reference or decision.model in self._cascades
            if begun or last or not isinstance(error, HostError | UnknownModel):
                raise
            failed = f"{decision.model} failed ({error.code})"
            self._log.warning("routed_model_failed", model=decision.model, code=error.code, exchange=call.exchange_id)
        call.decide(replace(decision, model=reference, reason=f"{why}; {failed}"))
        async with closing(call.open(reference).reply(chat, call)) as pieces:
            async for piece in pieces:
                yield piece

    def _opened(self, name: str, call: Call) -> Model:
        """The model that was chosen. Raises UnknownModel where it has gone."""
        return Nested(self._cascades[name]) if name in self._cascades else call.open(name)

    def path(self, chat: Chat, tenant: str) -> tuple[str, ...]:
        """The models that may be called for an organisation's chat, each once at most."""
        names = [candidate.name for candidate in self._order(chat)]
        routed = self._own.get(tenant, self._terms).routed
        return tuple(dict.fromkeys(names if self._reference is None else [*names, *routed, self._reference]))

    def _order(self, chat: Chat) -> list[Candidate]:
        if any(chat.options.get(name) for name in BEYOND_SPECIALISTS) or (chat.options.get("n") or 1) != 1:
            return []
        if any(part.kind != "text" for message in chat.messages for part in message.parts()):
            return []
        return [candidate for candidate in self._candidates if candidate.suits(chat)]

    async def _try(self, candidate: Candidate, chat: Chat, call: Call) -> Piece | None:
        try:
            async with closing(call.open(candidate.name).reply(chat, call)) as pieces:
                # A specialist's reply is one piece; it is read to its end, which is when its attempt is in order.
                read = [piece async for piece in pieces]
            return read[0] if read else None
        except DeadlineExceeded:
            raise
        except ShoalError as error:
            self._log.warning("candidate_failed", model=candidate.name, code=error.code, exchange=call.exchange_id)
            return None

    def _without_reference(self, chat: Chat, best: tuple[Candidate, Piece] | None, why: str, call: Call) -> Piece:
        """The best grounded answer, with its confidence, or a plain abstention that says how to add a host."""
        reason = f"{why} and no reference model is configured"
        if best is None:
            call.decide(Decision("auto", reason))
            return Piece.of(f"I can't answer this. {ADD_A_HOST}", confidence=0.0)
        candidate, piece = best
        if piece.citations:
            call.decide(Decision(candidate.name, f"{reason}: its best grounded answer"))
            return piece
        call.decide(Decision("auto", reason))
        unsure = f"I don't know: {candidate.name} is not sure enough of an answer."
        return Piece.of(f"{unsure}{_closest(chat)} {ADD_A_HOST}", confidence=0.0)


def _routed(reference: str, why: str, terms: Terms, chat: Chat, call: Call) -> Decision:
    if terms.router is None:
        return Decision(reference, why)
    choice = terms.router.choose(chat, call)
    if terms.observes:
        return Decision(reference, f"{why}; observed: {choice.model}", choice.to_record())
    return Decision(choice.model, f"{why}; {choice.reason}", choice.to_record())


def _why_reference(best: tuple[Candidate, Piece] | None, candidates: Sequence[Candidate], floor: float) -> str:
    if best is None:
        names = " and ".join(candidate.name for candidate in candidates)
        return f"{names} failed" if names else "no specialist suits this request"
    return f"{best[0].name} was not sure enough ({best[1].confidence or 0.0:.2f} < {floor:g})"


def _closest(chat: Chat) -> str:
    """Where a reader may look, where passages were attached."""
    sources = list(dict.fromkeys(passage.source for passage in chat.passages))[:CLOSEST]
    return f" The closest texts are {', '.join(sources)}." if sources else ""
