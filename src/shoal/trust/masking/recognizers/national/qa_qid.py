"""Qatar: QID, 11 digits: century, year of birth, country, number; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_qid(digits: str) -> bool:
    """Century 2 or 3 and an ISO 3166 numeric code 004 to 894; one number in six passes by chance."""
    return digits[0] in "23" and 4 <= int(digits[3:6]) <= 894


PATTERNS = Patterns(
    name="qa_qid",
    type="QA_QID",
    country="qa",
    source="Ministry of Interior of Qatar, Law 5 of 1965 on identity cards",
    forms=("99999999999",),
    check=is_qid,
    score=0.3,
    context=("qid", "qatar id", "qatari id", "البطاقة الشخصية", "الرقم الشخصي", "البطاقة القطرية"),
)
