"""Sensitive text never shows."""

import pytest

from shoal.trust.sensitive import Sensitive


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
