"""Gates: how many requests a model runs at once, and who is next. One process's own: others have gates of their own,
and may share the places.

Interactive requests go before batch; within each, teams take turns by their shares (start-time fair queuing). The queue
is short, so that who waits is answered soon and who cannot is told at once.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import ceil, inf
from typing import Protocol

from shoal.chat import Chat
from shoal.errors import ModelBusy
from shoal.limits.places import OwnPlaces, Places

INTERACTIVE, BATCH = 0, 1
# Half a round of waiting at most keeps the slowest interactive answer within twice the time of an idle model. So many
# may wait; and where answers take equally long, places come free all at once: while more come than can be answered,
# nobody begins to wait who would for longer.
INTERACTIVE_ROUNDS = 0.5
BATCH_ROUNDS = 4
SMOOTH = 0.1
# How often who waits looks for a place that another process gave back, and how long a look may be of it: it tries each.
LOOK_S, LOOK_PLACE_S = 0.005, 0.00005


class Asker(Protocol):
    """Who waits: a team's members share its turns; who has no team shares with nobody but their own key."""

    @property
    def tenant(self) -> str: ...
    @property
    def team(self) -> str | None: ...
    @property
    def key(self) -> str: ...


@dataclass(order=True, slots=True)
class Waiter:
    """One request in the queue; the least `tag` is next."""

    tag: float
    number: int
    flow: str = field(compare=False)
    future: asyncio.Future[None] = field(compare=False)


class Queue:
    """The waiting requests of one priority."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.waiting: list[Waiter] = []
        self.flows: Counter[str] = Counter()
        self._last: dict[str, float] = {}
        self._virtual = 0.0
        self._number = 0

    def add(self, flow: str, share: float, loop: asyncio.AbstractEventLoop) -> Waiter:
        """Puts a request of a flow in its place."""
        tag = max(self._virtual, self._last.get(flow, 0.0)) + 1 / share
        self._last[flow] = tag
        self._number += 1
        waiter = Waiter(tag, self._number, flow, loop.create_future())
        heapq.heappush(self.waiting, waiter)
        self.flows[flow] += 1
        return waiter

    def next(self) -> Waiter | None:
        """Who is next; None where nobody waits."""
        while self.waiting:
            waiter = heapq.heappop(self.waiting)
            self._forget(waiter)
            if not waiter.future.done():
                self._virtual = max(self._virtual, waiter.tag)
                return waiter
        self._last.clear()
        self._virtual = 0.0
        return None

    def drop(self, waiter: Waiter) -> None:
        """Takes out who does not wait any more."""
        if waiter in self.waiting:
            self.waiting.remove(waiter)
            heapq.heapify(self.waiting)
            self._forget(waiter)

    def last_of(self, flow: str) -> Waiter | None:
        """The flow's request that would come last."""
        return max((each for each in self.waiting if each.flow == flow), default=None)

    def _forget(self, waiter: Waiter) -> None:
        self.flows[waiter.flow] -= 1
        if not self.flows[waiter.flow]:
            del self.flows[waiter.flow]


class Turn:
    """A place at a model since `begun` (the event loop's seconds); given back once."""

    __slots__ = ("_gate", "begun")

    def __init__(self, gate: Gate, begun: float) -> None:
        self._gate: Gate | None = gate
        self.begun = begun

    def leave(self) -> None:
        """Lets the next one in."""
        gate, self._gate = self._gate, None
        if gate is not None:
            gate.leave(self)


class Gate:
    """The places of one model. `queue` is how many interactive requests may wait, for however long: half as many as
    there are places if not given, for about half of an answer's time. Of batch eight times as many. Where places are
    `shared` with other processes, `places` is this one's even part."""

    def __init__(
        self,
        model: str,
        places: int,
        shares: Mapping[str, float],
        queue: int | None = None,
        shared: Places | None = None,
    ) -> None:
        self._model = model
        self._places = shared or OwnPlaces(places)
        self._looking = False
        self._shares = shares
        most = max(1, int(places * INTERACTIVE_ROUNDS)) if queue is None else queue
        self._queues = (Queue(most), Queue(places * BATCH_ROUNDS if queue is None else queue * 8))
        self._timed = queue is None
        self._running = 0
        # In the order in which they began.
        self._turns: dict[Turn, None] = {}
        self._service_s: float | None = None
        # When the last interactive request was.
        self._refused = -inf

    @property
    def running(self) -> int:
        """How many have a place."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return sum(len(queue.waiting) for queue in self._queues)

    async def enter(self, flow: str, team: str | None, priority: int) -> Turn:
        """A place, at once or in turn. Raises ModelBusy where too many wait."""
        loop = asyncio.get_running_loop()
        if not self.waiting and self._places.take():
            self._running += 1
            return self._turn(loop.time())
        queue = self._queues[priority]
        share = self._shares.get(team or "", 1.0)
        if len(queue.waiting) >= queue.most or (priority == INTERACTIVE and self._too_long(loop.time())):
            if priority == INTERACTIVE:
                self._refused = loop.time()
            self._make_room(queue, flow, share)
        waiter = queue.add(flow, share, loop)
        if self._places.shared and not self._looking:
            self._look()
        try:
            await waiter.future
        except asyncio.CancelledError:
            if waiter.future.done() and not waiter.future.cancelled() and waiter.future.exception() is None:
                self._leave()
            else:
                queue.drop(waiter)
            raise
        return self._turn(loop.time())

    def leave(self, turn: Turn) -> None:
        """A place is free."""
        took, known = asyncio.get_running_loop().time() - turn.begun, self._service_s
        self._service_s = took if known is None else known + SMOOTH * (took - known)
        del self._turns[turn]
        self._leave()

    def _turn(self, now: float) -> Turn:
        turn = Turn(self, now)
        self._turns[turn] = None
        return turn

    def _too_long(self, now: float) -> bool:
        """Whether one more interactive request would wait for too long, as far as is known, while such are refused."""
        service_s = self._service_s
        if not self._timed or service_s is None or now - self._refused > service_s:
            return False
        ahead = len(self._queues[INTERACTIVE].waiting)
        last = next(islice(self._turns, ahead, None), None)
        return last is not None and last.begun + service_s - now > INTERACTIVE_ROUNDS * service_s

    def _leave(self) -> None:
        if self._places.owes() or not self._let_in():
            self._running -= 1
            self._places.give()

    def _let_in(self) -> bool:
        """Gives a place to who is next; False where nobody waits."""
        for queue in self._queues:
            waiter = queue.next()
            if waiter is not None:
                waiter.future.set_result(None)
                return True
        return False

    def _look(self) -> None:
        """Takes places that others gave back, for as long as somebody waits here."""
        while self.waiting and self._places.take():
            if self._let_in():
                self._running += 1
            else:
                self._places.give()
        self._looking = bool(self.waiting)
        self._places.ask(wanting=self._looking)
        if self._looking:
            pause = max(LOOK_S, self._places.most * LOOK_PLACE_S)
            asyncio.get_running_loop().call_later(pause, self._look)

    def _make_room(self, queue: Queue, flow: str, share: float) -> None:
        """Who holds most of a full queue for its share gives up its last place to one with less. Raises ModelBusy."""
        mine = (queue.flows[flow] + 1) / share
        most = max(queue.flows, key=lambda name: queue.flows[name] / self._share(name), default=flow)
        victim = queue.last_of(most)
        if most == flow or victim is None or queue.flows[most] / self._share(most) <= mine:
            raise self._busy()
        queue.drop(victim)
        victim.future.set_exception(self._busy())

    def _share(self, flow: str) -> float:
        return self._shares.get(flow.partition("/")[2], 1.0)

    def _busy(self) -> ModelBusy:
        places = self._places.most
        wait = (self._service_s or 1.0) * (1 + self.waiting / places)
        return ModelBusy(
            f"model '{self._model}' runs {places} requests, and as many wait as may: try again in "
            f"{ceil(wait)} s, or another model",
            limit=f"models.{self._model}.concurrency",
            wait_s=wait,
        )


class Gates:
    """The gates of all models that have one."""

    def __init__(self, gates: Mapping[str, Gate]) -> None:
        self._gates = dict(gates)

    async def enter(self, model: str, who: Asker, chat: Chat) -> Turn | None:
        """A place at the model; None where it has no gate. Raises ModelBusy."""
        gate = self._gates.get(model)
        if gate is None:
            return None
        flow = f"{who.tenant}/{who.team or who.key}"
        batch = chat.options.get("service_tier") in ("flex", "batch")
        return await gate.enter(flow, who.team, BATCH if batch else INTERACTIVE)
