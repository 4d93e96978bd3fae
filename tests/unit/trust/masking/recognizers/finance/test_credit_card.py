"""Cases for credit_card: Payment cards of every scheme, 12 to 19 digits, with their security code and expiry date."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.finance.credit_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("I paid with 4111111111111111 yesterday.", ("4111111111111111",)),
    ("Karte 4012 8888 8888 1881, danke", ("4012 8888 8888 1881",)),
    ("5555-5555-5555-4444", ("5555-5555-5555-4444",)),
    ("Mastercard 2223 0031 2200 3222", ("2223 0031 2200 3222",)),
    ("3782 822463 10005", ("3782 822463 10005",)),
    ("371449635398431", ("371449635398431",)),
    ("Diners 3056 930902 5904", ("3056 930902 5904",)),
    ("3530111333300000 and 6011 1111 1111 1117", ("3530111333300000", "6011 1111 1111 1117")),
    ("old Visa 4222222222222", ("4222222222222",)),
    ("Maestro 501800000009", ("501800000009",)),
    ("Visa 4035501000000000006", ("4035501000000000006",)),
    ("UnionPay 6200 0000 0000 0000 000", ("6200 0000 0000 0000 000",)),
    ("Mir 2200 0000 0000 0053", ("2200 0000 0000 0053",)),
    ("card 4111 1111-1111 1111 please", ("4111 1111-1111 1111",)),
    ("4111 1111 1111 1111 12/27 cvc 123", ("4111 1111 1111 1111", "12/27", "123")),
    ("CVV is 1234", ("1234",)),
    ("expires 03/2029", ("03/2029",)),
    ("４１１１　１１１１　１１１１　１１１１", ("４１１１　１１１１　１１１１　１１１１",)),
    ("4111111111111112", ()),
    ("card number 4000 0000 0000 0000", ()),
    ("0000 0000 0000 0000", ()),
    ("order 1111222233334444", ()),
    ("x4111111111111111", ()),
    ("41111111111111111111111", ()),
    ("0.4111111111111111", ()),
    ("ISBN 978-0-306-40615-7", ()),
    ("at 1700000000000 ms", ()),
    ("in 12/27 of the cases", ()),
    ("call 123", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_credit_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
