"""Groundedness: sentences of an answer that its passages do not bear out are marked or dropped. It judges words,
numbers and names, not meaning; code, questions, greetings and "this is not in the sources" are not judged.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from shoal.chat import Json, Passage
from shoal.config.monitoring import Groundedness
from shoal.config.table import Mode
from shoal.models.specialists.sentences import spans
from shoal.trust.monitoring.claims import Claims
from shoal.trust.monitoring.support import FEATURES, Support
from shoal.trust.monitoring.units import Unit

FENCES = ("```", "~~~")
_NUMBERING = re.compile(r"^\s*(?:[-*•‣+]|\d{1,3}[.)])\s+|\[\^?\d{1,3}(?:,\s*\d{1,3})*\]")
_RULE = re.compile(r"[\s|:=*_-]*")
_ABSENT = re.compile(
    r"\b(?:not?|n['’]t|nothing|none|unable|cannot|neither|without)\b.{0,80}\b(?:mention|say|sa(?:ys|id)|state|provide|"
    r"contain|include|specif|given|found?|find|information|passage|source|document|context|text|know|answer)|"
    r"\b(?:i(?:['’]m| am) (?:sorry|afraid|unable)|i (?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t))\b",
    re.IGNORECASE | re.DOTALL,
)
_POLITE = re.compile(
    r"\W*(?:hi|hello|dear|hey|good (?:morning|afternoon|evening|day)|thank(?:s| you)|sure|certainly|of course|glad|"
    r"you(?:['’]re| are) welcome|i hope|let me know|feel free|please (?:let|feel)|best regards|kind regards|happy to|"
    r"here (?:is|are)|here['’]s|based on|according to the (?:passages?|sources?|documents?)\W*$|in summary\W*$)\b",
    re.IGNORECASE,
)
LONGEST_POLITE = 12


def score(support: Support, claims: Claims) -> float:
    """How surely the passages bear a sentence out, 0..1."""
    found = dict(zip(FEATURES, support.features(claims), strict=True))
    sure = 0.5 * found["in_pair"] + 0.3 * found["in_passage"] + 0.2 * found["in_any"]
    exact = min(found["numbers_any"], 0.5 + 0.5 * found["numbers_passage"]) * (0.4 + 0.6 * found["names_any"])
    return 1 / (1 + math.exp(-12 * (sure * exact - 0.5)))


def is_exempt(sentence: str, claims: Claims) -> bool:
    """Whether there is nothing in a sentence that passages could bear out."""
    bare = sentence.strip()
    if claims.is_empty or bare.startswith("#") or bare.rstrip("*_\"'”’) ").endswith(("?", ":")):
        return True
    if _ABSENT.search(bare) and not claims.numbers:
        return True
    return _POLITE.match(bare) is not None and len(bare.split()) <= LONGEST_POLITE and not claims.numbers


class GroundednessCheck:
    """The sentences of one exchange's answer against its passages. Each choice is a text of its own."""

    def __init__(self, rules: Groundedness, mode: Mode, passages: Sequence[Passage]) -> None:
        self._rules = rules
        self._mode = mode
        self._support = Support(passages)
        self._open: dict[int, str] = {}
        self._fenced: dict[int, bool] = {}
        self.sentences = self.exempt = self.unsupported = 0
        self._lowest = 1.0

    def read(self, choice: int, unit: Unit) -> str:
        """The unit's text with what is not borne out marked or dropped."""
        out: list[str] = []
        for gap, sentence, ended in self._sentences(choice, unit):
            said = self._open.get(choice, "") + sentence
            dropping = self._rules.action == "drop"
            if not ended and not dropping:
                self._open[choice] = said
                out.append(gap + sentence)
                continue
            self._open[choice] = "" if ended else said
            if self._fenced.get(choice) or self.bears_out(said):
                out.append(gap + sentence)
            elif dropping:
                out.append(gap if "\n" in gap else "")
            else:
                out.append(gap + _marked(sentence, self._rules.mark))
        return "".join(out)

    def bears_out(self, sentence: str) -> bool:
        """Whether the passages bear a sentence out, or need not."""
        bare = _NUMBERING.sub(" ", sentence).strip()
        claims = Claims.of(bare)
        if _RULE.fullmatch(bare) or is_exempt(bare, claims):
            self.exempt += 1
            return True
        self.sentences += 1
        found = score(self._support, claims)
        self._lowest = min(self._lowest, found)
        supported = found >= self._rules.threshold
        self.unsupported += not supported
        return supported

    def account(self) -> Json:
        """Counts alone."""
        wire: Json = {"mode": self._mode, "action": self._rules.action, "sentences": self.sentences}
        return {**wire, "exempt": self.exempt, "unsupported": self.unsupported, "lowest": round(self._lowest, 4)}

    def _sentences(self, choice: int, unit: Unit) -> Iterator[tuple[str, str, bool]]:
        """The blanks before each sentence, the sentence, and whether it ends here; fences are kept track of."""
        text = unit.text
        places = list(_places(text))
        last = 0
        for number, (start, end) in enumerate(places):
            if text[start:end].lstrip().startswith(FENCES):
                self._fenced[choice] = not self._fenced.get(choice, False)
                yield text[last:start], text[start:end], False
                self._open[choice] = ""
            else:
                yield text[last:start], text[start:end], unit.whole or number < len(places) - 1
            last = end
        if last < len(text):
            yield text[last:], "", False


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where sentences are, line by line."""
    at = 0
    for line in text.splitlines(keepends=True):
        for start, end in spans(line):
            yield at + start, at + end
        at += len(line)


def _marked(sentence: str, mark: str) -> str:
    """A mark inside the last cell of a table's row, else behind the sentence."""
    if sentence.endswith("|"):
        return f"{sentence[:-1].rstrip()}{mark} |"
    return sentence + mark
