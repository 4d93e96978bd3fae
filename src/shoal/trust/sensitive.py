"""Sensitive: text that no log, trace or traceback can show. It does not know why it is sensitive."""

from __future__ import annotations


class Sensitive:
    """Holds a text; `repr`, `str` and formatting show only its length. `reveal()` is the one way to read it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sensitive) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Sensitive, self._text))

    def __repr__(self) -> str:
        return f"Sensitive({len(self._text)} characters)"

    __str__ = __repr__
