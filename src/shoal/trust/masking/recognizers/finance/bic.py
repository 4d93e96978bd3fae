"""Business identifier codes (SWIFT codes) of 8 or 11 characters."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

# ISO 3166-1 alpha-2, with XK, which ISO 9362 uses for Kosovo.
COUNTRIES = (
    "A[DEFGILMOQRSTUWXZ]|B[ABDEFGHIJLMNOQRSTVWYZ]|C[ACDFGHIKLMNORUVWXYZ]|D[EJKMOZ]|E[CEGHRST]|F[IJKMOR]"
    "|G[ABDEFGHILMNPQRSTUWY]|H[KMNRTU]|I[DELMNOQRST]|J[EMOP]|K[EGHIMNPRWYZ]|L[ABCIKRSTUVY]"
    "|M[ACDEFGHKLMNOPQRSTUVWXYZ]|N[ACEFGILOPRUZ]|OM|P[AEFGHKLMNRSTWY]|QA|R[EOSUW]|S[ABCDEGHIJKLMNORSTVXYZ]"
    "|T[CDFGHJKLMNORTVWZ]|U[AGMSYZ]|V[ACEGINU]|W[FS]|XK|Y[ET]|Z[AMW]"
)
_WORDS = ("bic", "bic code", "bic/swift", "swift", "swift code", "swiftcode", "swift-code", "swift/bic", "iban")
_SOURCE = "ISO 9362:2022"

PATTERNS = (
    Patterns(
        name="bic_branch",
        type="SWIFT_CODE",
        source=_SOURCE,
        regexes=(rf"\b[A-Z]{{4}}(?:{COUNTRIES})(?:[A-Z0-9]{{2}}XXX|(?:[A-Z][2-9]|[2-9][A-Z0-9])[A-Z0-9]{{3}})\b",),
        reading=as_written,
        score=0.6,
        context=_WORDS,
    ),
    Patterns(
        name="bic",
        type="SWIFT_CODE",
        source=_SOURCE,
        regexes=(rf"\b[A-Z]{{4}}(?:{COUNTRIES})[A-Z0-9]{{2}}(?:[A-Z0-9]{{3}})?\b",),
        reading=as_written,
        score=0.3,
        context=_WORDS,
    ),
    Patterns(
        name="bic_lower",
        type="SWIFT_CODE",
        source=_SOURCE,
        regexes=(
            rf"(?i)\b(?:bic|swift)(?:[ -]?code)?(?: is)? ?[:=#]? ?"
            rf"(?P<value>[a-z]{{4}}(?:{COUNTRIES})[a-z0-9]{{2}}(?:[a-z0-9]{{3}})?)\b",
        ),
        reading=as_written,
        score=0.6,
    ),
)
