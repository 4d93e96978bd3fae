"""Germany: number in the trade register, HRA or HRB."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="de_trade_register",
    type="DE_HANDELSREGISTER",
    country="de",
    source="Handelsregisterverordnung §§3, 13; https://www.handelsregister.de",
    regexes=(r"(?i)\bHR[AB](?: ?Nr\.?| ?-)? ?[0-9]{1,6}(?: ?[A-Z]{1,2})?\b",),
    score=0.4,
    context=("handelsregister", "amtsgericht", "registergericht", "registernummer", "ag", "eingetragen", "gmbh"),
)
