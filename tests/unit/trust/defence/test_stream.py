"""One text on its way out: marks first, then the canary."""

from __future__ import annotations

import pytest

from shoal.trust.defence.canary import Canary
from shoal.trust.defence.datamarking import Marks
from shoal.trust.defence.stream import Guarded, Stopped
from shoal.trust.defence.tally import Tally
from shoal.trust.masking.placeholders import Scope

SCOPE = Scope(b"k" * 32)
TOKEN = Canary(SCOPE).token
MARKS = Marks(SCOPE, "mark", "delimit", lambda _: False)


def guarded(block: bool = True) -> tuple[Guarded, Tally]:
    tally = Tally("enforce", "block")
    found = Guarded(tally, block)
    found.marks, found.canary = MARKS, Canary(SCOPE)
    return found, tally


def test_nothing_to_guard() -> None:
    found = Guarded(Tally("off", "block"), True)
    assert found.idle
    stream = found.stream()
    assert (stream.feed(TOKEN), stream.close(), found.whole(TOKEN)) == (TOKEN, "", TOKEN)


def test_a_canary_between_marks_is_found() -> None:
    found, tally = guarded()
    stream = found.stream()
    assert not found.idle
    stream.feed(MARKS.character.join(TOKEN[:9]))
    assert stream.holds
    with pytest.raises(Stopped):
        stream.feed(TOKEN[9:])
    with pytest.raises(Stopped):
        found.whole(f"x {MARKS.character.join(TOKEN)}")
    assert tally.found == 2


def test_what_is_held_back_for_both_comes_out_in_the_end() -> None:
    found, _ = guarded()
    stream = found.stream()
    out = stream.feed(f"a {TOKEN[:6]} [[dat")
    assert out + stream.close() == f"a {TOKEN[:6]} [[dat"


def test_a_flag_holds_nothing_back_and_counts_once() -> None:
    found, tally = guarded(block=False)
    stream = found.stream()
    assert [stream.feed(TOKEN[:8]), stream.feed(TOKEN[8:]), stream.feed(TOKEN)] == [TOKEN[:8], TOKEN[8:], TOKEN]
    assert not stream.holds
    assert stream.close() == ""
    assert found.whole(TOKEN) == TOKEN
    assert tally.found == 2
