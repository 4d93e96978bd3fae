"""The operator's own admin key, of their choice: refused where it can be guessed. It does not know what it opens."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

from shoal.config import secret
from shoal.errors import ConfigError

LEAST_CHARACTERS = 32
LEAST_BITS = 100.0
# Of neighbours that follow each other in the alphabet or repeat; in random text it is .17 at most.
MOST_STEPS = 0.45


def operator_key(reference: str) -> str:
    """The key behind `env:NAME` or `file:PATH`. Raises ConfigError where it is missing or weak."""
    text = secret(reference)
    fault = weakness(text)
    if fault is not None:
        raise ConfigError(
            f"identity.admin_key ({reference}) {fault}, so it can be guessed: use what 'openssl rand -hex 32' gives"
        )
    return text


def weakness(text: str) -> str | None:
    """What is weak about the key; None where nothing is. The bits are its length times the Shannon entropy of its
    characters, which is what a random choice among those used would have."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        return "holds characters that a header cannot carry"
    if len(text) < LEAST_CHARACTERS:
        return f"has {len(text)} characters, less than {LEAST_CHARACTERS}"
    if text in (text + text)[1:-1]:
        return "repeats itself"
    steps = sum(abs(ord(here) - ord(there)) <= 1 for here, there in pairwise(text))
    if steps > MOST_STEPS * len(text):
        return "follows the alphabet or repeats characters"
    counts = Counter(text).values()
    bits = -sum(count * math.log2(count / len(text)) for count in counts)
    return f"has about {bits:.0f} bits, less than {LEAST_BITS:.0f}" if bits < LEAST_BITS else None
