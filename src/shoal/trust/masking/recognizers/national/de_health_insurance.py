"""Germany: Krankenversichertennummer, the part of the card that never changes: a letter and nine digits."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

WEIGHTS = (1, 2, 1, 2, 1, 2, 1, 2, 1, 2)


def is_insured(value: str) -> bool:
    """The letter as 01 to 26; every second digit doubled, digits of products summed, modulo 10; one in ten."""
    digits = f"{ord(value[0]) - 64:02d}{value[1:9]}"
    products = [weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)]
    total = sum(product // 10 + product % 10 for product in products)
    return int(value[1:9]) > 0 and total % 10 == int(value[9])


PATTERNS = Patterns(
    name="de_health_insurance",
    type="DE_HEALTH_INSURANCE",
    country="de",
    source="Sozialgesetzbuch V §290; GKV-Spitzenverband, Richtlinie Krankenversichertennummer",
    forms=("A999999999", "A 999999999", "A999 999 999", "A 999 999 999"),
    check=is_insured,
    score=0.4,
    context=(
        "krankenversichertennummer",
        "krankenversichertennr",
        "versichertennummer",
        "versicherten-nr",
        "versichertennr",
        "kvnr",
        "krankenkasse",
        "krankenversicherung",
        "gesundheitskarte",
        "egk",
        "health insurance",
    ),
)
