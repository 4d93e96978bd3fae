"""Verification: what is whole passes, and every kind of tampering is found and named."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from shoal.errors import RequestError
from shoal.stores.audit_chain import Chain, segments, sign, unsign
from shoal.stores.audit_heads import FILE, append
from shoal.trust.audit.verify import counted, public_key, verify
from tests.unit.trust.audit.written import (
    OTHER,
    SIGNER,
    checked,
    entry,
    found,
    noted,
    only_file,
    write_chain,
)


def test_a_chain_that_ended_in_order_is_whole(tmp_path: Path) -> None:
    write_chain(tmp_path)
    report = checked(tmp_path)
    assert report.whole
    assert report.notes == []
    assert (report.chains, report.lines, report.heads) == (1, 11, 4)


def test_a_folder_without_chains_is_whole(tmp_path: Path) -> None:
    assert checked(tmp_path).whole
    assert checked(tmp_path / "none").whole


def test_segments_are_one_chain(tmp_path: Path) -> None:
    write_chain(tmp_path, (2, 2, 2, 2), segment_bytes=1)
    ((*paths,),) = segments(tmp_path).values()
    assert len(paths) == 5
    report = checked(tmp_path)
    assert report.whole
    assert report.lines == 8 + 5 + 1


@pytest.mark.parametrize("gone", range(5))
def test_a_segment_that_is_gone_is_found(tmp_path: Path, gone: int) -> None:
    write_chain(tmp_path, (2, 2, 2, 2), segment_bytes=1)
    ((*paths,),) = segments(tmp_path).values()
    paths[gone].unlink()
    assert found(checked(tmp_path)) & {"deleted", "truncated"}


def test_segments_that_changed_places_are_found(tmp_path: Path) -> None:
    write_chain(tmp_path, (2, 2, 2), segment_bytes=1)
    ((one, two, *_),) = segments(tmp_path).values()
    aside = tmp_path / "aside"
    one.rename(aside)
    two.rename(one)
    aside.rename(two)
    assert not checked(tmp_path).whole


def test_an_edit_is_one_finding_in_its_place(tmp_path: Path) -> None:
    """The head and the signature after it still fit, since they sign later lines."""
    write_chain(tmp_path)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"ex_6"', b'"ex_7"', 1))
    (finding,) = checked(tmp_path).findings
    assert (finding.kind, finding.file, finding.line) == ("edited", path.name, 9)


def test_a_chain_of_somebody_elses_key_is_found(tmp_path: Path) -> None:
    """All of it computed anew, heads too: only the key tells."""
    write_chain(tmp_path, signer=OTHER)
    assert found(checked(tmp_path)) == {"forged", "headless"}
    assert verify(tmp_path, [OTHER.public]).whole
    assert verify(tmp_path, [SIGNER.public, OTHER.public]).whole


def test_a_chain_written_anew_with_the_right_key_is_found_by_a_head_kept_elsewhere(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    folder = tmp_path / "audit"
    chain = write_chain(folder)
    shutil.copy(folder / FILE, kept)
    shutil.rmtree(folder)
    fresh = write_chain(folder)
    for path in segments(folder)[fresh]:
        path.write_bytes(path.read_bytes().replace(fresh.encode(), chain.encode()))
        path.rename(folder / path.name.replace(fresh, chain))
    (folder / FILE).unlink()
    assert "edited" in found(checked(folder, kept))


def test_a_whole_chain_that_is_gone_is_found_by_the_next(tmp_path: Path) -> None:
    first = write_chain(tmp_path)
    write_chain(tmp_path)
    assert checked(tmp_path).whole
    for path in segments(tmp_path)[first]:
        path.unlink()
    (tmp_path / FILE).unlink()
    findings = checked(tmp_path).findings
    assert [each.kind for each in findings] == ["headless", "missing"]
    assert findings[1].chain == first


def test_a_chain_between_two_others_that_is_gone_is_found(tmp_path: Path) -> None:
    ids = [write_chain(tmp_path, (1,)) for _ in range(4)]
    for path in segments(tmp_path)[ids[1]]:
        path.unlink()
    (tmp_path / FILE).unlink()
    missing = [each.chain for each in checked(tmp_path).findings if each.kind == "missing"]
    assert missing == [ids[1]]


def test_the_last_chain_that_is_gone_is_found_by_a_head_kept_elsewhere(tmp_path: Path) -> None:
    folder, kept = tmp_path / "audit", tmp_path / "kept.jsonl"
    chain = write_chain(folder)
    (folder / FILE).rename(kept)
    only_file(folder).unlink()
    assert checked(folder).whole
    (finding,) = checked(folder, kept).findings
    assert (finding.kind, finding.chain) == ("missing", chain)


def test_lines_cut_behind_the_last_local_head_are_found_by_one_kept_elsewhere(tmp_path: Path) -> None:
    folder, kept = tmp_path / "audit", tmp_path / "kept.jsonl"
    write_chain(folder, ended=False)
    shutil.copy(folder / FILE, kept)
    heads = (folder / FILE).read_bytes().splitlines(keepends=True)
    (folder / FILE).write_bytes(b"".join(heads[:-1]))
    path = only_file(folder)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-4]))
    report = checked(folder)
    assert report.whole
    assert noted(report) == {"open"}
    assert found(checked(folder, kept)) == {"truncated"}


def test_a_chain_without_a_head_is_noted_where_its_process_died_at_once_and_found_elsewhere(tmp_path: Path) -> None:
    write_chain(tmp_path / "one", (3,), ended=False, heads=False)
    report = checked(tmp_path / "one")
    assert report.whole
    assert noted(report) == {"headless", "open"}
    write_chain(tmp_path / "many", heads=False)
    assert found(checked(tmp_path / "many")) == {"headless"}


def test_heads_made_unreadable_are_as_good_as_gone(tmp_path: Path) -> None:
    write_chain(tmp_path)
    (tmp_path / FILE).write_bytes(b"half a head\n")
    assert found(checked(tmp_path)) == {"headless"}


def test_records_written_anew_as_if_a_crash_had_left_them_are_found_without_heads(tmp_path: Path) -> None:
    write_chain(tmp_path)
    _as_a_crash_leaves_it(only_file(tmp_path), 6)
    assert found(checked(tmp_path)) == {"edited", "truncated"}
    (tmp_path / FILE).unlink()
    report = checked(tmp_path)
    assert found(report) == {"headless"}
    assert noted(report) == {"torn", "unsigned"}


def test_records_written_behind_a_crash_are_found_once_another_chain_has_begun(tmp_path: Path) -> None:
    write_chain(tmp_path, ended=False)
    path = only_file(tmp_path)
    write_chain(tmp_path)
    assert checked(tmp_path).whole
    with path.open("ab") as file:
        last = path.read_bytes().splitlines(keepends=True)[-1]
        file.write(b'{"prev":"%s","seq":10,"kind":"exchange"}\n{"half' % sha256(last).hexdigest().encode())
    assert found(checked(tmp_path)) == {"unsigned"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_is_named_like_a_chain_and_is_no_file_is_found_and_never_waited_for(tmp_path: Path) -> None:
    write_chain(tmp_path)
    folder, pipe, link = (tmp_path / f"chain-{at:028x}-0001.jsonl" for at in range(3))
    folder.mkdir()
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "nowhere")
    report = checked(tmp_path)
    assert [each.kind for each in report.findings] == ["unreadable"] * 3
    write_chain(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    assert found(checked(tmp_path)) == {"headless", "unreadable"}


def _as_a_crash_leaves_it(path: Path, start: int) -> None:
    """Another outcome in the record with the number `start`; all hashes fit, signatures from there on are gone, and
    half a line stands at the end."""
    lines = path.read_bytes().splitlines(keepends=True)
    kept, prev = lines[:start], sha256(lines[start - 1]).hexdigest()
    for line in lines[start:-1]:
        parts = unsign(line)
        plain = line if parts is None else parts[0] + b"\n"
        kept.append(b'{"prev":"%s%s' % (prev.encode(), plain[73:].replace(b'"ok"', b'"no"')))
        prev = sha256(kept[-1]).hexdigest()
    path.write_bytes(b"".join(kept) + b'{"prev":"')


def test_a_forged_head_is_found(tmp_path: Path) -> None:
    write_chain(tmp_path)
    heads = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(heads.replace(b'"seq":3', b'"seq":2', 1))
    assert found(checked(tmp_path)) == {"forged"}


def test_what_is_no_head_is_found(tmp_path: Path) -> None:
    write_chain(tmp_path)
    for line in (b"{}\n", b"[1]}\n", b'{"chain":1,"seq":"x","hash":2}\n'):
        append(tmp_path / FILE, line)
    assert [each.kind for each in checked(tmp_path).findings] == ["unreadable"] * 3


def test_half_a_head_is_what_a_crash_leaves(tmp_path: Path) -> None:
    write_chain(tmp_path)
    heads = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(heads[:-40] + b"\n\n")
    report = checked(tmp_path)
    assert report.whole
    assert noted(report) == {"torn"}


def test_the_signature_of_a_line_is_none_of_a_head(tmp_path: Path) -> None:
    """What the key signed for one purpose does not serve another."""
    chain = write_chain(tmp_path, heads=False)
    line = sign(orjson.dumps({"chain": chain, "seq": 1, "hash": "0" * 64}), SIGNER, b"shoal audit line\n")
    append(tmp_path / FILE, line)
    assert found(checked(tmp_path)) == {"forged", "headless"}


def test_a_chain_under_another_name_is_found(tmp_path: Path) -> None:
    chain = write_chain(tmp_path)
    path = only_file(tmp_path)
    path.rename(tmp_path / path.name.replace(chain, "f" * 28))
    assert found(checked(tmp_path)) == {"edited", "headless", "missing"}


def test_a_torn_tail_is_a_crash_and_no_tampering(tmp_path: Path) -> None:
    """The process died in the middle of a write: its whole lines have no signature yet, the last is half."""
    write_chain(tmp_path, (3,), ended=False)
    path = only_file(tmp_path)
    chain = segments(tmp_path).popitem()[0]
    whole = path.read_bytes()
    again = Chain(tmp_path / "beside", SIGNER, {})
    again.id, again.seq, again.hash, again._first = chain, 3, "", None
    again.hash = sha256(whole.splitlines(keepends=True)[-1]).hexdigest()
    again.write([orjson.dumps(entry(at).wire()) for at in (4, 5, 6)], [1, 2, 3])
    again.close()
    (written,) = (tmp_path / "beside").iterdir()
    path.write_bytes(whole + written.read_bytes()[:-50])
    report = checked(tmp_path)
    assert report.whole
    assert noted(report) == {"torn", "unsigned"}
    assert "torn tail of a crashed process" in " ".join(each.words for each in report.notes)


def test_a_chain_after_a_crash_names_its_last_whole_line(tmp_path: Path) -> None:
    crashed = write_chain(tmp_path, ended=False, heads=False)
    path = only_file(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"prev":"half a li')
    write_chain(tmp_path)
    assert checked(tmp_path).whole
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-3]))
    findings = checked(tmp_path).findings
    assert {each.chain for each in findings} == {crashed}
    assert {each.kind for each in findings} == {"headless", "truncated", "unsigned"}


def test_what_a_living_process_writes_is_no_finding(tmp_path: Path) -> None:
    chain = Chain(tmp_path, SIGNER, {})
    try:
        chain.write([orjson.dumps(entry(1).wire())], [1])
        os.write(chain._file, b'{"prev":"')
        report = checked(tmp_path)
    finally:
        chain.close()
    assert report.whole
    assert noted(report) == {"open"}


def test_much_tampering_is_counted_and_takes_no_longer(tmp_path: Path) -> None:
    write_chain(tmp_path, (3000,))
    path = only_file(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    mixed = [line for at in range(1, len(lines) - 3, 3) for line in (lines[at + 1], lines[at])]
    path.write_bytes(b"".join([lines[0], *mixed]))
    report = checked(tmp_path)
    assert {"reordered", "deleted"} <= found(report) or report.more
    assert len(report.findings) < 110
    assert report.more > 1000


def test_a_public_key_is_64_hexadecimal_digits() -> None:
    assert public_key(f" {SIGNER.public.hex()}\n") == SIGNER.public
    for wrong in ("", "zz", "ab" * 31):
        with pytest.raises(RequestError):
            public_key(wrong)


def test_the_report_as_json_and_in_counts(tmp_path: Path) -> None:
    write_chain(tmp_path)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-400])
    report = checked(tmp_path)
    told = report.wire()
    assert told["whole"] is False
    assert dict(counted(report.findings))["truncated"] >= 1
    assert orjson.loads(orjson.dumps(told)) == told
