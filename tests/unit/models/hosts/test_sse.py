"""Server-sent events: every way that bytes can be cut gives the same events."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.models.hosts.sse import EventStream, EventTooLarge

CASES = {
    "one": (b"data: a\n\n", [b"a"]),
    "two": (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
    "no space after the colon": (b"data:a\n\n", [b"a"]),
    "only one space goes": (b"data:  a\n\n", [b" a"]),
    "several lines": (b"data: a\ndata: b\n\n", [b"a\nb"]),
    "CRLF": (b"data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", [b"a\nb", b"c"]),
    "CR": (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
    "mixed line ends": (b"data: a\r\n\ndata: b\n\r\n", [b"a", b"b"]),
    "comments": (b": keep-alive\n\ndata: a\n: more\n\n", [b"a"]),
    "other fields": (b"event: x\nid: 7\nretry: 5\ndata: a\n\n", [b"a"]),
    "unknown field": (b"database: no\ndata: a\n\n", [b"a"]),
    "empty data": (b"data:\n\ndata\n\ndata: a\n\n", [b"a"]),
    "blank lines between": (b"\n\n\ndata: a\n\n\n\ndata: b\n\n", [b"a", b"b"]),
    "byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
    "a mark inside stays": (b"data: \xef\xbb\xbfa\n\n", [b"\xef\xbb\xbfa"]),
    "UTF-8": ("data: né 😀\n\n".encode(), ["né 😀".encode()]),
    "the end cuts off": (b"data: a\n\ndata: b\n", [b"a"]),
    "nothing": (b"", []),
}


def feed(parts: list[bytes]) -> list[bytes]:
    events = EventStream()
    return [data for part in parts for data in events.feed(part)]


@pytest.mark.parametrize(("whole", "expected"), CASES.values(), ids=CASES)
def test_events(whole: bytes, expected: list[bytes]) -> None:
    assert feed([whole]) == expected
    assert feed([whole[at : at + 1] for at in range(len(whole))]) == expected
    for at in range(len(whole)):
        assert feed([whole[:at], whole[at:]]) == expected


LINES = st.lists(st.sampled_from([b"data: x", b"data:", b": c", b"event: e", b"data: \xc3\xa9", b""]), max_size=12)


@given(LINES, st.sampled_from([b"\n", b"\r", b"\r\n"]), st.lists(st.integers(0, 90), max_size=8))
def test_cuts_do_not_matter(lines: list[bytes], end: bytes, cuts: list[int]) -> None:
    whole = b"".join(line + end for line in lines)
    edges = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    parts = [whole[low:high] for low, high in pairwise(edges)]
    assert feed(parts) == feed([b"".join(line + b"\n" for line in lines)])


def test_an_event_without_end_is_refused() -> None:
    events = EventStream(limit=100)
    assert events.feed(b"data: " + b"a" * 90) == []
    with pytest.raises(EventTooLarge, match="100 bytes"):
        events.feed(b"a" * 10)


def test_the_limit_is_for_one_event() -> None:
    events = EventStream(limit=100)
    assert sum(len(events.feed(b"data: a\n\n" * 50)) for _ in range(5)) == 250


def test_a_large_event_in_small_parts_is_read_once() -> None:
    events = EventStream()
    for _ in range(20_000):
        assert events.feed(b"data: " if _ == 0 else b"abcdefgh") == []
    assert len(events.feed(b"\n\n")[0]) == 19_999 * 8
