"""The metering step of the outer ring: counts who is on which host, and says what an exchange took when it has ended.

It keeps no records and reads no clock. What is known only later, what the counters of this machine say of an attempt,
is put into a copy of the record, which `amend` is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shoal.call import OWN_HOST, Attempt, Stay
from shoal.chat import Chat
from shoal.impacts import Impacts, total
from shoal.metering.factors import Current, Now
from shoal.metering.meter import Answer, Forecast
from shoal.metering.metering import Metering
from shoal.metering.residents import Residents
from shoal.metering.sampler import Reading, Sampler, Watched, with_joules
from shoal.stores.ledger import Record

CHARACTERS_PER_TOKEN = 4
Amend = Callable[[Record], None]


class MeteringStep:
    """`current` are the meters. With a `sampler`, `kinds` says which of its counters tell of each model."""

    def __init__(
        self,
        current: Current,
        sampler: Sampler | None = None,
        kinds: Mapping[str, tuple[str, ...]] | None = None,
        amend: Amend | None = None,
    ) -> None:
        self.current = current
        self._residents = Residents()
        self.sampler = sampler
        self._kinds = dict(kinds or {}) if sampler is not None else {}
        self._readings: dict[int, Reading] = {}
        self.amend = amend

    @property
    def metering(self) -> Metering:
        """The meters of now."""
        return self.current.now.metering

    @property
    def facts(self) -> str:
        """The version of all factors now."""
        return self.current.now.facts

    def expected(
        self, model: str, host: str, tokens: tuple[int, int, int], latency_s: float
    ) -> tuple[Forecast, Callable[[], Impacts]]:
        """What an answer would take that began now, with those that are on its host; its ranges if they are wanted.
        `tokens` are those of the prompt, of them cached, and of the output."""
        answer = Answer(*tokens, latency_s)
        meter, at_once = self.current.now.metering.meter(model), self._residents.now(host, model) + 1.0
        return meter.forecast(answer, at_once), lambda: meter.measure(answer.attempt(model, host), at_once)

    def counts(self, model: str) -> bool:
        """Whether counters of this machine tell of the model."""
        return model in self._kinds

    def enter(self, attempt: Attempt, chat: Chat, at: float) -> Stay:
        """A try begins; who leaves is told how many were there at once."""
        stay = self._residents.enter(attempt.host, attempt.model, at)
        kinds = self._kinds.get(attempt.model)
        if not kinds or self.sampler is None:
            return stay
        reading = self.sampler.enter(attempt, kinds, _guessed_tokens(chat))
        self._readings[id(attempt)] = reading
        return Watched(stay, self.sampler, reading)

    def settle(self, record: Record) -> None:
        """Says of each attempt that is not metered yet what it took, and of the record the sum of them all."""
        now = self.current.now
        late = [attempt for attempt in record.attempts if attempt.impacts is None]
        for attempt in late:
            if self.sampler is not None:
                reading = self._reading(attempt, self.sampler)
                attempt.measured_j = reading.measured_j if reading is not None else None
            meter(attempt, now)
        if late or record.impacts is None:
            record.impacts = total([attempt.impacts for attempt in record.attempts if attempt.impacts is not None])

    def _reading(self, attempt: Attempt, sampler: Sampler) -> Reading | None:
        """What the counters say of the attempt; work of Shoal's own steps is told to them now."""
        if attempt.host == OWN_HOST:
            kinds = self._kinds.get(attempt.model)
            if kinds:
                self._readings[id(attempt)] = sampler.add(attempt, kinds, attempt.usage.cpu_s)
        return self._readings.get(id(attempt))

    def told(self, record: Record) -> None:
        """The record has been written. Where the counters have not said all of its attempts, it is held until they
        have."""
        if not self._readings or self.sampler is None:
            return
        readings = [self._readings.pop(id(attempt), None) for attempt in record.attempts if attempt.measured_j is None]
        for attempt in record.attempts:
            self._readings.pop(id(attempt), None)
        open_yet = [reading for reading in readings if reading is not None and not reading.lost]
        if open_yet:
            self.sampler.hold(record, open_yet)

    def awaits(self, exchange_id: str) -> bool:
        """Whether the figures of an exchange may still change, since a window is open."""
        return self.sampler is not None and self.sampler.awaits(exchange_id)

    def measured(self, record: Record, readings: Sequence[Reading]) -> None:
        """The counters have said all: the amended record goes where amendments go."""
        amended, fresh = with_joules(record, readings)
        if not fresh or self.amend is None:
            return
        now = self.current.now
        for attempt in fresh:
            meter(attempt, now)
        amended.impacts = total(each.impacts for each in amended.attempts if each.impacts is not None)
        self.amend(amended)


def meter(attempt: Attempt, now: Now) -> None:
    """Says what the attempt took: as counted, where counters gave its joules, else as modelled."""
    joules, metering = attempt.measured_j, now.metering
    if joules is None:
        attempt.impacts = metering.attempt(attempt, attempt.concurrency)
    else:
        attempt.impacts = metering.measured(attempt, joules, attempt.concurrency)
    attempt.facts = now.facts


def _guessed_tokens(chat: Chat) -> float:
    """About how many tokens the prompt has; the host's own count replaces it if it comes within the window."""
    return sum(len(message.text) for message in chat.messages) / CHARACTERS_PER_TOKEN
