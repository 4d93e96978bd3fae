"""`auto`, first version: a specialist answers where its calibrated confidence says that it will do; else the reference
model; with no host, the best grounded answer or a plain abstention.

It knows its candidates by name and by whether they suit a request, nothing else. The learned router takes the place of
`_order`: which candidates are tried, and in which order; the rest stays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import structlog

from shoal.call import Call, Decision, ModelCard, closing
from shoal.chat import Chat, Piece
from shoal.errors import DeadlineExceeded, ShoalError

CARD = ModelCard(
    name="auto",
    task="routing",
    kind="composite",
    licence="Apache-2.0",
    facts={
        "intended_use": "Answers with the smallest model that will do, and says which and why.",
        "limits": "Chooses by the kind of request and by the specialists' own calibrated confidence; learns nothing.",
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


class Auto:
    """The model `auto`. `floor` is the least confidence (0..1) at which a specialist answers, `reference` the name of
    the model that answers otherwise (None: there is none)."""

    card = CARD

    def __init__(self, candidates: Sequence[Candidate], reference: str | None, floor: float) -> None:
        self._candidates = tuple(candidates)
        self._reference = reference
        self._floor = floor
        self._log = structlog.get_logger("shoal.auto")

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """Emits nothing before a candidate is found good enough; what was tried in vain stays in the ledger."""
        best: tuple[Candidate, Piece] | None = None
        candidates = self._order(chat)
        for candidate in candidates:
            piece = await self._try(candidate, chat, call)
            if piece is None:
                continue
            if (piece.confidence or 0.0) >= self._floor:
                call.decide(Decision(candidate.name, candidate.because))
                yield piece
                return
            if best is None or (piece.confidence or 0.0) > (best[1].confidence or 0.0):
                best = (candidate, piece)
        if self._reference is None:
            yield self._without_reference(chat, best, self._why_reference(best, candidates), call)
            return
        call.decide(Decision(self._reference, self._why_reference(best, candidates)))
        async with closing(call.open(self._reference).reply(chat, call)) as pieces:
            async for piece in pieces:
                yield piece

    def path(self, chat: Chat) -> tuple[str, ...]:
        """The models that may be called for a chat, each once at most."""
        names = [candidate.name for candidate in self._order(chat)]
        return tuple(names if self._reference is None else [*names, self._reference])

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

    def _why_reference(self, best: tuple[Candidate, Piece] | None, candidates: Sequence[Candidate]) -> str:
        if best is None:
            names = " and ".join(candidate.name for candidate in candidates)
            return f"{names} failed" if names else "no specialist suits this request"
        return f"{best[0].name} was not sure enough ({best[1].confidence or 0.0:.2f} < {self._floor:g})"

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


def _closest(chat: Chat) -> str:
    """Where a reader may look, where passages were attached."""
    sources = list(dict.fromkeys(passage.source for passage in chat.passages))[:CLOSEST]
    return f" The closest texts are {', '.join(sources)}." if sources else ""
