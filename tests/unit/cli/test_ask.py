"""`shoal ask`: a cited answer on a machine with nothing configured, from an argument or standard input."""

from __future__ import annotations

import asyncio
import io
import sys

import pytest

from shoal.testing import ScriptedHost, Step, answers, fails, refused, stream
from tests.unit.cli.conftest import Said, Shell

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


def test_a_question_that_is_not_utf_8_is_wrong_usage(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("ask", "caf\udce9").code == 2
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9"), encoding="utf-8"))
    said = shell("ask")
    assert said.code == 2
    assert "not UTF-8" in said.err


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


def ask_host(shell: Shell, step: Step, *words: str) -> Said:
    """What is said where the model `big` runs on a host that plays `step`."""

    async def played() -> Said:
        async with ScriptedHost(step) as host:
            lab = f'[hosts.lab]\ndialect = "openai"\nbase_url = "{host.url}"\n[models.big]\nhost = "lab"\n'
            shell.write("shoal.toml", lab)
            return await asyncio.to_thread(shell, "ask", "--model", "big", QUESTION, *words)

    return asyncio.run(played())


def test_a_hosts_answer_is_said_and_who_gave_it(shell: Shell) -> None:
    said = ask_host(shell, answers("Two", " fish."))
    assert (said.code, said.out) == (0, "Two fish.\n")
    assert "(big: named by the caller, " in said.err


def test_with_json_a_host_is_asked_for_the_whole(shell: Shell) -> None:
    told = ask_host(shell, answers("Two", " fish."), "--json").json()
    assert told["answer"] == "Two fish."
    assert told["usage"]["prompt_tokens"] > 0


def test_an_answer_that_breaks_off_keeps_what_was_said(shell: Shell) -> None:
    said = ask_host(shell, stream("Two", cut=True))
    assert (said.code, said.out) == (1, "Two\n")
    assert "host 'lab'" in said.err


def test_a_host_that_refuses_the_request_is_quoted_to_who_asked(shell: Shell) -> None:
    said = ask_host(shell, fails(400, {"error": {"message": "too many fish", "type": "x"}}))
    assert said.code == 1
    assert "the host says: too many fish\n" in said.err


def test_a_host_that_is_not_there_is_one_line(shell: Shell) -> None:
    lab = f'[hosts.lab]\ndialect = "openai"\nbase_url = "{refused()}"\nretries = 0\n[models.big]\nhost = "lab"\n'
    shell.write("shoal.toml", lab)
    said = shell("ask", "--model", "big", QUESTION)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("shoal: no connection to host 'lab': see whether it runs, and check hosts.lab.base_url\n")
