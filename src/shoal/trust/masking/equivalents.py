"""Which type names mean the same when masking is scored: those of a labelled file and those of Shoal.

It knows no text and no score. A name that is not here stands for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shoal.trust.masking.entity import Entity

# A name in a labelled file (presidio-research and others) and Shoal's.
NAMES: Mapping[str, str] = {
    **dict.fromkeys(("STREET_ADDRESS", "STREET", "BUILDING"), "ADDRESS"),
    **dict.fromkeys(("GPE", "LOC", "CITY", "COUNTRY", "STATE", "FACILITY"), "LOCATION"),
    **dict.fromkeys(("ORG", "COMPANY", "HOSPITAL", "VENDOR", "HOSP", "PATORG"), "ORGANIZATION"),
    **dict.fromkeys(("PER", "NAME", "FIRST_NAME", "LAST_NAME", "PATIENT", "STAFF", "HCW"), "PERSON"),
    **dict.fromkeys(("DATE", "TIME", "PERIOD", "BIRTHDAY", "DATE_OF_BIRTH", "DOB"), "DATE_TIME"),
    **dict.fromkeys(("NORP", "NATIONALITY", "RELIGION"), "NRP"),
    **dict.fromkeys(("ZIP", "POSTCODE", "POSTAL_CODE"), "ZIP_CODE"),
    "PREFIX": "TITLE",
    "EMAIL": "EMAIL_ADDRESS",
    "PHONE": "PHONE_NUMBER",
    "IBAN": "IBAN_CODE",
    "DOMAIN": "DOMAIN_NAME",
    "SSN": "US_SSN",
    "UK_NHS": "GB_NHS",
    "UK_NINO": "GB_NINO",
    "CN_ID": "CN_RESIDENT_ID",
    "BIC": "SWIFT_CODE",
    "OPENAI_API_KEY": "MODEL_HOST_KEY",
}
# What else counts as right for a label: a wider or a narrower name for the same thing.
ALSO: Mapping[str, frozenset[str]] = {
    "ADDRESS": frozenset({"LOCATION", "ZIP_CODE"}),
    "LOCATION": frozenset({"ADDRESS"}),
    "ZIP_CODE": frozenset({"ADDRESS", "LOCATION"}),
    "DATE_TIME": frozenset({"CREDIT_CARD_EXPIRY"}),
    "DOMAIN_NAME": frozenset({"URL"}),
    "URL": frozenset({"DOMAIN_NAME"}),
    "PERSON": frozenset({"USERNAME"}),
    "USERNAME": frozenset({"PERSON"}),
}
# Kinds of document that countries number each in their own way: any country's is right for a label that names none.
DOCUMENTS: tuple[frozenset[str], ...] = (
    frozenset({"PASSPORT"}),
    frozenset({"DRIVER_LICENSE", "DRIVING_LICENCE"}),
    frozenset({"LICENSE_PLATE", "VEHICLE_REGISTRATION"}),
    frozenset({"ID_CARD", "IDENTITY_CARD"}),
    frozenset({"BANK_NUMBER"}),
)


def same(label: str, found: str) -> bool:
    """Whether an entity found as `found` is right for what the file calls `label`."""
    wanted, have = NAMES.get(label, label), NAMES.get(found, found)
    return have == wanted or have in ALSO.get(wanted, ()) or _one_document(wanted, have)


def _one_document(one: str, other: str) -> bool:
    """PASSPORT and GB_PASSPORT, not GB_PASSPORT and US_PASSPORT."""
    (land, kind), (other_land, other_kind) = _land(one), _land(other)
    return kind is not None and kind == other_kind and (land in ("", other_land) or not other_land)


def _land(name: str) -> tuple[str, frozenset[str] | None]:
    """The country code before a document's name, "" where there is none; no document: None."""
    for kind in DOCUMENTS:
        for ending in kind:
            if name == ending or name[2:] == f"_{ending}":
                return name[: -len(ending)].rstrip("_"), kind
    return "", None


def aligned(labels: Sequence[Entity], found: Sequence[Entity]) -> tuple[list[Entity], list[Entity]]:
    """Both sides in Shoal's names; what is right for the label that it overlaps most takes that label's name."""
    named = [replace(each, type=NAMES.get(each.type, each.type)) for each in labels]
    return named, [_renamed(each, named) for each in found]


def _renamed(found: Entity, labels: Sequence[Entity]) -> Entity:
    own = NAMES.get(found.type, found.type)
    near = [each for each in labels if _shared(each, found) > 0 and same(each.type, own)]
    best = max(near, key=lambda each: _shared(each, found), default=None)
    return replace(found, type=best.type if best else own)


def _shared(one: Entity, other: Entity) -> int:
    return min(one.end, other.end) - max(one.start, other.start)
