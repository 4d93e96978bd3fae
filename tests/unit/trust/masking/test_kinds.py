"""The entity types: each of them once, and settings that name others."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.config.trust import Masking
from shoal.errors import ConfigError
from shoal.trust.masking.kinds import CLASSIFIER, check_types, kinds, unknown_types
from shoal.trust.masking.recognizers import builtin


def test_every_type_stands_there_once_with_a_source() -> None:
    found = kinds()
    names = [each.type for each in found]
    assert names == sorted(set(names))
    assert set(names) >= {each.type for each in builtin()} | {"PERSON", "ADDRESS", "PERIOD"}
    assert all(each.sources and all(each.sources) for each in found)


@pytest.mark.parametrize(
    ("name", "country", "score", "context_score", "context"),
    [("NL_BSN", "nl", 0.3, 0.9, True), ("CREDIT_CARD", "", 0.85, 1.0, False), ("PERSON", "", None, None, False)],
)
def test_what_is_known_of_a_type(
    name: str, country: str, score: float | None, context_score: float | None, context: bool
) -> None:
    (kind,) = [each for each in kinds() if each.type == name]
    assert (kind.country, kind.score, kind.context_score) == (country, score, context_score)
    assert kind.context is context
    assert (kind.sources == (CLASSIFIER,)) is (score is None)


@pytest.mark.parametrize(
    ("settings", "place", "fix"),
    [
        ({"types": {"PERSN": "off"}}, "types", "did you mean 'PERSON'?"),
        ({"types": {"QQQ": "off"}}, "types", "'shoal policy types' lists them"),
        ({"surrogates": ["CREDITCARD"]}, "surrogates", "did you mean 'CREDIT_CARD'?"),
        ({"tools": {"mail": {"grant": ["EMAIL_ADRESS"]}}}, "tools.mail.grant", "did you mean 'EMAIL_ADDRESS'?"),
    ],
)
def test_a_type_that_nobody_knows_is_named_with_the_nearest(settings: dict[str, Any], place: str, fix: str) -> None:
    with pytest.raises(ConfigError) as raised:
        check_types(Masking.model_validate(settings))
    assert f"trust.masking.{place}: " in raised.value.message
    assert raised.value.message.endswith(fix)


def test_lists_fields_and_plug_ins_bring_types_of_their_own() -> None:
    own = {
        "types": {"PROJECT": "off", "CUSTOMER": "enforce", "STAFF": "observe", "CLAIM": "enforce", "URL": "enforce"},
        "deny": {"PROJECT": ["Heron"]},
        "fields": {"$.id": "CUSTOMER"},
        "gazetteers": {"STAFF": "staff.txt"},
        "tools": {"*": {"grant": ["*"]}},
    }
    settings = Masking.model_validate(own)
    assert list(unknown_types(settings, ["CLAIM"])) == []
    (fault,) = unknown_types(settings)
    assert "'CLAIM'" in fault
