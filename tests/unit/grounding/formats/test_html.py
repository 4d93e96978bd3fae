"""HTML: what a reader came for, without the furniture."""

import pytest

from shoal.grounding.formats.html import read_html
from shoal.grounding.sections import Kind


def blocks(text: str) -> list[tuple[Kind, str]]:
    return [(block.kind, block.text) for section in read_html(text, "file") for block in section.blocks]


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("<p>one\n  <b>two</b> <i>three</i></p>", Kind.PARAGRAPH, "one two three"),
        ("a<br>b", Kind.PARAGRAPH, "a b"),
        ("<p>run <code>ls -l</code> now</p>", Kind.PARAGRAPH, "run `ls -l` now"),
        ("<ul><li>one <b>x</b><ul><li>deep</ul><li>two</ul>", Kind.LIST, "- one x\n  - deep\n- two"),
        ("<ol><li>one<li>two</ol>", Kind.LIST, "1. one\n2. two"),
        ("<ul><li><p>one</p><p>more</p></ul>", Kind.LIST, "- one more"),
        ("<pre>a\n  <b>b</b></pre>", Kind.CODE, "```\na\n  b\n```"),
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", Kind.TABLE, "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("&lt;b&gt; &eacute;", Kind.PARAGRAPH, "<b> é"),
    ],
)
def test_blocks(text: str, kind: Kind, wanted: str) -> None:
    assert blocks(text) == [(kind, wanted)]


@pytest.mark.parametrize(
    "furniture",
    [
        "<script>x</script>",
        "<style>x</style>",
        "<nav><ul><li>x<script>y</script></ul></nav>",
        "<aside>x</aside>",
        "<form>x<button>x</button></form>",
        "<div hidden>x</div>",
        "<div role=navigation>x</div>",
        "<header>x</header>",
        "<footer>x<nav>x</nav></footer>",
        "<!-- x -->",
        "<template>x</template>",
    ],
)
def test_furniture_is_left_out(furniture: str) -> None:
    assert blocks(f"<body>{furniture}<p>text</p></body>") == [(Kind.PARAGRAPH, "text")]


def test_main_is_taken_where_it_is_the_page() -> None:
    assert blocks("<div>side</div><main><p>text and more of it</p></main>") == [(Kind.PARAGRAPH, "text and more of it")]
    assert len(blocks("<p>a page of many words outside of it</p><main>x</main>")) == 2


def test_a_table_that_lays_out_the_page_is_no_table() -> None:
    page = "<table><tr><td><h2>Head</h2><p>text</p></td><td><table><tr><td>1<td>2</table></td></tr></table>"
    assert blocks(page) == [(Kind.PARAGRAPH, "text"), (Kind.TABLE, "| 1 | 2 |\n|---|---|")]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("<title>A  page</title><p>a</p><h2>Two</h2><p>b</p>", ["A page", "A page › Two"]),
        ("<title>A page</title><h1>One</h1><p>b</p>", ["One"]),
        ("<p>a</p>", ["file"]),
    ],
)
def test_titles(text: str, titles: list[str]) -> None:
    assert [section.title for section in read_html(text, "file")] == titles


@pytest.mark.parametrize("text", ["<div>" * 20_000 + "deep", "<p", "</div></div>x", "\x00<p>x", "<table>" * 300 + "x"])
def test_bad_html_is_no_fault(text: str) -> None:
    read_html(text, "file")
