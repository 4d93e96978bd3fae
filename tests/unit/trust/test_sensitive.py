"""Sensitive text never shows."""

from collections.abc import Callable

import pytest

from shoal.chat import Chat, Choice, Message, Part, Passage, Piece, Trust
from shoal.trust.defence.calls import CallState
from shoal.trust.defence.sieve import Unit as Sentence
from shoal.trust.defence.stream import Guarded
from shoal.trust.defence.tally import Tally
from shoal.trust.masking.blocks import Block
from shoal.trust.masking.classifier import _Piece
from shoal.trust.masking.labelled import LabelledText
from shoal.trust.masking.strings import Text
from shoal.trust.masking.values import Stored
from shoal.trust.monitoring.check import Finding, Stretch
from shoal.trust.monitoring.support import Index
from shoal.trust.monitoring.units import Unit
from shoal.trust.retention.feedback import Said
from shoal.trust.sensitive import Sensitive

SAID = "Jane Doe was in Paris in 1987."
HOLDERS: tuple[Callable[[], object], ...] = (
    lambda: Part("text", Trust.USER, {"type": "text", "text": SAID}),
    lambda: Message.of("user", SAID),
    lambda: Chat("m", (Message.of("user", SAID),)),
    lambda: Passage("1", "c", "a.md", "Title", SAID),
    lambda: Choice({"content": SAID}),
    lambda: Piece.of(SAID),
    lambda: Block(SAID, [(0, len(SAID))]),
    lambda: _Piece(0, SAID, 0, 0, 1),
    lambda: LabelledText(SAID),
    lambda: Text(SAID, Trust.USER, (SAID,)),
    lambda: Stored("PERSON", Sensitive(SAID)),
    lambda: Stretch(SAID, SAID),
    lambda: Finding(doubtful=(SAID, {})),
    lambda: Unit(SAID, SAID),
    lambda: Sentence(SAID, ()),
    lambda: Index.of([Passage("1", "c", "a.md", "Title", SAID)]),
    lambda: Said(reason=Sensitive(SAID), edited=Sensitive(SAID)),
    lambda: CallState(
        "function", "send", Guarded(Tally("off", "flag"), False).stream(), True, True, [SAID], {"arguments": SAID}
    ),
)


@pytest.mark.parametrize(
    "show", [repr, str, "{}".format, "%s".__mod__, lambda held: repr([held]), lambda held: f"{held!s}"]
)
def test_nothing_shows_the_text(show) -> None:  # type: ignore[no-untyped-def]
    assert "Jane" not in show(Sensitive("Jane Doe"))
    assert "8 characters" in show(Sensitive("Jane Doe"))


def test_it_compares_like_its_text() -> None:
    assert Sensitive("a") == Sensitive("a")
    assert Sensitive("a") != Sensitive("b")
    assert Sensitive("a") != "a"
    assert len({Sensitive("a"), Sensitive("a"), Sensitive("b")}) == 2
    assert Sensitive("Jane").reveal() == "Jane"
    assert len(Sensitive("Jane")) == 4


@pytest.mark.parametrize("holder", HOLDERS)
def test_nothing_that_holds_text_shows_it(holder: Callable[[], object]) -> None:
    shown = repr(holder())
    assert not [word for word in ("Jane", "Doe", "doe", "Paris", "pari", "1987") if word in shown]
