"""Macau: resident identity card (BIR), 7 digits and one in brackets; its check digit is not published."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="mo_bir",
    type="MO_BIR",
    country="mo",
    source="Direcção dos Serviços de Identificação, Lei 8/2002",
    regexes=(r"(?:^|[^0-9A-Za-z\xe9./_-])(?P<value>[157][0-9]{6}(?: ?\([0-9]\)|/[0-9]|[0-9]))(?:$|[^0-9A-Za-z\xe9])",),
    score=0.1,
    context_score=0.8,
    context=(
        "bir n.º",
        "bir no",
        "澳門身份證",
        "澳門居民身份證",
        "澳门身份证",
        "bilhete de identidade de residente",
        "macau id",
        "macau identity card",
        "macao id",
    ),
)
