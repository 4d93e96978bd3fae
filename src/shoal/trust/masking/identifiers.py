"""Identifiers: the ids of one exchange's values, long enough that no two of a type share one. There is no way back."""

from __future__ import annotations

from shoal.trust.masking.placeholders import LENGTH, LONGEST, STEP, Scope


class Identifiers:
    """Ids of `placeholders.LENGTH` characters; values whose short ids are equal all get longer ones, which depend on
    the set of values alone, not on their order."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._short: dict[tuple[str, str], str] = {}
        # (type, short id) -> the values that share it, and the length that tells them apart.
        self._sharing: dict[tuple[str, str], list[str]] = {}
        self._lengths: dict[tuple[str, str], int] = {}

    def __repr__(self) -> str:
        return f"Identifiers({len(self._short)})"

    def learn(self, type: str, canonical: str) -> None:
        """Makes a value known."""
        if (type, canonical) in self._short:
            return
        short = self._scope.identifier(type, canonical)
        self._short[type, canonical] = short
        sharing = self._sharing.setdefault((type, short), [])
        sharing.append(canonical)
        if len(sharing) > 1:
            self._lengths[type, short] = self._telling_length(type, sharing)

    def _telling_length(self, type: str, values: list[str]) -> int:
        for length in range(LENGTH + STEP, LONGEST, STEP):
            if len({self._scope.identifier(type, value, length) for value in values}) == len(values):
                return length
        return LONGEST

    def of(self, type: str, canonical: str) -> str:
        """The id of a value."""
        self.learn(type, canonical)
        short = self._short[type, canonical]
        length = self._lengths.get((type, short))
        return short if length is None else self._scope.identifier(type, canonical, length)
