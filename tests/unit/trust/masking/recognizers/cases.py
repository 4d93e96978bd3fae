"""How a recognizer's table of cases is read: (text, what it finds there at 0.5 or more)."""

from __future__ import annotations

from collections.abc import Sequence

from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.scan import PatternScanner

Case = tuple[str, tuple[str, ...]]
THRESHOLD = 0.5


def found(patterns: Patterns | Sequence[Patterns], text: str) -> tuple[str, ...]:
    """The values found in `text`, in order, each once."""
    scanner = PatternScanner((patterns,) if isinstance(patterns, Patterns) else patterns)
    spans = sorted({(each.start, each.end) for each in scanner.find([text])[0] if each.score >= THRESHOLD})
    return tuple(text[start:end] for start, end in spans)
