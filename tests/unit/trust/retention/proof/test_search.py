"""The search: where a canary lies, whose it is, and never what it is."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.trust.retention.proof.canaries import Canaries, Planted
from shoal.trust.retention.proof.search import UNKNOWN, Finding, Searcher

Write = Callable[[Path, Planted], object]


def as_database(path: Path, planted: Planted) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.execute("INSERT INTO t VALUES (?, ?)", (planted.text.value, int(planted.card.value)))
    connection.close()


def as_groups(path: Path, planted: Planted) -> None:
    path.write_text(" ".join(planted.card.value[at : at + 4] for at in (0, 4, 8, 12)))


def as_digest(path: Path, planted: Planted) -> None:
    path.write_text(hashlib.sha256(planted.prompt.encode()).hexdigest())


@pytest.mark.parametrize(
    ("kind", "form", "write"),
    [
        ("text", "as it is", lambda path, planted: path.write_text(planted.prompt)),
        ("mail", "as it is", lambda path, planted: path.write_text(json.dumps({"said": planted.prompt}))),
        ("card", "in groups", as_groups),
        ("text", "UTF-16", lambda path, planted: path.write_text(planted.prompt, encoding="utf-16")),
        ("text", "as it is, packed", lambda path, planted: path.write_bytes(gzip.compress(planted.prompt.encode()))),
        ("mail", "base64", lambda path, planted: path.write_bytes(base64.b64encode(planted.prompt.encode()))),
        ("text", "as it is", as_database),
        ("card", "binary integer", as_database),
        ("prompt", "sha256 without a key", as_digest),
        ("said", "as it is", lambda path, planted: path.write_text(planted.said.value)),
        ("part", "as it is", lambda path, planted: path.write_text(planted.text.value[:20])),
    ],
)
def test_what_was_written_is_found(tmp_path: Path, kind: str, form: str, write: Write) -> None:
    canaries = Canaries()
    planted = canaries.of("a way")
    searcher = Searcher(canaries, [planted.prompt])
    (tmp_path / "below").mkdir()
    write(tmp_path / "below" / "file", planted)
    found = list(searcher.folder("logs", tmp_path))
    assert {"a way", UNKNOWN} >= {each.route for each in found}
    assert (kind, form) in {(each.kind, each.form) for each in found}
    assert all((each.place, each.file) == ("logs", os.path.join("below", "file")) for each in found)
    shown = " ".join(map(str, found)) + repr(found)
    assert canaries.run not in shown
    assert canaries.digits not in shown


def test_other_files_hold_nothing(tmp_path: Path) -> None:
    other = Canaries()
    (tmp_path / "file").write_text(other.of("a").prompt)
    (tmp_path / "random").write_bytes(os.urandom(100_000))
    searcher = Searcher(Canaries())
    assert list(searcher.folder("logs", tmp_path)) == []
    seen = searcher.searched["logs"]
    assert (seen.files, seen.bytes > 100_000) == (2, True)


def test_names_of_files_count_and_are_not_shown(tmp_path: Path) -> None:
    canaries = Canaries()
    (tmp_path / f"{canaries.of('a').text.value}.txt").touch()
    (found,) = Searcher(canaries).folder("temporary files", tmp_path)
    assert found == Finding("temporary files", "a file's name", "a", "text", "as it is")


def test_names_of_empty_folders_and_links_to_folders_count(tmp_path: Path) -> None:
    canaries = Canaries()
    (tmp_path / "a" / canaries.of("a").text.value).mkdir(parents=True)
    (tmp_path / canaries.of("b").text.value).symlink_to(tmp_path / "a", target_is_directory=True)
    found = list(Searcher(canaries).folder("logs", tmp_path))
    assert {(each.route, each.file) for each in found} == {("a", "a file's name"), ("b", "a file's name")}


def test_a_link_is_read_and_not_followed(tmp_path: Path) -> None:
    canaries = Canaries()
    (tmp_path / "link").symlink_to(canaries.of("a").text.value)
    assert [each.route for each in Searcher(canaries).folder("logs", tmp_path)] == ["a"]


def test_what_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    missing = tmp_path / "gone"
    missing.touch()

    def gone() -> list[Path]:
        missing.unlink()
        missing.mkdir()
        missing.rmdir()
        return [missing]

    # Neither a file nor a link: a socket, or what went away meanwhile, holds nothing that could be read.
    assert list(Searcher(Canaries()).folder("logs", tmp_path, gone())) == []
    broken = tmp_path / "loop"
    broken.mkdir(mode=0o700)
    (broken / "file").write_text("x")
    if os.geteuid() != 0:
        (broken / "file").chmod(0)
        assert [each.form for each in Searcher(Canaries()).folder("logs", broken)] == [
            "cannot be read (PermissionError)"
        ]
