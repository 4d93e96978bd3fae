"""Cases for password: Passwords, passphrases and PINs after the word that names them."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.password import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("password: hunter2", ("hunter2",)),
    ("DB_PASSWORD=s3cr3t! and", ("s3cr3t!",)),
    ('{"password": "correct horse"}', ("correct horse",)),
    ("mysql -u root --password=Tr0ub4dor", ("Tr0ub4dor",)),
    ("My password is Hunter2.", ("Hunter2",)),
    ("the wifi password is 'blue horse'", ("blue horse",)),
    ("mein Passwort lautet Geheim42", ("Geheim42",)),
    ("mot de passe : Soleil2024", ("Soleil2024",)),
    ("contraseña: gato123", ("gato123",)),
    ("пароль: qwerty12", ("qwerty12",)),
    ("密码：abc12345", ("abc12345",)),
    ("パスワードは abc12345 です", ("abc12345",)),
    ("my PIN is 4711", ("4711",)),
    ("Your verification code: 123456", ("123456",)),
    ("passcode 9876", ("9876",)),
    ("my password is wrong", ()),
    ("password is required", ()),
    ("password: string", ()),
    ("password = getpass()", ()),
    ("password=${DB_PASSWORD}", ()),
    ("password: ********", ()),
    ("passport: A1234567", ()),
    ("pin the note to page 4711", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_password(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
