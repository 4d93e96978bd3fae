"""Tags of an exchange: where they come from, and whose word counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shoal.chat import Chat, ShoalOptions
from shoal.exchange import tags_of
from shoal.identity import Key, Role
from shoal.testing import ScriptedModel
from tests.unit.outer_ring import HELLO, Outer

TAGGED = Key("k", "t", Role.MEMBER, tags=(("app", "reports"),), team="lab", user="usr_1")
PLAIN = Key("k", "t", Role.MEMBER)


@pytest.mark.parametrize(
    ("key", "named", "metadata", "said", "tags"),
    [
        (PLAIN, (), {"app": "m"}, {}, {}),
        (PLAIN, ("app",), {"app": "m", "user_id": "ada"}, {}, {"app": "m"}),
        (PLAIN, ("app",), {"app": "m"}, {"app": "said"}, {"app": "said"}),
        (TAGGED, ("app",), {"app": "m"}, {"app": "said", "task": "x"}, {"app": "reports", "task": "x"}),
        (PLAIN, ("app", "n"), {"app": "x" * 300, "n": 7}, {}, {"app": "x" * 256}),
        (PLAIN, ("app",), {"app": "a\0b"}, {}, {"app": "ab"}),
        (PLAIN, ("app",), "no object", {}, {}),
        (PLAIN, ("app",), None, {}, {}),
    ],
)
def test_tags(key: Key, named: tuple[str, ...], metadata: Any, said: dict[str, str], tags: dict[str, str]) -> None:
    house = replace(Outer(ScriptedModel(name="m")).house, metadata_tags=named)
    chat = Chat("m", HELLO, shoal=ShoalOptions(tags=said), options={"metadata": metadata})
    assert tags_of(house, key, chat) == tags


def test_the_record_names_the_keys_team_and_user() -> None:
    outer = Outer(ScriptedModel(name="m"))
    outer.ask("m", TAGGED)
    record = outer.records[0]
    assert (record.team, record.user, record.tags) == ("lab", "usr_1", {"app": "reports"})
