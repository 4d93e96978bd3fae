"""Models on accelerators without counters: the concurrency-aware fit, the prompt's reading, and the server around them.

Tier B of the method (docs/methodology/energy.md). A model whose size is known but not its hardware is taken to run on
DEFAULT, and counts as estimated.
"""

from __future__ import annotations

from shoal.call import Attempt
from shoal.facts.tables import Facts
from shoal.impacts import NO_ENDS, Basis, Ends, Impacts, Range, Tier, ends_of, shared
from shoal.metering.cost import TURNED_AWAY, billed_usd
from shoal.metering.fit import read_fit
from shoal.metering.hardware import accelerator_kg, accelerator_kgsbeq, busy_life_s
from shoal.metering.meter import JOULES_PER_WH, Answer, Forecast, Metered, answer_usd, counted_bases, forecast_of
from shoal.metering.place import Place

BOUNDARY = "busy accelerators, their share of the server, and the building (PUE); without network and idle machines"
DEFAULT = "h100"
FLOP_PER_PARAMETER = 2.0
TERA = 1e12
G_PER_KG = 1e3


class GpuMeter:
    """Energy (J) = (step / B + token + context) x output + read x (input - those in the fit), times the range of the
    fit and the server over its accelerators."""

    def __init__(self, model: Metered, params_b: float, place: Place, facts: Facts, tier: Tier = Tier.MODELLED) -> None:
        self._model = model
        self._place = place
        self._tier = tier
        self._bases, self._counted = shared((place.basis(BOUNDARY),)), counted_bases(model, place)
        hardware = model.hardware or DEFAULT
        active = model.active_b or params_b
        fit = self._fit = read_fit(facts)
        host = Range.of(facts.find("server", "gpu-server", "host_ratio"))
        per_wh = 1 / JOULES_PER_WH
        self._step, self._token = fit.step_j(active) * per_wh, fit.token_j(active) * per_wh
        self._context = fit.context_j.scaled(per_wh)
        dense = model.bits == 16 and active == params_b
        self._fits = model.hardware == DEFAULT and dense and fit.knows(params_b) and tier is Tier.MODELLED
        self._inside, self._outside = fit.error * host, fit.outside * host
        if tier is Tier.ESTIMATED:
            self._outside = self._outside * Range.of(facts.find("fit", "any", "estimate_factor"))
        assumed = Range.of(facts.find("fit", "any", "concurrency")).inverse()
        self._assumed = ends_of(assumed)
        self._tokens_per_piece = Range.of(facts.find("fit", "any", "tokens_per_piece"))
        self._guessed = Range.of(facts.find("fit", "any", "guessed_tokens"))
        self._in_fit = Range.of(facts.find("fit", "any", "prompt_tokens_in_fit"))
        watts = facts.find("hardware", hardware, "tdp_w").value
        self._read = _read_wh(facts, hardware, active, watts) * host
        self._busy_wh_per_s = host.scaled(watts * model.accelerators * per_wh)
        life = busy_life_s(facts).inverse().scaled(G_PER_KG * model.accelerators)
        self._embodied_per_s = accelerator_kg(facts, hardware) * life
        self._materials_per_s = accelerator_kgsbeq(facts) * life
        self._expected = (
            *(self._step, self._token, self._context.expected, self._read.expected, self._in_fit.expected),
            *(place.energy.expected, place.usage.expected, self._embodied_per_s.expected),
        )

    def measure(self, attempt: Attempt, concurrency: float | None) -> Impacts:
        """From the tokens that the host counted, else from pieces and seconds."""
        if attempt.pieces == 0 and attempt.outcome in TURNED_AWAY:
            return self._impacts(NO_ENDS, NO_ENDS, attempt, self._tier, self._bases)
        known = self._at_once(concurrency)
        share = self._share(known)
        return self._impacts(self._it_wh(attempt, known, share), share, attempt, self._tier, self._bases)

    def forecast(self, answer: Answer, concurrency: float | None) -> Forecast:
        """What `measure` expects: the middle one of each three."""
        prompt, cached, output, latency_s = answer
        if not output:
            return forecast_of(self.measure(answer.attempt("", ""), concurrency))
        known = self._at_once(concurrency)
        share = self._share(known)[1]
        step, token, context, read, held, energy, usage, made = self._expected
        length = prompt + output / 2
        beyond, unread = length - self._fit.context_in_fit, prompt - cached - held
        inside = self._fits and known is not None and self._covers(known, length)
        scale = (self._inside if inside else self._outside).expected
        it_wh = (step * share + token + (context * beyond if beyond > 0 else 0.0)) * output * scale
        it_wh += read * unread if unread > 0 else 0.0
        return answer_usd(self._model.price, answer), it_wh * energy, it_wh * usage + made * (share * latency_s)

    def measured(self, it_wh: Range, attempt: Attempt, concurrency: float | None) -> Impacts:
        """The same attempt with the energy that counters gave."""
        share = self._share(self._at_once(concurrency))
        return self._impacts(ends_of(it_wh), share, attempt, Tier.MEASURED, self._counted)

    def _at_once(self, observed: float | None) -> float | None:
        """What was seen here, or more where the settings say that others use the host too."""
        stated = self._model.concurrency
        return max(observed, stated) if observed is not None and stated is not None else observed or stated

    def _share(self, concurrency: float | None) -> Ends:
        """The part of the machine that is one request's: low, expected, high."""
        if concurrency is None:
            return self._assumed
        part = 1 / concurrency if concurrency > 1 else 1.0
        return part, part, part

    def _impacts(self, it_wh: Ends, share: Ends, attempt: Attempt, tier: Tier, bases: tuple[Basis, ...]) -> Impacts:
        (low, mid, high), taken = share, attempt.latency_s
        low, mid, high = low * taken, mid * taken, high * taken
        made, metals = self._embodied_per_s, self._materials_per_s
        return self._place.impacts(
            it_wh,
            (made.low * low, made.expected * mid, made.high * high),
            (metals.low * low, metals.expected * mid, metals.high * high),
            ends_of(billed_usd(self._model.price, attempt, self._guessed)),
            tier,
            bases,
        )

    def _it_wh(self, attempt: Attempt, concurrency: float | None, share: Ends) -> Ends:
        usage = attempt.usage
        (least, middle, largest), written = share, usage.completion_tokens
        few = some = many = float(written)
        if usage.estimated or not written:
            if not (written or attempt.pieces):
                # Nothing came and nothing was counted: anything up to a busy share of the machine while it took.
                most = self._busy_wh_per_s.high * largest * attempt.latency_s
                return 0.0, most / 2, most
            few, some, many = ends_of(self._tokens_per_piece.scaled(written or attempt.pieces))
        step, token, context, read, held = self._step, self._token, self._context, self._read, self._in_fit
        length = usage.prompt_tokens + some / 2
        beyond = max(length - self._fit.context_in_fit, 0.0)
        inside = self._fits and concurrency is not None and self._covers(concurrency, length)
        scale = self._inside if inside else self._outside
        # The prompt's reading, beyond what the fit's own short prompts hold already.
        uncached = usage.prompt_tokens - usage.cached_tokens
        return (
            (step * least + token + context.low * beyond) * few * scale.low + read.low * max(uncached - held.high, 0.0),
            (step * middle + token + context.expected * beyond) * some * scale.expected
            + read.expected * max(uncached - held.expected, 0.0),
            (step * largest + token + context.high * beyond) * many * scale.high
            + read.high * max(uncached - held.low, 0.0),
        )

    def _covers(self, concurrency: float, context: float) -> bool:
        fit = self._fit
        return fit.concurrency.low <= concurrency <= fit.concurrency.high and context <= fit.context.high


def _read_wh(facts: Facts, hardware: str, active_b: float, watts: float) -> Range:
    """Wh per prompt token: 2 x parameters FLOP at a share of the peak, at full power."""
    peak = facts.find("hardware", hardware, "dense_tflops").value * TERA
    utilisation = Range.of(facts.find("fit", "any", "prefill_utilisation"))
    return utilisation.inverse().scaled(FLOP_PER_PARAMETER * active_b * 1e9 / peak * watts / JOULES_PER_WH)
