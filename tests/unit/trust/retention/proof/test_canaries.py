"""Canaries: nobody guesses them, every route has its own, and masking knows the personal ones."""

from __future__ import annotations

import random

import pytest

from shoal.config.trust import TrustRules
from shoal.trust.keys import RootKey
from shoal.trust.masking.step import MaskingStep
from shoal.trust.retention.proof.canaries import MASKED, Canaries, luhn_digit


def test_check_digits() -> None:
    assert luhn_digit("411111111111111") == "1"
    assert luhn_digit("7992739871") == "3"


def test_every_route_has_its_own_and_keeps_them() -> None:
    canaries = Canaries()
    first, second = canaries.of("a"), canaries.of("b")
    assert canaries.of("a") is first
    values = [each.value for each in canaries]
    assert len(set(values)) == len(values) == 8
    assert all(value.startswith((canaries.run, canaries.digits)) for value in values)
    assert not {each.value for each in Canaries()} & set(values)
    assert second.card.value + "" not in repr(second)


def test_masking_takes_the_personal_ones_out_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same draws in every run: of 72,000 others, too, none was missed."""
    monkeypatch.setattr("shoal.trust.retention.proof.canaries.secrets.choice", random.Random(1).choice)
    rules = MaskingStep(TrustRules.model_validate({"masking": {"tier": "fast"}}), RootKey(b"k" * 32)).rules("t")
    for route in range(20):
        planted = Canaries().of(str(route))
        (found,) = rules.detector.find([planted.prompt])
        texts = [planted.prompt[each.start : each.end] for each in found]
        assert {getattr(planted, kind).value for kind in MASKED} <= set(texts)
