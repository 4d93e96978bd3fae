"""Bounds: what a figure of an operator's own table can be at all. One that Shoal would divide by must not be zero. It
does not know whether a figure is true."""

from __future__ import annotations

from typing import Final

from shoal.facts.fact import Fact

# All energy over a part of it is 1 at least.
OVERHEADS: Final = frozenset({"pue", "whole_pue", "host_ratio"})
SHARES: Final = frozenset({"mfu", "mfu_fp8", "memory_share", "busy_share", "prefill_utilisation"})
DIVISORS: Final = SHARES | {
    *("dense_tflops", "dense_tflops_8", "dense_tflops_32", "memory_gb", "layer_aspect", "t_per_home"),
    *("gpus", "vcpus", "lifetime_years", "concurrency", "busy_w", "cpu_w", "device_w"),
}


def beyond(fact: Fact) -> str | None:
    """What is wrong with a figure that cannot be, as the end of a sentence; None where it can."""
    if fact.quantity in OVERHEADS and fact.low < 1:
        return f"'{fact.quantity}' is 1 or more, not {fact.low:g}: all energy over that of the part"
    if fact.quantity in DIVISORS and fact.low <= 0:
        return f"'{fact.quantity}' is above 0"
    if fact.quantity in SHARES and fact.high > 1:
        return f"'{fact.quantity}' is a share, 1 at most, not {fact.high:g}"
    return None
