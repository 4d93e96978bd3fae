"""HTML to sections: what a reader of the page came for, without scripts, navigation and other furniture. It fetches
nothing that the page names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from shoal.grounding.sections import Kind, Outline, Section, fenced, table

FURNITURE = (
    "script, style, noscript, template, nav, aside, form, button, select, svg, iframe, object, canvas, dialog, head, "
    "body > header, body > footer, [hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo]"
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset(
    {
        *("address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset"),
        *("figcaption", "figure", "footer", "header", "hr", "html", "main", "ol", "p", "section", "summary", "td"),
        *("th", "ul"),
    }
)
_CODE = frozenset(("code", "kbd", "samp", "tt"))
_NO_DATA = "table, h1, h2, h3, pre, ul, ol"  # a table that holds one of these lays out the page
_MAIN_SHARE = 0.4  # of the page's text: a smaller <main> is not trusted to be the page
_DEEPEST = 200  # how many levels up a text looks for the block that it stands in


@dataclass(frozen=True, slots=True)
class _Place:
    """The block that a text stands in; `depth` counts the lists around it, `whole` is the outermost of them."""

    kind: str
    id: int
    node: LexborNode = field(compare=False)
    depth: int = 0
    whole: int = 0


def read_html(text: str, name: str) -> list[Section]:
    """The sections of an HTML page; its `title` (else `name`) stands in for a missing h1."""
    tree = LexborHTMLParser(text)
    title = tree.css_first("title")
    named = _plain(title.text()) if title is not None else ""
    outline = Outline(named or name)
    _add_tree(tree, outline)
    return outline.sections()


def add_html(fragment: str, outline: Outline) -> None:
    """Adds the headings and blocks of a piece of HTML."""
    _add_tree(LexborHTMLParser(fragment), outline)


def _add_tree(tree: LexborHTMLParser, outline: Outline) -> None:
    for node in reversed(tree.css(FURNITURE)):  # the inner ones first: an outer one takes them along
        node.decompose()
    if tree.body is None:
        return
    pieces = groupby(_pieces(_main(tree.body)), key=lambda pair: pair[0])
    joined = [(place, "".join(text for _, text in found)) for place, found in pieces]
    blocks = [(place, text) for place, text in joined if text.strip()]
    numbers: Counter[int] = Counter()
    for _, group in groupby(blocks, key=lambda pair: pair[0].whole or pair[0].id):
        _add_blocks(list(group), numbers, outline)


def _main(body: LexborNode) -> LexborNode:
    for selector in ("main", "[role=main]", "article"):
        found = body.css(selector)
        if len(found) == 1 and len(found[0].text()) >= _MAIN_SHARE * len(body.text()):
            return found[0]
    return body


def _pieces(body: LexborNode) -> Iterator[tuple[_Place, str]]:
    """Every text with its place, in reading order."""
    tables = frozenset(node.mem_id for node in body.css("table") if _holds_data(node))
    for node in body.traverse(include_text=True):
        if node.tag == "br" or node.tag in _BLOCKS:
            yield _place(node, tables), "\n"
        elif node.is_text_node and node.text_content:
            place = _place(node, tables)
            quoted = node.parent is not None and node.parent.tag in _CODE and node.text_content.strip()
            yield place, f"`{node.text_content}`" if quoted and place.kind != "pre" else node.text_content


def _holds_data(table: LexborNode) -> bool:
    return all(inner.mem_id == table.mem_id for inner in table.css(_NO_DATA))  # a node is among its own matches


def _place(node: LexborNode, tables: frozenset[int]) -> _Place:
    nearest: LexborNode | None = None
    items: list[LexborNode] = []
    for above in islice(_above(node), _DEEPEST):
        tag = above.tag or ""
        if tag in ("pre", *_HEADINGS) and not items:
            return _Place(tag, above.mem_id, above)
        if tag == "table" and above.mem_id in tables:
            return _Place("table", above.mem_id, above)
        if tag == "li":
            items.append(above)
        elif nearest is None and tag in _BLOCKS:
            nearest = above
    if items:
        outermost = items[-1].parent
        whole = outermost.mem_id if outermost is not None else items[-1].mem_id
        return _Place("li", items[0].mem_id, items[0], len(items), whole)
    found = nearest or node
    return _Place("block", found.mem_id, found)


def _above(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _add_blocks(group: list[tuple[_Place, str]], numbers: Counter[int], outline: Outline) -> None:
    place, text = group[0]
    if place.kind in _HEADINGS:
        outline.heading(int(place.kind[1]), _plain(text))
    elif place.kind == "pre":
        outline.block(Kind.CODE, fenced(text.strip("\n")))
    elif place.kind == "table":
        outline.block(Kind.TABLE, table(_rows(place.node)))
    elif place.kind == "li":
        lines = [_item(each, _plain(said), numbers) for each, said in group]
        outline.block(Kind.LIST, "\n".join(lines))
    else:
        outline.block(Kind.PARAGRAPH, _plain(text))


def _item(place: _Place, text: str, numbers: Counter[int]) -> str:
    parent = place.node.parent
    mark = "-"
    if parent is not None and parent.tag == "ol":
        numbers[parent.mem_id] += 1
        mark = f"{numbers[parent.mem_id]}."
    return "  " * (place.depth - 1) + f"{mark} {text}"


def _rows(node: LexborNode) -> list[list[str]]:
    rows = [[_plain(cell.text(separator=" ")) for cell in row.css("td, th")] for row in node.css("tr")]
    return [row for row in rows if any(row)]


def _plain(text: str) -> str:
    return " ".join(text.split())
