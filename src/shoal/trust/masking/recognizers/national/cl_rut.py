"""Chile: Rol Único Tributario and Rol Único Nacional, 7 or 8 digits and a check character that may be K."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.patterns import Patterns, anything

SOURCE = "Servicio de Impuestos Internos, DFL 3 de 1969; Registro Civil, DS 18 de 1973"
CONTEXT = (
    "rut",
    "r.u.t.",
    "r.u.n.",
    "run:",
    "run nº",
    "run no",
    "rol único tributario",
    "rol único nacional",
    "cédula de identidad",
)


def is_rut(value: str) -> bool:
    """The check character modulo 11 with the weights 2 to 7 from the right; one number in eleven passes by chance."""
    body = value[:-1]
    if not body.isdigit() or int(body) < 100_000:
        return False
    total = sum(int(digit) * (2 + at % 6) for at, digit in enumerate(reversed(body)))
    return value[-1] == "0123456789K"[-total % 11]


CHECKED = Patterns(
    name="cl_rut",
    type="CL_RUT",
    country="cl",
    source=SOURCE,
    forms=("99.999.999-X", "9.999.999-X", "999.999-X"),
    check=is_rut,
    score=0.6,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(
        CHECKED,
        name="cl_rut_unchecked",
        forms=("99.999.999-9", "9.999.999-9"),
        check=anything,
        score=0.3,
        context_score=0.7,
    ),
    Patterns(
        name="cl_rut_plain",
        type="CL_RUT",
        country="cl",
        source=SOURCE,
        forms=("99999999-X", "9999999-X", "99999999X", "9999999X", "99 999 999 X", "99.999.999 X"),
        check=is_rut,
        score=0.3,
        context=CONTEXT,
    ),
)
