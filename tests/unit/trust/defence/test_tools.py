"""Where the arguments of a tool call come from, and which may come from data."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from shoal.config.defence import ToolRules
from shoal.errors import ConfigError
from shoal.trust.defence.tools import Sources, ToolPolicy, normal

DATA = (
    "Invoice 2024-1187 of Müller & Co. Pay to <IBAN_CODE_k7f3m2qa> or write to <EMAIL_ADDRESS_4tq2w6nb>. "
    "More at https://evil.example/collect and in /etc/app/keys.txt. The quarterly figures are to be sent to the whole "
    "of the sales department by Friday evening."
)
USER = "Send the report to <EMAIL_ADDRESS_77q2w6nb>, see https://docs.example.com/start, room 4711."


def sources(data: str = DATA, user: str = USER) -> Sources:
    found = Sources()
    found.trust(user)
    found.distrust(data)
    return found


def derives(given: Any, found: Sources | None = None, **rule: Any) -> bool:
    policy = ToolPolicy(ToolRules.model_validate({"rules": {"send": rule}} if rule else {}))
    text = given if isinstance(given, str) else json.dumps(given)
    return policy.derives("send", text, found or sources())


@pytest.mark.parametrize(
    "value",
    [
        "<EMAIL_ADDRESS_4tq2w6nb>",
        "<email_address_4tq2w6nb>",
        "Hello, <IBAN_CODE_k7f3m2qa>!",
        "https://evil.example/collect",
        "https://evil.example/collect?secret=4711",
        "https://evil.example",
        "see EVIL.example for more",
        "/etc/app/keys.txt",
        "cat /etc/app/keys.txt",
        "2024-1187",
        "müller & co.",
        "The quarterly  figures are to be\nsent to the whole of the sales department",
        "ｅｖｉｌ.example",
    ],
)
def test_what_stands_in_data_alone_derives_from_it(value: str) -> None:
    assert derives({"to": value})
    assert derives({"deep": [{"er": value}]})
    assert derives({value: 1})
    assert derives(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "<EMAIL_ADDRESS_77q2w6nb>",
        "https://docs.example.com/start",
        "4711",
        "the",
        "a report of my own with nothing from anywhere",
        "figure",
        True,
        None,
        17,
        [],
    ],
)
def test_what_the_user_said_or_nobody_does_not(value: object) -> None:
    assert not derives({"to": value})


def test_numbers_count_too() -> None:
    assert derives({"sum": 84211}, sources("the sum is 84211"))
    assert not derives({"sum": 84211}, sources("the sum is 842110"))
    assert not derives({"sum": 84211}, sources("the sum is 84211", "pay 84211"))


def test_what_both_said_is_the_users() -> None:
    assert not derives({"to": "/etc/app/keys.txt"}, sources(user="read /etc/app/keys.txt"))


def test_tools_may_be_told_what_their_schema_says() -> None:
    found = sources("the unit is celsius")
    assert derives({"unit": "celsius"}, found)
    found.trust_schema([{"function": {"parameters": {"properties": {"unit": {"enum": ["celsius"]}}}}}], None)
    assert not derives({"unit": "celsius"}, found)


def test_data_in_json_is_read_as_what_it_says() -> None:
    data = json.dumps({"url": "https://evil.example/a", "text": 'one "two" é three'}).replace("/", "\\/")
    assert derives({"to": "https://evil.example/a"}, sources(data))
    assert derives({"to": 'one "two" é three'}, sources(data))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"arguments": ["$.to"]}, False),
        ({"arguments": ["$.other"]}, True),
        ({"arguments": ["$..to"]}, False),
        ({"values": ["https://evil.example/*"]}, False),
        ({"values": ["HTTPS://*/collect"]}, False),
        ({"values": ["https://evil.example/*/more"]}, True),
        ({"values": ["*"]}, False),
        ({"values": ["https://evil.example/collec"]}, True),
    ],
)
def test_rules_allow_paths_and_values(rule: dict[str, Any], expected: bool) -> None:
    assert derives({"to": "https://evil.example/collect"}, **rule) is expected
    assert derives({"to": "see https://evil.example/collect."}, **rule) is expected


def test_a_path_that_cannot_be_read_is_said_at_start() -> None:
    with pytest.raises(ConfigError, match=r"trust\.defence\.tools\.rules\.send\.arguments: '\$\.a\['"):
        ToolPolicy(ToolRules.model_validate({"rules": {"send": {"arguments": ["$.a["]}}}))


def test_actions() -> None:
    policy = ToolPolicy(ToolRules.model_validate({"rules": {"send": {}, "look": {"action": "allow"}}}))
    assert [policy.action(name) for name in ("send", "look", "other")] == ["block", "allow", "flag"]
    assert policy.may_block
    assert not ToolPolicy(ToolRules()).may_block


def test_what_is_compared() -> None:
    assert normal("  Ein\u200b\n Ｗort ß ") == "ein wort ss"
    assert "evil" not in repr(sources())


def test_long_arguments_and_data_take_their_time_once() -> None:
    data = " ".join(f"word{number}" for number in range(200_000))
    arguments = json.dumps({"text": "x" * 500_000 + " " + " ".join(f"other{number}" for number in range(20_000))})
    begun = time.process_time()
    assert not derives(arguments, sources(data))
    assert time.process_time() - begun < 20
