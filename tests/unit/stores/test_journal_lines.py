"""Lines of the journal: what is written is read back, damage is noticed, nothing of a host's own words is in them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import Basis, Impacts, Range, Tier
from shoal.stores.journal_lines import closed_line, delivered_line, frame, open_line, record_from, unframe
from shoal.stores.record import Record

BASIS = Basis("all", "DEU", 344.1, "source", 2024, "v1", beside="0.24 Wh")
TOOK = Impacts(
    Range(1, 2, 3), Range(4, 5, 6), None, water_ml=Range(0, 0, 0.1), tier=Tier.MODELLED, bases=(BASIS, BASIS)
)
texts = st.text(max_size=20)
floats = st.floats(allow_nan=False, allow_infinity=False)
counts = st.integers(0, 2**53)
usages = st.builds(Usage, counts, counts, counts, counts, floats, estimated=st.booleans())
attempts = st.builds(
    Attempt,
    *(texts, texts, st.sampled_from(Purpose), floats),
    outcome=texts,
    usage=usages,
    impacts=st.sampled_from([None, Impacts(), TOOK]),
    facts=st.none() | texts,
    measured_j=st.none() | floats,
)
records = st.builds(
    Record,
    *(texts, texts, texts, floats, texts, st.booleans()),
    outcome=texts,
    tags=st.none() | st.dictionaries(texts, texts, max_size=3),
    trust=st.none() | st.dictionaries(texts, st.integers(0, 9) | st.lists(floats, max_size=2), max_size=3),
    impacts=st.sampled_from([None, TOOK]),
    attempts=st.lists(attempts, max_size=3),
    delivered=st.sampled_from([None, True]),
)


@given(records)
def test_a_record_is_read_back_whole(record: Record) -> None:
    line = unframe(closed_line(record))
    assert line is not None
    assert (line[0], record_from(line[1])) == ("closed", record)


def test_what_the_one_attempt_took_is_written_once() -> None:
    attempt = Attempt("m", "h", Purpose.ANSWER, 1.0, impacts=TOOK)
    shared = Record("ex", "t", "k", 1.0, "m", False, impacts=TOOK, attempts=[attempt])
    apart = replace(shared, impacts=Impacts.flat(TOOK.ends, TOOK.tier, TOOK.bases))
    assert len(closed_line(shared)) < len(closed_line(apart))
    line = unframe(closed_line(shared))
    assert line is not None
    assert record_from(line[1]) == shared == apart


def test_the_kinds_of_lines() -> None:
    record = Record("ex", "t", "k", 1.0, "m", True, person="hash", team="red", tags={"a": "b"})
    opened, amended = unframe(open_line(record)), unframe(closed_line(record, "measured"))
    assert opened is not None
    assert amended is not None
    assert (opened[0], record_from(opened[1])) == ("open", record)
    assert (amended[0], record_from(amended[1]), amended[2]) == ("amended", record, "measured")
    assert unframe(delivered_line("ex")) == ["delivered", "ex"]


def test_a_host_s_own_words_are_not_in_it() -> None:
    usage = Usage(1, 2, wire={"note": "the words of the host"})
    record = Record("ex", "t", "k", 1.0, "m", True, attempts=[Attempt("m", "h", Purpose.ANSWER, 1.0, usage=usage)])
    assert b"words" not in closed_line(record)


def test_what_json_hardly_holds_is_kept() -> None:
    record = Record("ex", "t", "k", 1.0, "m", True, tags={"a": "\ud800"}, latency_s=1.5)
    record.attempts = [Attempt("m", "h", Purpose.ANSWER, 1.0, usage=Usage(prompt_tokens=2**70), impacts=TOOK)]
    line = unframe(closed_line(record))
    assert line is None or line[1]["id"] == "ex"
    assert frame(("closed", {"id": 2**70})).endswith(b"\n")


@given(records, st.data())
def test_damage_is_noticed(record: Record, data: st.DataObject) -> None:
    whole = closed_line(record)
    at = data.draw(st.integers(0, len(whole) - 2))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at] and byte != 10))
    damaged = unframe(whole[:at] + bytes([other]) + whole[at + 1 :])
    # The case of a hexadecimal digit and the blank between are no matter.
    assert damaged is None or damaged == unframe(whole)


@pytest.mark.parametrize("raw", [b"\n", b"", b"0 0 \n", b"00000002 a505df1b {}\nx", b"zz\n", b"\x00" * 40 + b"\n"])
def test_what_is_no_line(raw: bytes) -> None:
    assert unframe(raw) is None


def test_a_line_of_an_earlier_version_says_nothing_of_guesses() -> None:
    record = Record(
        "ex", "t", "k", 1.0, "m", True, attempts=[Attempt("m", "h", Purpose.ANSWER, 1.0, usage=Usage(1, 2))]
    )
    line = unframe(closed_line(record))
    assert line is not None
    del line[1]["attempts"][0]["usage"][5:]
    assert record_from(line[1]) == record


def test_names_of_a_later_version_are_passed_over() -> None:
    fields = {"id": "ex", "tenant": "t", "key_id": "k", "started": 1.0, "asked": "m", "streamed": True, "new": 1}
    assert record_from(fields) == Record("ex", "t", "k", 1.0, "m", True)
    with pytest.raises(TypeError):
        record_from({"id": "ex"})
