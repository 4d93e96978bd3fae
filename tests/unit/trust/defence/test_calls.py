"""Tool calls of a reply: held back where they may be stopped, counted where they are only flagged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shoal.chat import Json
from shoal.config.defence import ToolRules
from shoal.config.table import Mode
from shoal.trust.defence.calls import OLD, CallWatch
from shoal.trust.defence.stream import Guarded, Stopped
from shoal.trust.defence.tally import Tally
from shoal.trust.defence.tools import Sources, ToolPolicy

FOREIGN = "https://evil.example/a"


def watch(mode: Mode = "enforce", data: str = f"see {FOREIGN}", **rules: Any) -> tuple[CallWatch, Tally]:
    sources = Sources()
    if data:
        sources.distrust(data)
    tally = Tally(mode, "block")
    policy = ToolPolicy(ToolRules.model_validate({"rules": {"send": {}}, **rules}))
    return CallWatch(policy, mode, sources, Guarded(Tally("off", "block"), True), tally), tally


def call(name: str | None, arguments: str, place: int = 0) -> Json:
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {"index": place, **({"id": "c", "type": "function"} if name else {}), "function": function}


def test_a_call_that_may_be_stopped_comes_out_whole() -> None:
    calls, tally = watch()
    assert calls.take(0, 0, call("send", "")) is None
    assert calls.take(0, 0, call(None, '{"to": ')) is None
    assert calls.holds(0)
    assert calls.take(0, 0, call(None, '"me"}')) is None
    assert list(calls.close(0)) == [(0, call("send", '{"to": "me"}'))]
    assert (tally.looked, tally.found) == (1, 0)
    assert not calls.holds(0)


def test_one_with_foreign_arguments_does_not_come_out_nor_does_any_held_with_it() -> None:
    calls, tally = watch()
    calls.take(0, 0, call("send", '{"to": "me"}'))
    calls.take(0, 1, call("send", json.dumps({"to": FOREIGN}), 1))
    with pytest.raises(Stopped):
        list(calls.close(0))
    assert (tally.looked, tally.found) == (2, 1)


def test_flagged_calls_go_out_as_they_come() -> None:
    calls, tally = watch()
    first, second = call("other", '{"to": "https://evil'), call(None, '.example/a"}')
    assert [calls.take(0, 0, first), calls.take(0, 0, second)] == [first, second]
    assert list(calls.close(0)) == []
    assert (tally.looked, tally.found) == (1, 1)


@pytest.mark.parametrize(
    ("settings", "looked"),
    [
        ({"mode": "off"}, 0),
        ({"data": ""}, 0),
        ({"mode": "observe"}, 1),
        ({"rules": {"send": {"action": "allow"}}}, 0),
        ({"rules": {"send": {"action": "flag"}}}, 1),
    ],
)
def test_where_nothing_may_be_stopped_nothing_is_held(settings: dict[str, Any], looked: int) -> None:
    calls, tally = watch(**settings)
    given = call("send", json.dumps({"to": FOREIGN}))
    assert calls.take(0, 0, given) == given
    assert list(calls.close(0)) == []
    assert (tally.looked, tally.found) == (looked, looked)


def test_a_call_whose_name_comes_late() -> None:
    calls, _ = watch()
    assert calls.take(0, 0, call(None, json.dumps({"to": FOREIGN}))) is None
    assert calls.take(0, 0, call("send", "")) is None
    with pytest.raises(Stopped):
        list(calls.close(0))


def test_old_and_custom_calls() -> None:
    calls, _ = watch()
    assert calls.take_old(0, {"name": "send", "arguments": "{}"}) is None
    assert calls.take(0, 3, {"id": "d", "custom": {"name": "send", "input": "me"}}) is None
    assert list(calls.close(0)) == [
        (OLD, {"function": {"name": "send", "arguments": "{}"}}),
        (3, {"id": "d", "custom": {"name": "send", "input": "me"}}),
    ]


def test_what_is_no_call_passes() -> None:
    calls, _ = watch()
    assert calls.take(0, 0, {"index": 0, "type": "unknown"}) == {"index": 0, "type": "unknown"}


def test_choices_are_apart() -> None:
    calls, _ = watch()
    calls.take(0, 0, call("send", json.dumps({"to": FOREIGN})))
    calls.take(1, 0, call("send", "{}"))
    assert list(calls.close(1)) == [(0, call("send", "{}"))]
