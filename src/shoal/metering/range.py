"""Range: an estimate with its uncertainty (low, expected, high). It has no unit; the name of what holds it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shoal.facts.fact import Fact


# Not frozen, since that costs half of the hot path; mypy holds the fields to be final all the same.
@dataclass(slots=True)
class Range:
    """`0 <= low <= expected <= high`. Sums and products go end by end: parts that are uncertain for the same reason are
    high together, so a sum's range is never too narrow."""

    low: Final[float]
    expected: Final[float]
    high: Final[float]

    @classmethod
    def exactly(cls, value: float) -> Range:
        """A value without uncertainty."""
        return cls(value, value, value)

    @classmethod
    def of(cls, fact: Fact) -> Range:
        """A fact's figure with its published spread."""
        return cls(fact.low, fact.value, fact.high)

    @classmethod
    def checked(cls, low: float, expected: float, high: float) -> Range:
        """A range from outside. Raises ValueError where it is out of order, negative or not a number."""
        if not 0 <= low <= expected <= high < float("inf"):
            raise ValueError(f"a range needs 0 <= low <= expected <= high, not {low:g}, {expected:g}, {high:g}")
        return cls(low, expected, high)

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high)

    def __mul__(self, other: Range) -> Range:
        """The product of two ranges."""
        return Range(self.low * other.low, self.expected * other.expected, self.high * other.high)

    def scaled(self, factor: float) -> Range:
        """The range times a factor >= 0."""
        return Range(self.low * factor, self.expected * factor, self.high * factor)

    def inverse(self) -> Range:
        """One over the range; its ends change places. Raises ZeroDivisionError where it reaches zero."""
        return Range(1 / self.high, 1 / self.expected, 1 / self.low)

    def to_wire(self) -> dict[str, float]:
        """The JSON form, rounded to six significant digits."""
        low, expected, high = self.low, self.expected, self.high
        if low == high:
            low = expected = high = float(f"{low:.6g}")
        else:
            low, expected, high = float(f"{low:.6g}"), float(f"{expected:.6g}"), float(f"{high:.6g}")
        return {"low": low, "expected": expected, "high": high}


ZERO = Range(0.0, 0.0, 0.0)


def plus(one: Range | None, other: Range | None) -> Range | None:
    """The sum; unknown (None) where either is, since what is unknown is not zero."""
    return None if one is None or other is None else one + other
