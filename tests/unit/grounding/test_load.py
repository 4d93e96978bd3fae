"""Files: what is found, what is passed over and why. No file stops the others."""

import codecs
import os
from pathlib import Path

import pytest

from shoal.errors import RequestError
from shoal.grounding import load
from shoal.grounding.load import Found, Skipped, fetch, find, read
from shoal.grounding.sections import Unreadable


def found(*paths: Path) -> list[str]:
    return [each.source for each in find(paths) if isinstance(each, Found)]


def skipped(*paths: Path) -> dict[str, str]:
    return {Path(each.path).name: each.reason for each in find(paths) if isinstance(each, Skipped)}


def test_a_folder_is_walked_in_order(tmp_path: Path) -> None:
    for name in ("b/z.md", "b/a.HTML", "a.txt", "README", ".git/config.txt", "b/.hidden.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    root = tmp_path.name
    assert found(tmp_path) == [f"{root}/README", f"{root}/a.txt", f"{root}/b/a.HTML", f"{root}/b/z.md"]
    assert [each.source for each in find([tmp_path], "docs") if isinstance(each, Found)][1] == "docs/a.txt"


def test_a_file_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text")
    assert found(tmp_path / "a.md", tmp_path, tmp_path / ".." / tmp_path.name) == ["a.md"]


def test_missing_paths_are_named_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"there is no .*nowhere"):
        list(find([tmp_path, tmp_path / "nowhere"]))


def test_other_kinds_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    assert skipped(tmp_path) == {"a.png": "files of the kind .png are not read"}


def test_links_in_a_circle_are_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("text")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "self.md").symlink_to("self.md")
    root = tmp_path.name
    assert found(tmp_path) == [f"{root}/in/a.md", f"{root}/self.md"]
    assert skipped(tmp_path) == {"up": "it is a link to a folder around it"}
    with pytest.raises(OSError, match="symbolic links"):
        fetch(tmp_path / "self.md")


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.md").write_text("text")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to(tmp_path / "there")
    assert found(tmp_path / "here") == ["here/link/a.md"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may open everything")
def test_a_closed_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    assert "permissions" in skipped(tmp_path)["shut"]


def test_names_that_are_no_text_are_named(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"bad\xff.md")).write_text("text")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert [reason for reason in skipped(tmp_path).values()] == ["its name is not valid UTF-8: rename it"]


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(Unreadable, match="not a plain file"):
        fetch(tmp_path / "pipe.txt")


def test_huge_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MOST_BYTES", 3)
    (tmp_path / "a.txt").write_text("long")
    with pytest.raises(Unreadable, match="larger than"):
        fetch(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"", "text", "empty"),
        (b" \n\t", "markdown", "empty"),
        (b"\0\1\2", "text", "binary"),
        (b"caf\xe9", "text", "not UTF-8"),
        (b"<!-- -->", "html", "no text"),
        (b"# \n", "markdown", "no text"),
        (b"<meta charset=no-such><p>caf\xe9", "html", "not UTF-8"),
        (b"%PDF-", "pdf", "damaged"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, kind: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(content, kind, "file")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("café".encode(), "text"),
        (codecs.BOM_UTF8 + "café".encode(), "markdown"),
        ("café".encode("utf-16"), "text"),
        (codecs.BOM_UTF16_BE + "café".encode("utf-16-be"), "text"),
        ("<meta charset='latin-1'><p>café".encode("latin-1"), "html"),
        ("<?xml version='1.0' encoding='iso-8859-1'?><p>café".encode("latin-1"), "html"),
    ],
)
def test_encodings(content: bytes, kind: str) -> None:
    (section,) = read(content, kind, "file")
    assert [block.text for block in section.blocks] == ["café"]
