"""Writes docs/reference/facts.md: how many facts there are, where they come from, and the attribution that is due.

python scripts/facts_page.py      run it after a table of facts was changed; a test compares the page
"""

from __future__ import annotations

from pathlib import Path

from shoal.facts.tables import TOPICS, Facts, load

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "facts.md"
HEAD = """# Facts and their sources

This page is written by `scripts/facts_page.py` from the tables in `src/shoal/facts/data`. Every row there has its
subject, quantity, low, value, high, unit, year and source. A table of your own with the column `topic` before these
lies over them. [Energy, carbon, water and cost](../methodology/energy.md) says what they are used for.

| Topic | Subjects | Figures |
|---|---|---|
"""
SOURCES = """
## Sources and attribution

"Checked" says how a figure came here: `file`, read in the source itself; `secondary`, read in another work; `memory`,
known and not read again; `own`, Shoal's own arithmetic or assumption.

| Source | Title | Licence | Attribution | Checked | Note |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The page's text."""
    facts = load()
    topics = "".join(f"| {topic} | {len(facts.subjects(topic)):,} | {figures(facts, topic):,} |\n" for topic in TOPICS)
    rows = "".join(
        f"| `{each.id}` | {each.title} | {each.licence} | {each.attribution} | {each.checked} | {each.note} |\n"
        for each in facts.sources()
    )
    return HEAD + topics + SOURCES + rows


def figures(facts: Facts, topic: str) -> int:
    """How many figures a topic holds."""
    return sum(len(facts.about(topic, subject)) for subject in facts.subjects(topic))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
