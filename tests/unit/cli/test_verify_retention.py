"""`shoal verify-retention`: a clean gateway passes, and each planted leak makes it fail and is named by its place."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Shell

BEGIN = """
import base64, gzip, os, sys, traceback
from pathlib import Path
import structlog
from shoal.exchange import Exchange
from shoal.trust.audit import entry
from shoal.trust.masking.session import Session
from shoal.trust.masking.vault import Vault

kept = []
settle = Exchange._settle
mask = Session.mask

async def looking(self, chat):
    see(chat.ask)
    return await mask(self, chat)

def settling(self):
    ended(self)
    settle(self)

Session.mask = looking
Exchange._settle = settling
see = ended = lambda _: None
"""
LOGGED = "def see(text): structlog.get_logger('leaky').debug('prompt', text=text[:80])"
VAULT = """
home = Path(os.environ["XDG_DATA_HOME"])
before = Vault.mask
def masking(self, text, entities, own=False):
    home.mkdir(parents=True, exist_ok=True)
    pairs = "".join(text[each.start:each.end] for each in entities)
    (home / "vault.bin").write_bytes(b"vault" + gzip.compress(pairs.encode()))
    return before(self, text, entities, own)
Vault.mask = masking
"""
EXCEPTION = """
def ended(exchange):
    try:
        raise ValueError(f"cannot settle {exchange.chat.ask}")
    except ValueError:
        traceback.print_exc()
"""
OTHERS = """
import tempfile
def see(text):
    kept.append(text)
    with tempfile.NamedTemporaryFile(prefix="leaky", delete=False) as file:
        file.write(base64.b64encode(text.encode()))
def ended(exchange):
    exchange.record.tags = {"note": exchange.chat.ask}
entry.KEPT["metadata"] = lambda value: value
"""
SHADOW = """
from shoal.routing import shadow
saying_before = shadow.said_by
async def saying(name, chat, call):
    said = await saying_before(name, chat, call)
    structlog.get_logger("leaky").debug("shadow", model=name, text=said[-80:])
    return said
shadow.said_by = saying
"""
EXPLORING = """
from shoal.routing.router import Router
exploring_before = Router._explored
def exploring(self, choice, chat, call):
    found = exploring_before(self, choice, chat, call)
    if found.model != choice.model:
        (Path(os.environ["HOME"]) / "explored.txt").write_text(chat.ask)
    return found
Router._explored = exploring
"""
PATTERNS = '[trust.masking]\ntier = "patterns"\n'


def verified(shell: Shell, monkeypatch: pytest.MonkeyPatch, leak: str, only: str) -> tuple[int, Any]:
    """The exit code and the report of a gateway with this plug-in."""
    shell.write("plugins/leaky.py", BEGIN + leak)
    monkeypatch.setenv("PYTHONPATH", str(shell.home / "plugins"))
    shell.write("shoal.toml", f'{PATTERNS}[plugins]\nmodules = ["leaky"]\n')
    said = shell("verify-retention", "--only", only, "--json")
    return said.code, said.json()


def test_nothing_stays_of_any_route(shell: Shell) -> None:
    out = shell.home / "report.json"
    said = shell("verify-retention", "--out", str(out))
    assert (said.code, said.err) == (0, ""), said.out
    report = json.loads(out.read_text())
    assert report["verdict"] == "clean"
    assert len(report["routes"]) > 60
    assert all(each["as_meant"] for each in report["routes"])
    assert all(report["controls"].values())
    sent = {each["route"]: each["received"] for each in report["routes"]}
    # A free text is an invented word: a few may be masked as names, never most of them.
    for dialect in ("openai", "anthropic"):
        seen = ["text" in received for route, received in sent.items() if route.startswith(f"{dialect}: ")]
        assert sum(seen) > len(seen) / 2 > 3
    assert sent["refused: no JSON"] == sent["the embedded model shoal/summarize"] == []
    assert report["about"]["core_dumps"] == "0"
    _check_signature(shell, out)


def _check_signature(shell: Shell, out: Path) -> None:
    said = shell("verify-retention", "--check", str(out))
    assert (said.code, "'clean'" in said.out) == (0, True)
    changed = shell.write(
        "changed.json", out.read_text().replace('"as it is"', '"as it was"').replace("clean", "Clean")
    )
    assert shell("verify-retention", "--check", changed).code == 1
    assert shell("verify-retention", "--check", str(out), "--data-dir", str(shell.home / "other")).code == 1
    assert shell("verify-retention", "--check", shell.write("no.json", "{")).code == 3


@pytest.mark.parametrize(
    ("leak", "place", "file", "kind"),
    [
        (LOGGED, "log output", "second.err", "text"),
        (VAULT, "the user's folders", "data/vault.bin", "mail"),
        (EXCEPTION, "log output", "second.err", "text"),
    ],
    ids=["a debug log of the prompt", "a vault on disk", "an exception with text"],
)
def test_a_planted_leak_is_found_and_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, leak: str, place: str, file: str, kind: str
) -> None:
    code, report = verified(shell, monkeypatch, leak, "openai: answered whole")
    assert (code, report["verdict"]) == (1, "found")
    assert {(each["place"], each["file"]) for each in report["findings"]} == {(place, file)}
    assert kind in {each["kind"] for each in report["findings"]}
    assert {each["route"] for each in report["findings"]} == {"openai: answered whole"}


def test_leaks_where_routes_learn(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    code, report = verified(shell, monkeypatch, SHADOW + EXPLORING, "model answer")
    assert (code, report["verdict"]) == (1, "found")
    assert [each["as_meant"] for each in report["routes"]] == [True, True]
    assert {each["route"] for each in report["findings"]} == {each["route"] for each in report["routes"]}
    assert {(each["place"], each["file"]) for each in report["findings"]} == {
        ("log output", "third.err"),
        ("the user's folders", "explored.txt"),
    }


def test_nothing_is_learned_where_masking_is_not_enforced(shell: Shell) -> None:
    shell.write("shoal.toml", '[trust.masking]\nmode = "observe"\ntier = "patterns"\n')
    report = shell("verify-retention", "--only", "exploration lets", "--json").json()
    assert (report["verdict"], report["routes"]) == ("unproven", [])
    assert [note for note in report["notes"] if note.startswith("routes that learn were left out")]


def test_leaks_into_files_the_audit_the_database_and_memory(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    code, report = verified(shell, monkeypatch, OTHERS, "other fields")
    assert code == 1
    found = {(each["place"], each["file"].partition("leaky")[0], each["form"]) for each in report["findings"]}
    assert ("temporary files", "", "base64") in found
    assert ("data directory", "shoal.db", "as it is") in found
    assert any(place == "audit folder" for place, _, _ in found)
    assert report["reachable"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="hardened mode is for Linux")
def test_a_hardened_gateway_keeps_its_memory_to_itself(shell: Shell) -> None:
    shell.write("shoal.toml", PATTERNS + "[server]\nhardened = true\n")
    report = shell("verify-retention", "--only", "answered as a stream", "--json").json()
    assert (report["verdict"], report["about"]["hardened"]) == ("clean", True)
    tried = {each["tried"] for each in report["memory"].values()}
    # Who may read any memory reads this one too; the gateway's own user may no more.
    assert tried == {"yes"} or all("(hardened)" in each for each in tried)


def test_a_route_that_does_not_exist(shell: Shell) -> None:
    said = shell("verify-retention", "--only", "no such thing")
    assert (said.code, "no route" in said.err) == (1, True)
