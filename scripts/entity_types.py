"""Writes docs/reference/entity-types.md: every entity type that Shoal finds by itself, with country, score and source.

python scripts/entity_types.py      run it after a recognizer was added or changed; a test compares the page
"""

from __future__ import annotations

from pathlib import Path

from shoal.trust.masking.kinds import CLASSIFIER, Kind, kinds
from shoal.trust.masking.policy import OBSERVED

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "entity-types.md"
HEAD = """# Entity types

This table lists every entity type that Shoal finds by itself. It is written by `scripts/entity_types.py` from the
recognizers; `shoal policy types` prints the same. Types of your own come with lists, field rules and plug-ins: see
[Mask personal data](../guides/masking.md).

There are {count} types, of which {national} are numbers of {countries} countries. "Near a word" says that a find is
masked only if a word that tells what it is stands near, or, from a score of 0.3 on, if its country is named in
`trust.masking.countries`. The score is how sure a find is without such a word and with it;
[Masking](../concepts/masking.md) explains it. These types are observed and not masked unless you say so: {observed}.

| Type | Country | Score | Near a word | Source |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    found = kinds()
    national = [each.country for each in found if each.country]
    head = HEAD.format(
        count=len(found),
        national=len(national),
        countries=len(set(national)),
        observed=", ".join(f"`{name}`" for name in sorted(OBSERVED)),
    )
    return head + "".join(map(_row, found))


def _row(kind: Kind) -> str:
    word = "yes" if kind.context else "no"
    source = "; ".join(kind.sources).replace("|", "/")
    return f"| `{kind.type}` | {kind.country.upper()} | {_score(kind)} | {word} | {source} |\n"


def _score(kind: Kind) -> str:
    if kind.score is None or kind.context_score is None:
        return "by the model" if CLASSIFIER in kind.sources else ""
    return f"{kind.score:g}" if kind.score == kind.context_score else f"{kind.score:g}, {kind.context_score:g}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
