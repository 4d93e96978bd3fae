"""Panama: cédula de identidad personal: province (or PE, E, N), volume, entry; no check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="pa_cedula",
    type="PA_CEDULA",
    country="pa",
    source="Tribunal Electoral, Ley 68 de 2015",
    regexes=(r"(?i)(?:^|[^0-9A-Z\xe9./_-])(?P<value>(?:1[0-3]|[1-9]|PE|E|N)-[0-9]{1,4}-[0-9]{1,6})(?:$|[^0-9A-Z/_-])",),
    score=0.1,
    context_score=0.8,
    context=("cédula", "cédula de identidad", "cip", "cédula de identidad personal"),
)
