"""The page on facts agrees with the tables, and gives the attribution that licences ask for."""

from __future__ import annotations

from scripts import facts_page
from shoal.facts.tables import load


def test_the_page_is_up_to_date() -> None:
    written = facts_page.PAGE.read_text(encoding="utf-8")
    assert written == facts_page.page(), "run 'python scripts/facts_page.py'"


def test_open_licences_get_their_attribution() -> None:
    owed = [
        source for source in load().sources() if source.licence.startswith(("CC BY", "MIT", "Apache", "data CC BY"))
    ]
    assert len(owed) >= 6
    assert all(source.attribution for source in owed)
