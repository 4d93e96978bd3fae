"""The grammar of JSON outside its strings (RFC 8259), token by token, for a text that is still growing.

It knows neither what the strings say nor whose text it is.
"""

from __future__ import annotations

import re
from enum import Enum, auto

_SCALAR = re.compile(r"(?:true|false|null|-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,9})?)\Z", re.ASCII)
_MAY_BE_SCALAR = re.compile(r"[-+.0-9a-zA-Z]{1,810}\Z", re.ASCII)


class Expects(Enum):
    """What may come next."""

    BEGINNING = auto()
    VALUE = auto()
    VALUE_OR_END = auto()
    NAME = auto()
    NAME_OR_END = auto()
    COLON = auto()
    COMMA = auto()
    NOTHING = auto()


_VALUES = (Expects.VALUE, Expects.VALUE_OR_END)
_NAMES = (Expects.NAME, Expects.NAME_OR_END)


class Grammar:
    """Reads one JSON object or list as runs of white space, each of {}[],:" and runs of anything else. A run may come
    in pieces. Once `alive` is False the text is no JSON, and stays so."""

    __slots__ = ("_expects", "_scalar", "_stack", "alive")

    def __init__(self) -> None:
        self.alive = True
        self._expects = Expects.BEGINNING
        self._stack: list[str] = []
        self._scalar = ""

    def take(self, run: str) -> None:
        """The next run, or a piece of one."""
        if run[0] in " \t\r\n":
            self._end_scalar()
        elif run in '{}[],:"':
            self._end_scalar()
            self._mark(run)
        elif self._scalar or self._expects in _VALUES:
            self._scalar += run
            self.alive = self.alive and _MAY_BE_SCALAR.match(self._scalar) is not None
        else:
            self.alive = False

    def _end_scalar(self) -> None:
        if not self._scalar:
            return
        if _SCALAR.match(self._scalar):
            self._scalar = ""
            self._after_value()
        else:
            self.alive = False

    def _after_value(self) -> None:
        self._expects = Expects.COMMA if self._stack else Expects.NOTHING

    def _mark(self, mark: str) -> None:
        if mark == '"':
            self._string()
        elif mark == ":":
            self._step(Expects.COLON, Expects.VALUE)
        elif mark == ",":
            self._step(Expects.COMMA, Expects.NAME if self._stack[-1:] == ["{"] else Expects.VALUE)
        elif mark in "{[":
            self._opening(mark)
        else:
            self._closing("{" if mark == "}" else "[")

    def _step(self, wanted: Expects, then: Expects) -> None:
        self.alive = self.alive and self._expects is wanted
        self._expects = then

    def _string(self) -> None:
        """A whole string: the quote that opens it says enough."""
        if self._expects in _NAMES:
            self._expects = Expects.COLON
        elif self._expects in _VALUES:
            self._after_value()
        else:
            self.alive = False

    def _opening(self, mark: str) -> None:
        if self._expects in (Expects.BEGINNING, *_VALUES):
            self._stack.append(mark)
            self._expects = Expects.NAME_OR_END if mark == "{" else Expects.VALUE_OR_END
        else:
            self.alive = False

    def _closing(self, mark: str) -> None:
        empty = Expects.NAME_OR_END if mark == "{" else Expects.VALUE_OR_END
        if self._stack[-1:] == [mark] and self._expects in (Expects.COMMA, empty):
            self._stack.pop()
            self._after_value()
        else:
            self.alive = False
