"""The canary: the same in every turn, and found in every coat and cut."""

from __future__ import annotations

import base64
import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.defence.canary import LENGTH, MOST_HELD, SURE, Canary
from shoal.trust.masking.placeholders import Scope

CANARY = Canary(Scope(b"k" * 32))
TOKEN = CANARY.token
FORMS = {
    "as it is": TOKEN,
    "capitals": TOKEN.upper(),
    "spaced": " ".join(TOKEN),
    "parted": "-\n".join(TOKEN),
    "backwards": TOKEN[::-1],
    "spaced backwards": ". ".join(TOKEN[::-1]).upper(),
    "full width": "".join(chr(ord(letter) + 0xFEE0) for letter in TOKEN),
    "hex": TOKEN.encode().hex(),
    "spaced hex": TOKEN.encode().hex(" ").upper(),
    "rot13": codecs.encode(TOKEN, "rot13"),
    **{f"base64 after {at}": base64.b64encode(b"x" * at + TOKEN.encode() + b"yz").decode() for at in range(4)},
    "base64 of capitals": base64.b64encode(TOKEN.upper().encode()).decode(),
    "base64 in lines": "\n".join(base64.b64encode(f"the end {TOKEN}".encode()).decode()),
}


def watched(pieces: list[str]) -> tuple[str, bool]:
    watcher = CANARY.watcher()
    out = "".join([*map(watcher.feed, pieces), watcher.close()])
    return out, watcher.found


def test_it_belongs_to_its_scope() -> None:
    assert len(TOKEN) == LENGTH
    assert Canary(Scope(b"k" * 32)).token == TOKEN
    assert Canary(Scope(b"o" * 32)).token != TOKEN
    assert TOKEN in CANARY.note
    assert TOKEN not in repr(CANARY)


@pytest.mark.parametrize("form", FORMS)
def test_it_is_found_in_every_form(form: str) -> None:
    assert CANARY.shown_in(f"it says: {FORMS[form]}!")
    assert watched([f"it says: {FORMS[form]}!"]) == ("", True)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11])
def test_it_is_found_however_it_is_cut(form: str, size: int) -> None:
    text = f"It says: {FORMS[form]}!"
    out, found = watched([text[at : at + size] for at in range(0, len(text), size)])
    assert found
    shown = "".join(character for character in out.removeprefix("It says: ") if character.isalnum())
    # Of base64, what stands before the canary goes out too.
    assert len(shown) < SURE + 12


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=20), st.text(max_size=20), st.data())
def test_it_is_found_for_every_split(form: str, before: str, after: str, data: st.DataObject) -> None:
    text = f"{before} {FORMS[form]} {after}"
    pieces = []
    while text:
        size = data.draw(st.integers(1, len(text)))
        pieces.append(text[:size])
        text = text[size:]
    assert watched(pieces)[1]


@given(st.lists(st.text("abc \n" + TOKEN[:6], max_size=12)))
def test_other_text_goes_out_as_it_came(pieces: list[str]) -> None:
    out, found = watched(pieces)
    assert (out, found) == ("".join(pieces), False)


@given(st.integers(1, LENGTH - 1), st.text(max_size=30))
def test_a_beginning_of_it_comes_out_in_the_end(size: int, after: str) -> None:
    text = f"x {TOKEN[:size]} zz{after}"
    out, found = watched([*text])
    assert found == CANARY.shown_in(text)
    assert found or out == text


def test_only_what_may_become_it_is_held_back() -> None:
    watcher = CANARY.watcher()
    assert watcher.feed(f"one {TOKEN[: SURE - 1]}") == f"one {TOKEN[: SURE - 1]}"
    assert watcher.feed(TOKEN[SURE - 1 : SURE + 2]) == ""
    assert watcher.holds
    assert watcher.feed("! two ") == TOKEN[SURE - 1 : SURE + 2] + "! two " or watcher.holds
    assert watcher.feed("zz") != ""
    assert not watcher.holds


def test_a_gap_too_long_lets_go() -> None:
    watcher = CANARY.watcher()
    out = watcher.feed(TOKEN[:8])
    for _ in range(MOST_HELD + 1):
        out += watcher.feed(" ")
    assert out.startswith(TOKEN[:8])


@pytest.mark.parametrize("form", ["parted", "full width", "no width between", "each an escape", "capitals"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
def test_in_arguments_it_is_found_behind_escapes(form: str, size: int) -> None:
    forms = {
        **FORMS,
        "no width between": "\u200b".join(TOKEN),
        "each an escape": TOKEN,
    }
    text = json.dumps({"body": f"It says: {forms[form]}!"})
    if form == "each an escape":
        text = text.replace(TOKEN, "".join(f"\\u{ord(letter):04X}" for letter in TOKEN))
    watcher = CANARY.watcher(is_json=True)
    out = "".join([*map(watcher.feed, (text[at : at + size] for at in range(0, len(text), size))), watcher.close()])
    assert watcher.found
    assert len(out) < len('{"body": "It says: ') + 4 * 6 + 4


@given(st.lists(st.sampled_from(["\\", "u", "00", "41", TOKEN[:4], TOKEN[4:9], "x", '"', "n", "\\n"]), max_size=30))
def test_arguments_come_through_exactly(pieces: list[str]) -> None:
    watcher = CANARY.watcher(is_json=True)
    out = "".join([*map(watcher.feed, pieces), watcher.close()])
    assert watcher.found or out == "".join(pieces)
