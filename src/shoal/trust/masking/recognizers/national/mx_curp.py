"""Mexico: Clave Única de Registro de Población, 18 characters."""

from __future__ import annotations

import re

from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

ALPHABET = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ"
STATES = re.compile("AS|B[CS]|C[CLMSH]|D[FG]|G[TR]|HG|JC|M[CNS]|N[TLE]|OC|PL|Q[TR]|S[PLR]|T[CSL]|VZ|YN|ZS")
VOWELS = "AEIOUX"
SOURCE = "Instructivo Normativo para la Asignación de la CURP, DOF 18-10-2021"
CONTEXT = ("curp", "clave única de registro de población", "clave única", "registro de población")


def looks_like_curp(value: str) -> bool:
    """Four letters of the names, the second a vowel or X, a day of birth, a sex, a state."""
    return (
        is_day_of(*pairs(value[4:10]))
        and value[1] in VOWELS
        and value[10] in "HMX"
        and STATES.fullmatch(value[11:13]) is not None
    )


def is_curp(value: str) -> bool:
    """That, and the check digit modulo 10 with the weights 18 to 2; none passes by chance."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(value[:17], range(18, 1, -1), strict=True))
    return looks_like_curp(value) and int(value[17]) == -total % 10


PATTERNS = (
    Patterns(
        name="mx_curp",
        type="MX_CURP",
        country="mx",
        source=SOURCE,
        forms=("AAAA999999AAAAAAX9",),
        check=is_curp,
        score=0.85,
        context=CONTEXT,
    ),
    Patterns(
        name="mx_curp_unchecked",
        type="MX_CURP",
        country="mx",
        source=SOURCE,
        forms=("AAAA999999AAAAAAX9",),
        check=looks_like_curp,
        score=0.4,
        context=CONTEXT,
    ),
)
