"""`shoal ask`: a cited answer on a machine with nothing configured, from an argument or standard input."""

from __future__ import annotations

import io
import sys

import pytest

from tests.unit.cli.conftest import Shell

QUESTION = "How do I add a host?"


def test_a_cited_answer_with_nothing_configured(shell: Shell) -> None:
    said = shell("ask", QUESTION)
    assert said.code == 0, said.err
    assert "[1]" in said.out
    assert "\n[1] docs/" in said.out
    assert "(shoal/answer: " in said.err


def test_json_holds_the_answer_the_route_and_the_citations(shell: Shell) -> None:
    told = shell("ask", QUESTION, "--json").json()
    assert told["shoal"]["model"] == "shoal/answer"
    assert told["shoal"]["citations"][0]["collection"] == "shoal-docs"
    assert told["usage"]["completion_tokens"] > 0


def test_a_first_start_goes_with_the_first_question(shell: Shell) -> None:
    said = shell("ask", QUESTION)
    assert "your member key, shown this once, is sk-shoal-" in said.err
    assert "sk-shoal-" not in said.out
    assert "sk-shoal-" not in shell("ask", QUESTION).err


def test_own_documents(shell: Shell) -> None:
    shell.write("handbook/leave.md", "# Leave\n\nEverybody has 30 days of leave a year.\n")
    shell("ground", "add", "handbook", "--collection", "handbook")
    told = shell("ask", "--collection", "handbook", "How many days of leave do I have?", "--json").json()
    assert "30 days of leave" in told["answer"]


def test_the_question_from_standard_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(QUESTION + "\n"))
    assert "[1]" in shell("ask").out


def test_a_dash_puts_standard_input_behind_the_words(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from shoal.cli.ask import _question

    monkeypatch.setattr(sys, "stdin", io.StringIO("A long report."))
    assert _question(["Summarise this in 20 words:", "-"]) == "Summarise this in 20 words:\n\nA long report."


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_question_is_wrong_usage(shell: Shell, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert shell("ask").code == 2


def test_a_model_can_be_named(shell: Shell) -> None:
    said = shell("ask", "--model", "shoal/triage-banking", "My card still has not arrived")
    assert said.out == "card_arrival\n"


def test_without_passages_auto_says_that_it_does_not_know(shell: Shell) -> None:
    told = shell("ask", "--ungrounded", QUESTION, "--json").json()
    assert told["shoal"]["model"] == "auto"
    assert "add a host" in told["answer"]


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (["--model", "shoal/anwser"], "did you mean 'shoal/answer'?"),
        (["--collection", "shoal-dcos"], "did you mean 'shoal-docs'?"),
    ],
)
def test_a_slip_is_named_with_its_fix(shell: Shell, words: list[str], fix: str) -> None:
    said = shell("ask", *words, QUESTION)
    assert (said.code, said.out) == (4, "")
    assert fix in said.err


def test_a_key_that_is_wrong_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_API_KEY", "sk-shoal-wrong-key")
    assert shell("ask", QUESTION).code == 4
