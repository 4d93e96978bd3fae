"""What goes to standard output, what to standard error, and what a terminal must not see."""

from __future__ import annotations

import io
import json
import sys

import pytest

from shoal.cli import output
from shoal.errors import HostRejected, UnknownModel


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("back\x08\r\x7f\x9b space", "back space"),
        ("Zoë 🐟", "Zoë 🐟"),
    ],
)
def test_text_cannot_steer_the_terminal(text: str, shown: str) -> None:
    assert output.plain(text) == shown


def test_a_table_for_programs_has_tabs_and_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("name", "size"), [("one\ttwo", 3), ("x", None)])
    assert capsys.readouterr().out == "name\tsize\none two\t3\nx\t\n"
    output.table(("name", "size"), ())
    assert capsys.readouterr().out == ""


def test_a_table_for_people_has_headings_and_reads_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    output.table(("name", "size"), [("[red]fish[/red]", 3)])
    shown = screen.getvalue()
    assert "name" in shown
    assert "[red]fish[/red]" in shown


def test_a_narrow_terminal_cuts_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "40")):
        monkeypatch.setenv(name, value)
    cells = [f"{number}.00123456 (1.5e-05 to 2.5)" for number in range(8)]
    output.table([f"column-{number}" for number in range(8)], [cells])
    words = screen.getvalue().split()
    assert {f"{number}.00123456" for number in range(8)} < set(words)
    assert words.count("(1.5e-05") == 8
    assert "column-7" in words


def test_a_table_aside_leaves_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("name", "size"), [("x", 3)], aside=True)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "name\tsize\nx\t3\n")


def test_text_for_programs_is_exact(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output.say_exactly("a\r\n\x1b[0m \ud800")
    assert capfdbinary.readouterr().out == b"a\r\n\x1b[0m \xed\xa0\x80"


def test_json_is_one_line_and_keeps_letters(capsys: pytest.CaptureFixture[str]) -> None:
    output.say_json({"name": "Zoë\n"})
    out = capsys.readouterr().out
    assert out == '{"name": "Zoë\\n"}\n'


def test_a_hosts_own_words_are_shown_to_who_asked(capsys: pytest.CaptureFixture[str]) -> None:
    output.say_error(HostRejected("the host refused the request", host="lab", detail="too \x1blong"), as_json=False)
    assert capsys.readouterr().err == "shoal: the host refused the request\nthe host says: too long\n"


def test_an_error_goes_to_standard_error_each_fault_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.say_error(UnknownModel("one\ntwo", param="model"), as_json=True)
    said = capsys.readouterr()
    assert said.err == "shoal: one\nshoal: two\n"
    assert json.loads(said.out)["error"] == {
        "message": "one\ntwo",
        "type": "invalid_request_error",
        "code": "model_not_found",
        "param": "model",
    }
