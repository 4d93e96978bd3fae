"""`shoal models`: what can be called, and the cards."""

from __future__ import annotations

from tests.unit.cli.conftest import Shell

LAB = """
[hosts.lab]
row = "ollama"
[models.big]
host = "lab"
params_b = 8
task = "chat"
"""


def test_a_fresh_machine_lists_auto_and_the_specialists(shell: Shell) -> None:
    names = [line.split("\t")[0] for line in shell("models", "list").out.splitlines()]
    assert names == ["model", "auto", "shoal/answer", "shoal/summarize", "shoal/triage-banking", "shoal/triage-clinc"]


def test_a_configured_model_is_listed_with_its_host(shell: Shell) -> None:
    shell.write("shoal.toml", LAB)
    assert "big\thost\tlab\tchat\t8B\n" in shell("models", "list").out


def test_a_card_says_what_a_specialist_was_made_from(shell: Shell) -> None:
    card = shell("models", "show", "shoal/triage-banking", "--json").json()
    assert card["kind"] == "specialist"
    assert card["facts"]
    shown = shell("models", "show", "shoal/triage-banking").out
    assert "name: shoal/triage-banking\n" in shown
    assert "licence: " in shown


def test_an_unknown_model_names_the_nearest(shell: Shell) -> None:
    said = shell("models", "show", "shoal/anwser")
    assert said.code == 4
    assert "did you mean 'shoal/answer'?" in said.err


def test_the_known_kinds_of_host(shell: Shell) -> None:
    known = {row["row"]: row for row in shell("models", "hosts", "--json").json()}
    assert known["anthropic"]["dialect"] == "anthropic"
    assert "ollama\topenai\t" in shell("models", "hosts").out
