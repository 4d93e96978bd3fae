"""Every link of the documentation leads somewhere, and every page can be found from docs/README.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, anchors, blocks, links, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} does not exist"
        assert not anchor or anchor in anchors(target), f"{link} names no heading of {target.name}"


def test_every_page_can_be_found_from_the_first() -> None:
    start = ROOT / "docs" / "README.md"
    seen, waiting = {start}, [start]
    while waiting:
        page = waiting.pop()
        found = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
        fresh = {path for path in found if path.suffix == ".md" and path.exists()} - seen
        seen |= fresh
        waiting.extend(fresh)
    decisions = ROOT / "docs" / "decisions"
    wanted = {page for page in pages() if page.is_relative_to(ROOT / "docs") and decisions not in page.parents}
    lost = wanted - seen
    assert not lost, f"no link leads to {sorted(str(page.relative_to(ROOT)) for page in lost)}"


def test_the_annotated_tree_names_what_there_is() -> None:
    (tree,) = [block.text for block in blocks("") if block.page == ROOT / "README.md"]
    inner = re.findall(r"^[├└]── ((?:[\w.]+/? )+)", tree, re.MULTILINE)
    outer = re.findall(r"^(\w+/) ", tree, re.MULTILINE)
    named = [ROOT / "src" / "shoal" / name for line in inner for name in line.split()] + [ROOT / name for name in outer]
    assert len(named) > 20
    assert not [path for path in named if not path.exists()]


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
