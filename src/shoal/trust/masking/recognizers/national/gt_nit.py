"""Guatemala: Número de Identificación Tributaria, up to 8 digits and a check character that may be K."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_nit(value: str) -> bool:
    """The check character modulo 11 with the weights 2, 3, ... from the right; one number in eleven passes."""
    body = value[:-1]
    if not body.isdigit() or body[0] == "0":
        return False
    total = sum(int(digit) * at for at, digit in enumerate(reversed(body), start=2))
    return value[-1] == "0123456789K"[-total % 11]


PATTERNS = Patterns(
    name="gt_nit",
    type="GT_NIT",
    country="gt",
    source="Superintendencia de Administración Tributaria, Código Tributario art. 120",
    forms=("99999999-X", "9999999-X", "999999-X", "99999-X", "9999-X", "99999999X", "9999999X", "999999X"),
    check=is_nit,
    score=0.3,
    context=(
        "nit",
        "n.i.t.",
        "número de identificación tributaria",
        "tax id",
        "superintendencia de administración tributaria",
    ),
)
