"""The contract of `Monitor`, run on the cascade that comes with Shoal, with and without its encoder, on one as a
plug-in would bring it, and on both together."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from shoal.trust.monitoring.cascade import load_cascade
from shoal.trust.monitoring.joined import joined
from tests.contract.monitor_suite import CHECKS, Subject
from tests.unit.trust.monitoring.scene import BAD, MildMonitor

# Put together here, so that the file holds no sentence that is one.
CRUDE = "You are such a " + "".join(map(chr, (97, 115, 115, 104, 111, 108, 101))) + "."


@cache
def subjects() -> dict[str, Subject]:
    mild = MildMonitor()
    return {
        "plug-in": Subject(mild, f"Now {BAD} at them.", "violence"),
        "cascade": Subject(load_cascade(), CRUDE, "profanity"),
        "linear": Subject(load_cascade().without_encoder(), CRUDE, "profanity"),
        "both": Subject(joined(load_cascade(), [mild]), f"Now {BAD} at them.", "violence"),
    }


@pytest.mark.parametrize("name", ["plug-in", "cascade", "linear", "both"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(name: str, check: Callable[[Subject], None]) -> None:
    check(subjects()[name])
