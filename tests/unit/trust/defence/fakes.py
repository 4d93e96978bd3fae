"""Stand-ins for the classifiers: what is red in data is an instruction, what is blue from the user a jailbreak. As the
classifiers they read no placeholders: three letters of a random one are "red" once in five thousand times."""

from __future__ import annotations

from collections.abc import Sequence

from shoal.trust.defence.guards import Guards
from shoal.trust.defence.stand_ins import spoken


class RedSentences:
    """Fires on "red"; on "re" and "d" only where they come together."""

    threshold = 0.5

    def __init__(self) -> None:
        self.asked: list[str] = []

    def scores(self, sentences: Sequence[str]) -> list[float]:
        self.asked += sentences
        return [0.9 if "red" in spoken(said).lower().replace(" ", "") else 0.1 for said in sentences]


class BlueTexts:
    """Fires on "blue"."""

    threshold = 0.5

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, text: str) -> float:
        self.asked.append(text)
        return 0.8 if "blue" in spoken(text) else 0.05


class Broken:
    """Breaks."""

    threshold = 0.5

    def scores(self, sentences: Sequence[str]) -> list[float]:
        raise ValueError("the words of " + sentences[0])

    def score(self, text: str) -> float:
        raise ValueError("the words of " + text)


def guards() -> Guards:
    return Guards(RedSentences, BlueTexts)


def broken() -> Guards:
    return Guards(Broken, Broken)
