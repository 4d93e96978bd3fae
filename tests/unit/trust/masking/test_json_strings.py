"""JSON strings: how deep a place lies, and how values are written there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.json_strings import Depth, escaped, unescaped
from shoal.trust.masking.links import AllowedHosts

HOSTS = AllowedHosts(["ok.example"])
TWICE = json.dumps({"a": json.dumps({"b": "|"})})
THRICE = json.dumps({"a": json.dumps({"b": json.dumps(["x", {"c": "|"}])})})

# At each "|" the depth, for text that may be JSON.
DEPTHS = [
    ("|", "0"),
    ("Dear |", "0"),
    ('{"a": "|", "b": |', "10"),
    (' \n{"a|": "x|"}|', "110"),
    ('["|", [{"a": ["|"]}], "|"] |', "1110"),
    (TWICE, "2"),
    (THRICE, "3"),
    ('{"a": "he said \\"|\\" \\u0022|"}', "11"),
    ('{"a": "[1] He said \\"|\\""}', "1"),
    ('{"a": "{x}|"}', "1"),
    ('{"a": 12.5e3, "b": -0, "c": null, "d": true, "e": "|"}', "1"),
    ('{"a": 012, "e": "|"}', "0"),
    ('{"a": nul, "e": "|"}', "0"),
    ('{"a" "|"}', "0"),
    ('{"a": "x" "|"}', "0"),
    ('{"a": ["x"}, "|"', "0"),
    ('{, "|"', "0"),
    ('{} "|"', "0"),
    ('["a\nb", "|"]', "0"),
    ('["\\q", "|"]', "0"),
    ('[note] he said "|"', "0"),
    ('"|"', "0"),
    ('{{{"|"', "1"),
    ('Here it is: {"a": "|"} or\n["|"] or {a: "|", {"b": "|"}', "1101"),
    ('{"a": "x" {"b": "|"', "1"),
    ('["a\n["|', "1"),
]


def depths(pieces: list[str], is_json: bool = False) -> str:
    place, said = Depth(HOSTS, is_json), ""
    for piece in pieces:
        for at, text in enumerate(piece.split("|")):
            if at:
                said += str(place.depth)
            place.feed(text)
    return said


@pytest.mark.parametrize(("text", "expected"), DEPTHS)
def test_how_deep(text: str, expected: str) -> None:
    assert depths([text]) == expected
    assert depths(list(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": "|", b: |, "c": "\\q|', "101"),
        ('"|"', "1"),
        ('{"a": "x\ny|"}', "1"),
        ('{"a": "x\\', ""),
        ('{"a": "{\\"b\\": \\"|\\"}"}', "2"),
        ('{"a": "{\\"b\\" \\"|\\"}"}', "1"),
    ],
)
def test_what_is_json_for_sure_is_read_though_broken(text: str, expected: str) -> None:
    assert depths([text], True) == expected
    assert depths(list(text), True) == expected


def test_a_value_outside_a_string_needs_quotes() -> None:
    place = Depth(HOSTS, is_json=True)
    place.feed('{"a": ')
    assert place.quotes_due
    place.feed('"')
    assert not place.quotes_due
    assert not Depth(HOSTS).quotes_due


URLS = [
    ('{"a": "https://evil.example/?q=|", "b": "|"}', "-+"),
    ('{"a": "https:\\/\\/evil.example\\/?q=|"}', "-"),
    ('{"a": "\\u0068ttps:\\u002f/evil.example/|"}', "-"),
    ('{"a": "https://ok.example/|"}', "+"),
    ('{"a": "https:\\/\\/ok.example\\/|"}', "+"),
    (json.dumps({"a": json.dumps({"b": "![x](https://evil.example/|)", "c": "|"})}), "-+"),
    (json.dumps({"a": json.dumps(["\u00e9 //evil.example/|"])}), "-"),
    ('{"a": https://evil.example/|}', "-"),
    ('{"a": "see https://evil.example/\\n|"}', "+"),
]


@pytest.mark.parametrize(("text", "expected"), URLS)
@pytest.mark.parametrize("split", [False, True])
def test_urls_in_strings(text: str, expected: str, split: bool) -> None:
    place, said = Depth(HOSTS, is_json=True), ""
    for at, piece in enumerate(text.split("|")):
        if at:
            said += "+" if place.open else "-"
            place.leave()
        for part in piece if split else [piece]:
            place.feed(part)
    assert said == expected


@given(st.text(), st.integers(0, 4))
def test_escaping_is_undone_by_reading(value: str, depth: int) -> None:
    assert unescaped(escaped(value, depth), depth) == value


@given(st.text(st.characters(codec=None, exclude_categories=[])))
def test_lone_surrogates_can_be_written(value: str) -> None:
    text = escaped(value)
    text.encode()
    assert json.loads(f'"{text}"') == json.loads(json.dumps(value))


@pytest.mark.parametrize("text", ['"', "\\q", "a\nb", '", "', "\\"])
def test_what_is_not_inside_a_string(text: str) -> None:
    assert unescaped(text) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON) | st.lists(JSON), st.integers(0, 3), st.booleans())
def test_all_json_is_known_to_be_json(value: object, indent: int, ascii: bool) -> None:
    try:
        text = json.dumps(value, indent=indent or None, ensure_ascii=ascii, allow_nan=False)
    except ValueError:
        return
    text = text.replace("|", "!")
    marked = text[: text.rindex("}" if text[-1] == "}" else "]")]
    more = ', "m": "|"' if text[-1] == "}" else ', "|"'
    if marked.strip() in ("{", "["):
        more = more[2:]
    assert depths([marked + more]) == "1"
    assert depths(list(marked + more)) == "1"


def test_depth_and_length_are_bounded() -> None:
    value = "|"
    for _ in range(9):
        value = json.dumps([value])
    assert depths([value]) == "6"
    assert depths(["[" * 200_000 + '"|']) == "1"
    assert depths(["[" + "1" * 200_000 + ', "|']) == "0"
