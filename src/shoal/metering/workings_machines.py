"""Workings of each kind of model: what an attempt took of the machines, as arithmetic with its numbers, at one end of
its range. It knows no place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shoal.call import Attempt
from shoal.facts.tables import Facts
from shoal.impacts import Range, Tier
from shoal.metering.cost import FREE, TURNED_AWAY, listed_price
from shoal.metering.estimator import Rates
from shoal.metering.fit import Fit, read_fit
from shoal.metering.gpu import DEFAULT
from shoal.metering.hardware import SECONDS_PER_YEAR, accelerator_kg, accelerator_kgsbeq, cpu_busy_w
from shoal.metering.meter import Metered
from shoal.metering.place import Place

NOTHING = "0"
NOT_GIVEN = 0.0
End = Literal["low", "expected", "high"]
# What is divided by, or taken off, makes a figure large where it is small itself.
OPPOSITE: dict[End, End] = {"low": "high", "expected": "expected", "high": "low"}


def number(value: float) -> str:
    """A number as it is written into a formula."""
    return f"{value:.12g}"


def at(found: Range, end: End) -> float:
    """One end of a range."""
    value: float = getattr(found, end)
    return value


@dataclass(frozen=True, slots=True)
class Machine:
    """`it_wh` of the machines, and the making of them, as arithmetic."""

    it_wh: str
    embodied: str
    materials: str


class Kind:
    """How one model is worked out; of one that nothing is known of, its cost alone. `end` says which end of all
    ranges is put in."""

    def __init__(self, model: Metered, facts: Facts, where: Place | None, end: End = "expected") -> None:
        self.model, self.facts, self.where, self.end = model, facts, where, end

    def machine(self, attempt: Attempt) -> Machine | None:
        """What the attempt took of the machines; None where that is not known."""
        return None

    def cost(self, attempt: Attempt, machine: Machine | None) -> str | None:
        """What it cost; None where it has no price."""
        return billed(self.model, self.facts, attempt, self.end)

    def value(self, topic: str, subject: str, quantity: str) -> float:
        """A fact at this end."""
        return at(Range.of(self.facts.find(topic, subject, quantity)), self.end)

    def divisor(self, topic: str, subject: str, quantity: str) -> float:
        """A fact at the other end."""
        return at(Range.of(self.facts.find(topic, subject, quantity)), OPPOSITE[self.end])

    def output(self, attempt: Attempt) -> float:
        """Output tokens; each that was guessed stands for some."""
        counted = attempt.usage.completion_tokens
        if counted and not attempt.usage.estimated:
            return counted
        return (counted or attempt.pieces) * self.value("fit", "any", "tokens_per_piece")

    def counted(self, attempt: Attempt) -> str:
        """The machines' Wh from counted joules."""
        joules, error = attempt.measured_j or 0.0, self.value("server", "any", "counter_error")
        return f"{number(joules)} / 3600" + (f" * {number(error)}" if error != 1 else "")

    def life(self) -> str:
        """Seconds that a machine works in its life."""
        years, share = (self.divisor("server", "any", name) for name in ("lifetime_years", "busy_share"))
        return f"({number(years)} * {number(share)} * {number(SECONDS_PER_YEAR)})"


class Cpu(Kind):
    """An embedded model, or a host on this machine without an accelerator that was counted."""

    def machine(self, attempt: Attempt) -> Machine:
        """CPU seconds x W / 3600."""
        watts, known = cpu_busy_w(self.facts, self.model.hardware), attempt.usage.cpu_s > 0
        seconds = number(attempt.usage.cpu_s) if known else halved(number(attempt.latency_s), self.end)
        it_wh = f"{seconds} * {number(at(watts, self.end))} / 3600"
        if attempt.measured_j is not None:
            it_wh = self.counted(attempt)
            seconds = seconds if known else f"({it_wh}) * 3600 / {number(at(watts, OPPOSITE[self.end]))}"
        kg, cpus = self.value("server", "cpu-server", "embodied_kg"), self.divisor("server", "cpu-server", "vcpus")
        return Machine(it_wh, f"{seconds} * {number(kg)} * 1000 / ({number(cpus)} * {self.life()})", NOTHING)

    def cost(self, attempt: Attempt, machine: Machine | None) -> str | None:
        """The electricity's, where it has a price; a host's own price goes before."""
        if self.model.kind != "embedded" and self.model.price is not None:
            return super().cost(attempt, machine)
        usd = self.model.electricity_usd_per_kwh
        if not usd or machine is None or self.where is None:
            return NOTHING
        return f"({machine.it_wh}) * {number(at(self.where.energy, self.end))} * {number(usd)} / 1000"


class Gpu(Kind):
    """A model on accelerators: the fit."""

    def __init__(self, model: Metered, facts: Facts, where: Place, tier: Tier, end: End) -> None:
        super().__init__(model, facts, where, end)
        self._tier = tier
        self._hardware = model.hardware or DEFAULT

    def machine(self, attempt: Attempt) -> Machine:
        """The fit, or what counters gave; its making by the share of the machine's seconds."""
        turned_away = attempt.pieces == 0 and attempt.outcome in TURNED_AWAY
        if turned_away and attempt.measured_j is None:
            return Machine(NOTHING, NOTHING, NOTHING)
        share = self._share(self._at_once(attempt))
        part = f"{number(attempt.latency_s)} * {number(at(share, self.end))}"
        per = f"* {self.model.accelerators} * 1000 / {self.life()}"
        made = (accelerator_kg(self.facts, self._hardware), accelerator_kgsbeq(self.facts))
        kg, sbeq = (number(at(each, self.end)) for each in made)
        it_wh = self.counted(attempt) if attempt.measured_j is not None else self._modelled(attempt, share)
        return Machine(it_wh, f"{part} * {kg} {per}", f"{part} * {sbeq} {per}")

    def _at_once(self, attempt: Attempt) -> float | None:
        seen, stated = attempt.concurrency, self.model.concurrency
        return max(seen, stated) if seen is not None and stated is not None else seen or stated

    def _share(self, at_once: float | None) -> Range:
        if at_once is None:
            return Range.of(self.facts.find("fit", "any", "concurrency")).inverse()
        return Range.exactly(1 / max(at_once, 1.0))

    def _modelled(self, attempt: Attempt, share: Range) -> str:
        usage, fit = attempt.usage, read_fit(self.facts)
        host = self.facts.find("server", "gpu-server", "host_ratio")
        watts = self.value("hardware", self._hardware, "tdp_w")
        if not usage.completion_tokens and not attempt.pieces:
            busy = f"{number(host.high)} * {number(watts)} * {self.model.accelerators} / 3600"
            return halved(f"{busy} * {number(share.high)} * {number(attempt.latency_s)}", self.end)
        middle = Kind(self.model, self.facts, None).output(attempt)
        context = usage.prompt_tokens + middle / 2
        written = f"{self._per_token(fit, share, context)} * {number(self.output(attempt))}"
        scale = self._scale(fit, attempt, context)
        read = self._reading(usage.prompt_tokens - usage.cached_tokens, watts)
        scaled = written + (f" * {number(scale)}" if scale != 1 else "")
        return f"({scaled} + {read}) / 3600 * {number(at(Range.of(host), self.end))}"

    def _per_token(self, fit: Fit, share: Range, context: float) -> str:
        """J per output token: the step that all share, its own work, and the context."""
        size = number(self.model.active_b or self.model.params_b or 0.0)
        step = f"({number(fit.step_fixed)} + {number(fit.step_per_b)} * {size}) * {number(at(share, self.end))}"
        token = f"{number(fit.token_fixed)} + {number(fit.token_per_b)} * {size}"
        beyond = f"max({number(context)} - {number(fit.context_in_fit)}, 0)"
        return f"({step} + {token} + {number(at(fit.context_j, self.end))} * {beyond})"

    def _scale(self, fit: Fit, attempt: Attempt, context: float) -> float:
        """The fit's error, inside or outside its domain."""
        at_once, model = self._at_once(attempt), self.model
        dense = model.bits == 16 and (model.active_b or model.params_b) == model.params_b
        known = model.params_b is not None and fit.knows(model.params_b) and self._tier is Tier.MODELLED
        inside = model.hardware == DEFAULT and dense and known and at_once is not None
        inside = inside and fit.concurrency.low <= (at_once or 0) <= fit.concurrency.high
        if inside and context <= fit.context.high:
            return at(fit.error, self.end)
        estimated = self.value("fit", "any", "estimate_factor") if self._tier is Tier.ESTIMATED else 1.0
        return at(fit.outside, self.end) * estimated

    def _reading(self, uncached: int, watts: float) -> str:
        """J for the prompt: 2 FLOP per parameter and token, at a share of the peak and full power."""
        peak = self.value("hardware", self._hardware, "dense_tflops")
        share, held = (self.divisor("fit", "any", name) for name in ("prefill_utilisation", "prompt_tokens_in_fit"))
        size = number(self.model.active_b or self.model.params_b or 0.0)
        tokens = f"max({uncached} - {number(held)}, 0)"
        return f"2 * {size} * 1e9 * {tokens} / ({number(peak)} * 1e12 * {number(share)}) * {number(watts)}"


class Remote(Kind):
    """A service: what an estimator said, once and per output token."""

    def __init__(self, model: Metered, facts: Facts, where: Place, rates: Rates, end: End) -> None:
        super().__init__(model, facts, where, end)
        self._rates = rates

    def machine(self, attempt: Attempt) -> Machine | None:
        """Once + per token x output, times the widening."""
        output = self.output(attempt)
        if not output:
            return Machine(NOTHING, NOTHING, NOTHING) if attempt.outcome in TURNED_AWAY else None
        widened = self.value("fit", "any", "estimate_factor")

        def line(once: Range, token: Range) -> str:
            found = f"({number(at(once, self.end))} + {number(at(token, self.end))} * {number(output)})"
            return found if widened == 1 else f"{found} * {number(widened)}"

        rates = self._rates
        return Machine(
            line(rates.once_wh, rates.token_wh),
            line(rates.once_embodied_g, rates.token_embodied_g),
            line(rates.once_materials_g, rates.token_materials_g),
        )


def halved(most: str, end: End) -> str:
    """What lies anywhere from nothing to `most`."""
    return {"low": NOTHING, "expected": f"{most} / 2", "high": most}[end]


def billed(model: Metered, facts: Facts, attempt: Attempt, end: End) -> str | None:
    """The price of the tokens; None without one."""
    price, usage = model.price, attempt.usage
    if price is None and model.provider is not None and model.kind == "remote":
        price = listed_price(facts, model.provider, model.upstream or model.name)
    if price is None:
        return None
    if price == FREE or not usage.total_tokens:
        return NOTHING
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    of_cached = price.cached or (NOT_GIVEN if end == "low" else price.input)
    terms = (
        f"({usage.prompt_tokens} - {cached}) * {number(price.input)}",
        f"{cached} * {number(of_cached)}",
        f"{usage.completion_tokens} * {number(price.output)}",
    )
    sum_of_all = f"({' + '.join(terms)}) / 1e6"
    if not usage.estimated or end == "expected":
        return sum_of_all
    if end == "low" and not attempt.pieces:
        return NOTHING
    return f"{sum_of_all} * {number(at(Range.of(facts.find('fit', 'any', 'guessed_tokens')), end))}"
