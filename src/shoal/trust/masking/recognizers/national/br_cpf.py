"""Brazil: Cadastro de Pessoas Físicas, 11 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns, anything


def is_cpf(digits: str) -> bool:
    """Two check digits modulo 11, a rest of 10 written as 0; one number in a hundred passes by chance."""
    first = weighted(digits[:9], range(1, 10), 11) % 10
    second = weighted(digits[:10], range(10), 11) % 10
    return not all_same(digits) and digits[9:] == f"{first}{second}"


CHECKED = Patterns(
    name="br_cpf",
    type="BR_CPF",
    country="br",
    source="Instrução Normativa RFB 2172/2024; check digits as published by Receita Federal do Brasil",
    forms=("999.999.999-99", "999 999 999 99", "999 999 999-99", "999999999-99", "99999999999"),
    check=is_cpf,
    score=0.6,
    context=("cpf", "cadastro de pessoas físicas", "cadastro de pessoa física", "contribuinte", "brazilian tax id"),
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="br_cpf_unchecked", forms=("999.999.999-99",), check=anything, score=0.3, context_score=0.7),
)
