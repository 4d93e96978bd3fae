"""Slovakia: rodné číslo, which is built as Czechia's."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.recognizers.national.cz_birth_number import is_birth_number

PATTERNS = Patterns(
    name="sk_birth_number",
    type="SK_BIRTH_NUMBER",
    country="sk",
    source="Zákon č. 301/1995 Z. z. o rodnom čísle",
    forms=("999999/9999", "9999999999", "999999 9999", "999999/999"),
    check=is_birth_number,
    score=0.4,
    context=("rodné číslo", "rodného čísla", "rodným číslom", "r.č", "r. č", "rč"),
)
