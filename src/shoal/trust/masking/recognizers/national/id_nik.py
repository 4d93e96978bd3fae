"""Indonesia: Nomor Induk Kependudukan of the KTP, 16 digits."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

PROVINCES = frozenset((*range(11, 20), 21, *range(31, 37), 51, 52, 53, *range(61, 66), *range(71, 77), 81, 82))
PAPUA = frozenset(range(91, 98))
WOMEN = 40


def is_nik(digits: str) -> bool:
    """A province, a district, a day of birth (for women plus 40), a number; one in fifty passes by chance."""
    day, month, year = pairs(digits[6:])
    if int(digits[:2]) not in PROVINCES | PAPUA or "00" in (digits[2:4], digits[4:6]) or digits[12:] == "0000":
        return False
    return is_day_of(year, month, day - WOMEN if day > WOMEN else day)


PATTERNS = Patterns(
    name="id_nik",
    type="ID_NIK",
    country="id",
    source="Undang-Undang 24/2013 (Administrasi Kependudukan), Permendagri 72/2022",
    forms=("9999999999999999", "9999 9999 9999 9999", "999999 999999 9999", "99.9999.999999.9999"),
    check=is_nik,
    score=0.4,
    context=(
        "nik",
        "ktp",
        "e-ktp",
        "nomor induk kependudukan",
        "kartu tanda penduduk",
        "no. kk",
        "kartu keluarga",
    ),
)
