"""Masking of single texts: what was replaced, where, by what; and who gets nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from shoal.config.trust import TrustRules
from shoal.errors import MaskingFailed, PermissionDenied
from shoal.trust.keys import RootKey
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.step import MaskingStep
from shoal.trust.masking.texts import MaskedText, TextMasker, counts

MAIL, CARD = "jane@example.org", "4111 1111 1111 1111"


class Broken:
    """A recognizer that breaks."""

    name, types = "broken", ("CLAIM",)

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        raise ZeroDivisionError(texts[0])


def step(*more: Any, ceiling: str = "enforce", **masking: Any) -> MaskingStep:
    rules = {"mode": ceiling, "masking": {"tier": "patterns", **masking}}
    return MaskingStep(TrustRules.model_validate(rules), RootKey(b"k" * 32), more)


def masked(
    texts: Sequence[str], exchange: str = "x", conversation: str | None = None, **rules: Any
) -> list[MaskedText]:
    masker = TextMasker(step(**rules), "default", "k", exchange, conversation)
    return asyncio.run(masker.mask(texts))


@pytest.mark.parametrize(
    ("text", "rules", "found"),
    [
        (f"mail {MAIL} and card {CARD}.", {}, [("EMAIL_ADDRESS", MAIL), ("CREDIT_CARD", CARD)]),
        (f'{{"to": "{MAIL}", "n": 5}}', {}, [("EMAIL_ADDRESS", MAIL)]),
        ('{"to": "j\\u0061ne@example.org"}', {}, [("EMAIL_ADDRESS", "j\\u0061ne@example.org")]),
        ('{"who": "Jane Doe"}', {"fields": {"$.who": "PERSON"}}, [("PERSON", "Jane Doe")]),
        (f"{MAIL} {CARD}", {"surrogates": ["CREDIT_CARD"]}, [("EMAIL_ADDRESS", MAIL), ("CREDIT_CARD", CARD)]),
        (f"{MAIL} {CARD}", {"types": {"EMAIL_ADDRESS": "observe"}}, [("CREDIT_CARD", CARD)]),
        (f"{MAIL} {CARD}", {"ceiling": "observe"}, [("EMAIL_ADDRESS", MAIL), ("CREDIT_CARD", CARD)]),
        ("x " * 2000 + MAIL, {}, [("EMAIL_ADDRESS", MAIL)]),
        ("a <PERSON_k7f3m2qa> of the caller's own", {}, []),
        ("nothing here", {}, []),
        ("", {}, []),
    ],
)
def test_what_was_replaced_and_where(text: str, rules: dict[str, Any], found: list[tuple[str, str]]) -> None:
    (said,) = masked([text], **rules)
    assert [(each.type, text[each.start : each.end]) for each in said.replacements] == found
    for each in said.replacements:
        assert each.placeholder in said.text
        assert text[each.start : each.end] not in said.text


def test_the_same_value_has_the_same_placeholder_in_all_texts() -> None:
    first, second = masked([f"to {MAIL}", f"cc {MAIL}, {MAIL}"])
    assert {each.placeholder for each in (*first.replacements, *second.replacements)} == {first.text[3:]}
    assert counts([first, second]) == {"EMAIL_ADDRESS": 3}


def test_the_scope_decides_what_a_placeholder_outlives() -> None:
    assert masked([MAIL], "one") != masked([MAIL], "two")
    assert masked([MAIL], "one", "talk") == masked([MAIL], "two", "talk")
    assert masked([MAIL], "one", scope="tenant") == masked([MAIL], "two", scope="tenant")


@pytest.mark.parametrize("rules", [{"ceiling": "off"}, {"mode": "off"}, {"mode": "observe"}])
def test_where_nothing_is_masked_nothing_comes_back(rules: dict[str, str]) -> None:
    with pytest.raises(PermissionDenied, match=r"trust\.masking\.mode"):
        TextMasker(step(**rules), "default", "k", "x")


def test_it_fails_closed() -> None:
    masker = TextMasker(step(Broken()), "default", "k", "x")
    with pytest.raises(MaskingFailed) as raised:
        asyncio.run(masker.mask([f"to {MAIL}"]))
    assert MAIL not in repr(raised.value)
    assert raised.value.__context__ is None or raised.value.__suppress_context__
