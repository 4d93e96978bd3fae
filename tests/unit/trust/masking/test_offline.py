"""No part of masking opens a connection: shown with every socket of a process forbidden."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys

def forbid(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"{event} {arguments}")

sys.addaudithook(forbid)

from shoal.trust.masking.detect import builtin_detector
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.vault import Vault

TEXT = (
    "I am Jane Doe of Acme Ltd, 12 High Street, London SW1A 1AA, jane.doe@example.com, +44 20 7946 0958, see "
    "https://docs.example.com/x and 192.168.7.1, card 4111 1111 1111 1111, on 3 May 2024"
)
for tier in ("patterns", "fast"):
    found = builtin_detector(tier).find([TEXT])[0]
    vault = Vault(Scope(b"k" * 32), frozenset({"EMAIL_ADDRESS", "CREDIT_CARD"}))
    masked = vault.mask(TEXT, found)
    assert "jane.doe" not in masked
    assert vault.unmask(masked) == TEXT
    print(tier, len(found))
"""


def test_masking_opens_no_socket() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["patterns", "fast"]
