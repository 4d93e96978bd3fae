"""A chain in files: what fails leaves it as it was, and its end is found however long its lines are."""

from __future__ import annotations

import errno
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoal.stores import audit_chain
from shoal.stores.audit_chain import (
    GENESIS,
    Chain,
    End,
    end_of,
    first_line,
    is_being_written,
    loose_ends,
    named_in,
    segments,
    sign,
    unsign,
)
from shoal.trust.keys import RootKey
from shoal.trust.signing import Signer, signed_by

SIGNER = Signer(RootKey(b"s" * 32), "audit")


def chain(folder: Path, **more: Any) -> Chain:
    return Chain(folder, SIGNER, {}, **more)


def write(to: Chain, *values: int) -> None:
    to.write([orjson.dumps({"n": value}) for value in values], list(values))


def lines(folder: Path) -> list[bytes]:
    paths = [path for each in segments(folder).values() for path in each]
    return [line for path in paths for line in path.read_bytes().splitlines(keepends=True)]


def test_each_line_holds_the_hash_of_the_one_before(tmp_path: Path) -> None:
    one = chain(tmp_path)
    write(one, 1, 2)
    write(one, 3)
    one.close()
    prev = GENESIS
    for seq, line in enumerate(lines(tmp_path)):
        assert line.startswith(b'{"prev":"%s","seq":%d,' % (prev.encode(), seq))
        prev = sha256(line).hexdigest()
    assert one.end == End(one.id, 3, prev)
    assert one.records == 3


def test_the_last_line_of_each_write_is_signed(tmp_path: Path) -> None:
    one = chain(tmp_path)
    write(one, 1, 2)
    write(one, 3)
    one.close()
    assert [unsign(line) is not None for line in lines(tmp_path)] == [False, False, True, True]
    body, signature = unsign(lines(tmp_path)[-1]) or (b"", b"")
    assert signed_by(SIGNER.public, "audit", audit_chain.LINE_DOMAIN + body, signature)
    assert sign(body, SIGNER, audit_chain.LINE_DOMAIN) == lines(tmp_path)[-1]


def test_a_write_that_fails_leaves_the_chain_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = chain(tmp_path)
    write(one, 1)
    before, end = lines(tmp_path), one.end
    real = os.fsync

    def failing(file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", failing)
    for _ in range(2):
        with pytest.raises(OSError, match="error"):
            write(one, 2)
    assert one.end == end
    monkeypatch.setattr(os, "fsync", real)
    write(one, 3)
    one.close()
    assert lines(tmp_path)[:-1] == before
    assert orjson.loads(lines(tmp_path)[-1])["n"] == 3


def test_a_new_segment_that_cannot_be_opened_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = chain(tmp_path, segment_bytes=1)
    write(one, 1)
    real = os.open

    def failing(*_: Any, **__: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(OSError, match="space"):
        write(one, 2)
    monkeypatch.setattr(os, "open", real)
    write(one, 3)
    one.close()
    told = [orjson.loads(line) for line in lines(tmp_path)]
    assert [each.get("kind", each.get("n")) for each in told] == ["start", 1, "segment", 3]
    assert [each["seq"] for each in told] == [0, 1, 2, 3]
    assert told[2]["segment"] == 2


def test_the_end_is_found_behind_long_and_torn_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "TAIL_BYTES", 16)
    one = chain(tmp_path)
    write(one, *range(5))
    one.close()
    ((path,),) = segments(tmp_path).values()
    assert end_of(one.id, [path]) == one.end
    with path.open("ab") as file:
        file.write(b"x" * 1000)
    assert end_of(one.id, [path]) == one.end


def test_a_segment_without_a_line_does_not_hide_the_end(tmp_path: Path) -> None:
    one = chain(tmp_path)
    write(one, 1)
    one.close()
    (tmp_path / f"chain-{one.id}-0002.jsonl").write_bytes(b"half")
    assert end_of(one.id, segments(tmp_path)[one.id]) == one.end
    (tmp_path / f"chain-{'a' * 28}-0001.jsonl").touch()
    assert end_of("a" * 28, segments(tmp_path)["a" * 28]) is None


def test_a_chain_names_the_ends_that_nobody_named(tmp_path: Path) -> None:
    ends = []
    for _ in range(3):
        one = chain(tmp_path)
        write(one, 1)
        one.close()
        ends.append(one.end)
    firsts = [first_line(segments(tmp_path)[end.chain]) for end in ends]
    assert [list(named_in(first)) for first in firsts] == [[], [ends[0]], [ends[1]]]
    assert loose_ends(tmp_path) == [ends[2]]


def test_a_chain_that_went_on_is_named_again(tmp_path: Path) -> None:
    one = chain(tmp_path)
    write(one, 1)
    two = chain(tmp_path)
    write(two, 1)
    write(one, 2)
    assert set(loose_ends(tmp_path)) == {one.end, two.end}
    one.close()
    two.close()


@pytest.mark.parametrize("line", [b"", b"[]\n", b"\xff\n", b'{"found": 1}\n', b'{"found": [1, {"seq": "x"}]}\n'])
def test_a_first_line_that_was_tampered_with_names_nothing(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "chain"
    path.write_bytes(line)
    assert list(named_in(first_line([path]))) == []


def test_a_living_process_holds_its_chain(tmp_path: Path) -> None:
    one = chain(tmp_path, segment_bytes=1)
    write(one, 1)
    write(one, 2)
    first, second = segments(tmp_path)[one.id]
    assert is_being_written([first, second])
    assert not is_being_written([first])
    one.close()
    assert not is_being_written([first, second])


def test_other_files_are_no_segments(tmp_path: Path) -> None:
    for name in ("heads.jsonl", "chain-1-0001.jsonl", f"chain-{'a' * 28}-1.jsonl", f"chain-{'a' * 28}-0001.jsonl.bak"):
        (tmp_path / name).touch()
    assert segments(tmp_path) == {}
