"""Tampering: every kind that there is a word for, and any flipped byte, cut or other order of lines, is found."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal.stores.audit_heads import FILE
from tests.unit.trust.audit.written import checked, found, only_file, write_chain

Lines = list[bytes]


def edited(lines: Lines) -> None:
    lines[3] = lines[3].replace(b'"ok"', b'"no"')


def deleted(lines: Lines) -> None:
    del lines[4:6]


def deleted_first(lines: Lines) -> None:
    del lines[0]


def inserted(lines: Lines) -> None:
    lines.insert(5, lines[2])


def reordered(lines: Lines) -> None:
    lines[4], lines[5] = lines[5], lines[4]


def truncated(lines: Lines) -> None:
    del lines[-1]


def cut_short(lines: Lines) -> None:
    del lines[4:]


def cut_in_a_line(lines: Lines) -> None:
    lines[-1] = lines[-1][:-30]


def appended(lines: Lines) -> None:
    lines.append(lines[1])


def appended_half(lines: Lines) -> None:
    lines.append(b'{"prev":')


def emptied(lines: Lines) -> None:
    lines.clear()


def number_edited(lines: Lines) -> None:
    lines[3] = lines[3].replace(b'"seq":3,', b'"seq":9,')


def garbled(lines: Lines) -> None:
    lines[3] = b"\x00\xff not a line\n"


def rewritten(lines: Lines) -> None:
    """Every hash computed anew after an edit, as anybody can; the signatures they cannot make."""
    edited(lines)
    for at in range(4, len(lines)):
        lines[at] = b'{"prev":"%s"' % sha256(lines[at - 1]).hexdigest().encode() + lines[at][74:]


def unsigned(lines: Lines) -> None:
    """The same without the signatures that no longer fit."""
    rewritten(lines)
    for at, line in enumerate(lines):
        lines[at] = line.partition(b',"sig"')[0].rstrip(b"}\n") + b"}\n" if b',"sig"' in line else line
    prev = b"0" * 64
    for at, line in enumerate(lines):
        lines[at] = b'{"prev":"%s"' % prev + line[74:]
        prev = sha256(lines[at]).hexdigest().encode()


@pytest.mark.parametrize(
    ("tamper", "kind", "line"),
    [
        (edited, "edited", 5),
        (deleted, "deleted", 5),
        (deleted_first, "deleted", 1),
        (inserted, "inserted", 6),
        (reordered, "reordered", 6),
        (truncated, "truncated", None),
        (cut_short, "truncated", None),
        (cut_in_a_line, "truncated", None),
        (appended, "inserted", 12),
        (appended_half, "inserted", None),
        (emptied, "truncated", None),
        (number_edited, "edited", 4),
        (garbled, "edited", 4),
        (rewritten, "forged", 11),
        (unsigned, "unsigned", None),
    ],
)
def test_tampering_is_found_and_named(
    tmp_path: Path, tamper: Callable[[Lines], None], kind: str, line: int | None
) -> None:
    chain = write_chain(tmp_path)
    path = only_file(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 11
    tamper(lines)
    path.write_bytes(b"".join(lines))
    report = checked(tmp_path)
    named = [(each.kind, each.line) for each in report.findings if each.chain == chain]
    assert kind in found(report)
    assert line is None or (kind, line) in named


@pytest.fixture(scope="module")
def original() -> Iterator[Path]:
    """Two chains of two segments, the second naming the first."""
    folder = Path(tempfile.mkdtemp())
    write_chain(folder, (2, 3), segment_bytes=900)
    write_chain(folder, (1, 2), segment_bytes=900)
    assert checked(folder).whole
    yield folder
    shutil.rmtree(folder)


PROPERTY = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def tampered(original: Path, path: Path, data: bytes) -> set[str]:
    """What is found where one file of a copy holds other bytes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "audit"
        shutil.copytree(original, folder)
        (folder / path.name).write_bytes(data)
        return found(checked(folder))


def files(original: Path) -> list[Path]:
    return sorted(path for path in original.iterdir() if path.name != FILE)


@PROPERTY
@given(data=st.data())
def test_any_flipped_byte_is_found(original: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(original)))
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    assert tampered(original, path, bytes(content))


@PROPERTY
@given(data=st.data())
def test_any_cut_is_found(original: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(original)))
    content = path.read_bytes()
    assert tampered(original, path, content[: data.draw(st.integers(0, len(content) - 1))])


@PROPERTY
@given(data=st.data())
def test_any_other_order_or_choice_of_lines_is_found(original: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(original)))
    lines = path.read_bytes().splitlines(keepends=True)
    chosen = data.draw(st.lists(st.sampled_from(lines), max_size=len(lines) + 2).filter(lambda each: each != lines))
    assert tampered(original, path, b"".join(chosen))


@PROPERTY
@given(data=st.data())
def test_any_flipped_byte_of_a_head_is_found(original: Path, data: st.DataObject) -> None:
    """But for the end of a line: without it, it is half a line, as a crash leaves."""
    path = original / FILE
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1).filter(lambda at: content[at] not in b"}\n"))
    content[at] ^= data.draw(st.integers(1, 255).filter(lambda bits: content[at] ^ bits != ord("\n")))
    assert tampered(original, path, bytes(content))
