"""Lithuania: asmens kodas, 11 digits, which is built as Estonia's."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.recognizers.national.ee_personal_code import is_personal_code

PATTERNS = Patterns(
    name="lt_personal_code",
    type="LT_PERSONAL_CODE",
    country="lt",
    source="Lietuvos Respublikos gyventojų registro įstatymas, 8 str.",
    forms=("99999999999",),
    check=is_personal_code,
    score=0.55,
    context=("asmens kodas", "asmens kodo", "asmens kodą", "asmens kodu", "a.k", "a. k", "personal code"),
)
