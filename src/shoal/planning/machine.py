"""Machine: an accelerator as training sees it: peak, share of it that is reached, power, memory, making and rent. All
of it comes from the facts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from shoal.errors import ConfigError
from shoal.facts.tables import Facts
from shoal.impacts import Range

TERA = 1e12
HOURS_PER_YEAR = 365.25 * 24
# The facts' names of a peak by the bits that are computed with.
PEAKS = {16: "dense_tflops", 8: "dense_tflops_8", 32: "dense_tflops_32"}
ANY = "any"


@dataclass(frozen=True, slots=True)
class Machine:
    """A device. `peak` in FLOP/s, dense; `mfu` the share of it that runs reach, waiting and restarts in it; `power_w`
    with the share of the host, `measured` where that was published for whole systems; `embodied_kg` and
    `materials_kgsbeq` of its making with the share of the server, spread over `life_h` busy hours."""

    name: str
    peak: float
    mfu: Range
    power_w: Range
    measured: bool
    memory_gb: float
    embodied_kg: Range
    materials_kgsbeq: Range
    life_h: Range


def find_machine(facts: Facts, name: str, precision: int = 16) -> Machine:
    """The device called so ("h100", "TPU v4"). Raises ConfigError that names the nearest, and for a precision that it
    does not compute in."""
    subject = subject_of(facts, name)
    peak = facts.get("hardware", subject, PEAKS[precision])
    if peak is None:
        raise ConfigError(f"hardware '{subject}' has no peak for {precision} bit: take another precision or hardware")
    power, measured = _power(facts, subject)
    return Machine(
        subject,
        peak.value * TERA,
        _mfu(facts, subject, precision),
        power,
        measured,
        facts.find("hardware", subject, "memory_gb").value,
        _with_server(facts, "embodied_kg", subject),
        _with_server(facts, "materials_kgsbeq", subject),
        _life_h(facts),
    )


def subject_of(facts: Facts, name: str) -> str:
    """The name under which the facts know it: "TPU v4" is "tpu-v4". Raises ConfigError that names the nearest."""
    subject = "-".join(name.lower().split())
    known = facts.subjects("hardware")
    if subject not in known:
        close = difflib.get_close_matches(subject, known, 3, 0.4)
        there = f"the nearest are {', '.join(close)}" if close else f"there is {', '.join(known)}"
        raise ConfigError(f"hardware '{name}' is not known; {there}")
    return subject


def offers(facts: Facts) -> Mapping[str, frozenset[str]]:
    """Who lets which device: `offers["tpu-v4"]` is {"gcp"}; "any" stands for machines anywhere."""
    found: dict[str, set[str]] = {}
    for subject in facts.subjects("rent"):
        provider, slash, device = subject.partition("/")
        if slash:
            found.setdefault(device, set()).add(provider)
    return {device: frozenset(providers) for device, providers in sorted(found.items())}


def rent_usd(facts: Facts, device: str, provider: str) -> Range | None:
    """USD per device and hour at a provider, else anywhere; low with a contract for years. None where no price is
    known."""
    fact = facts.get("rent", f"{provider}/{device}", "usd_per_h") or facts.get("rent", f"{ANY}/{device}", "usd_per_h")
    return None if fact is None else Range.of(fact) * Range.of(facts.find("rent", ANY, "paid_share"))


def _power(facts: Facts, device: str) -> tuple[Range, bool]:
    whole = facts.get("hardware", device, "system_w")
    if whole is not None:
        return Range.of(whole), whole.source.checked != "own"
    rated = facts.find("hardware", device, "tdp_w")
    return Range.of(rated) * Range.of(facts.find("server", "gpu-server", "host_ratio")), False


def _mfu(facts: Facts, device: str, precision: int) -> Range:
    if precision == 8:
        return Range.of(facts.find("training", ANY, "mfu_fp8"))
    return Range.of(facts.get("training", device, "mfu") or facts.find("training", ANY, "mfu"))


def _with_server(facts: Facts, quantity: str, device: str) -> Range:
    """Making the device and its share of the server; low without the server. A device without a figure of its own gets
    that of any."""
    own = facts.get("hardware", device, quantity) or facts.find("server", "gpu", quantity)
    share = Range.of(facts.find("server", "gpu-server", quantity))
    part = share.scaled(1 / facts.find("server", "gpu-server", "gpus").value)
    return Range.of(own) + Range(0.0, part.expected, part.high)


def _life_h(facts: Facts) -> Range:
    """The hours that a machine works in its life."""
    years = Range.of(facts.find("server", ANY, "lifetime_years"))
    return (years * Range.of(facts.find("server", ANY, "busy_share"))).scaled(HOURS_PER_YEAR)
