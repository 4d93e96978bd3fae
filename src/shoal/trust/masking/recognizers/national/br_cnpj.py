"""Brazil: Cadastro Nacional da Pessoa Jurídica, 14 characters; with letters since July 2026."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns, anything

WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
SOURCE = "Instrução Normativa RFB 2119/2022, as amended by 2229/2024 (letters)"
CONTEXT = ("cnpj", "cadastro nacional da pessoa jurídica", "inscrição no cnpj", "brazilian company number")


def _check_digit(body: str) -> int:
    """Modulo 11 over ASCII code less 48, so that "A" is 17; a rest of 0 or 1 gives 0."""
    weights = WEIGHTS[-len(body) :]
    rest = sum(weight * (ord(char) - 48) for weight, char in zip(weights, body, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def is_cnpj(value: str) -> bool:
    """Two check digits modulo 11; one number in a hundred passes by chance."""
    return not all_same(value) and value[12:] == f"{_check_digit(value[:12])}{_check_digit(value[:13])}"


def is_near_first_branch(value: str) -> bool:
    """The same check and a branch from 0000 to 0009, as most have; one plain number in 100,000 passes by chance."""
    return value[8:11] == "000" and is_cnpj(value)


def is_cnpj_with_letters(value: str) -> bool:
    """The same check, for what the forms of digits do not find already."""
    return not value.isdigit() and is_cnpj(value)


CHECKED = Patterns(
    name="br_cnpj",
    type="BR_CNPJ",
    country="br",
    source=SOURCE,
    forms=("99.999.999/9999-99", "99999999/9999-99"),
    check=is_cnpj,
    score=0.85,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(
        CHECKED, name="br_cnpj_unchecked", forms=("99.999.999/9999-99",), check=anything, score=0.3, context_score=0.7
    ),
    Patterns(
        name="br_cnpj_plain",
        type="BR_CNPJ",
        country="br",
        source=SOURCE,
        forms=("99999999999999", "99 999 999 9999 99"),
        check=is_near_first_branch,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="br_cnpj_branch",
        type="BR_CNPJ",
        country="br",
        source=SOURCE,
        forms=("99999999999999", "99 999 999 9999 99"),
        check=is_cnpj,
        score=0.4,
        context=CONTEXT,
    ),
    Patterns(
        name="br_cnpj_letters",
        type="BR_CNPJ",
        country="br",
        source=SOURCE,
        regexes=(
            r"\b[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}\b",
            r"\b[0-9A-Z]{12}[0-9]{2}\b",
        ),
        check=is_cnpj_with_letters,
        score=0.6,
        context=CONTEXT,
    ),
)
