"""Names that mean the same, and names that do not."""

from __future__ import annotations

import pytest

from shoal.trust.masking.entity import Entity
from shoal.trust.masking.equivalents import aligned, same


@pytest.mark.parametrize(
    ("label", "found", "right"),
    [
        ("PERSON", "PERSON", True),
        ("STREET_ADDRESS", "ADDRESS", True),
        ("GPE", "LOCATION", True),
        ("STREET_ADDRESS", "LOCATION", True),
        ("ZIP_CODE", "ADDRESS", True),
        ("ADDRESS", "ORGANIZATION", False),
        ("DOMAIN_NAME", "URL", True),
        ("DATE_TIME", "CREDIT_CARD_EXPIRY", True),
        ("CREDIT_CARD_EXPIRY", "DATE_TIME", False),
        ("AGE", "DATE_TIME", False),
        ("PASSPORT", "US_PASSPORT", True),
        ("US_PASSPORT", "PASSPORT", True),
        ("GB_PASSPORT", "US_PASSPORT", False),
        ("US_DRIVER_LICENSE", "DE_DRIVING_LICENCE", False),
        ("LICENSE_PLATE", "IN_VEHICLE_REGISTRATION", True),
        ("IT_ID_CARD", "IT_IDENTITY_CARD", True),
        ("NL_BSN", "DE_TAX_ID", False),
        ("CN_ID", "CN_RESIDENT_ID", True),
        ("SOMETHING_NEW", "SOMETHING_NEW", True),
    ],
)
def test_same(label: str, found: str, right: bool) -> None:
    assert same(label, found) is right


def entity(kind: str, start: int, end: int) -> Entity:
    return Entity(kind, start, end, 0.9, "test")


def test_a_finding_takes_the_name_of_the_label_that_it_covers_most() -> None:
    labels = [entity("ZIP", 0, 4), entity("STREET_ADDRESS", 5, 20), entity("PER", 25, 30)]
    found = [entity("LOCATION", 0, 20), entity("URL", 26, 29), entity("ORG", 40, 44)]
    named, taken = aligned(labels, found)
    assert [each.type for each in named] == ["ZIP_CODE", "ADDRESS", "PERSON"]
    assert [each.type for each in taken] == ["ADDRESS", "URL", "ORGANIZATION"]
    assert [(each.start, each.end) for each in taken] == [(0, 20), (26, 29), (40, 44)]
