"""Bolivia: cédula de identidad, 5 to 8 digits and often the department; no check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="bo_ci",
    type="BO_CI",
    country="bo",
    source="Servicio General de Identificación Personal, Ley 145",
    regexes=(
        r"(?i)(?:^|[^0-9A-Z\xe9./_-])(?P<value>[1-9][0-9]{4,7}(?:-[0-9][A-Z])?\s(?:LP|CB|SC|OR|PT|CH|TJ|BE|BN|PD|PA|SCZ|CBBA))\b",
    ),
    score=0.4,
    context=("ci:", "ci no", "ci nº", "c.i.", "cédula", "cédula de identidad", "carnet", "carnet de identidad"),
)
