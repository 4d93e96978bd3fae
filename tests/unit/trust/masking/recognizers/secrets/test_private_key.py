"""Cases for private_key: Private keys: PEM, OpenSSH and PGP blocks, whole or cut off; PuTTY and age keys."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.private_key import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

BEGIN, END = "-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----"
LINE = "MIIEpAIBAAKCAQEA" * 4
PEM = f"{BEGIN}\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0A1B\n\n{LINE}\n{LINE}\nAbC=\n{END}"
CUT = f"{BEGIN}\n{LINE}\n{LINE}"

CASES: list[Case] = [
    (f"key:\n{PEM}\nthanks", (PEM,)),
    (f"{CUT}\nand that was all", (f"{CUT}\nand",)),
    (PEM.replace("\n", "\\n"), (PEM.replace("\n", "\\n"),)),
    (f"{LINE}\n{LINE}\nAbC=\n{END}", (f"{LINE}\n{LINE}\nAbC=\n{END}",)),
    (f"Private-Lines: 2\n{LINE}\n{LINE}", (f"{LINE}\n{LINE}",)),
    ("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", ()),
    ("the private key is lost", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_private_key(text: str, values: tuple[str, ...]) -> None:
    longest = max(found(PATTERNS, text), key=len, default=None)
    assert (() if longest is None else (longest,)) == values
