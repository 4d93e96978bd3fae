"""Groundedness: sentences of an answer that its passages do not bear out are marked or dropped. It judges words,
numbers and names, not meaning; code, questions, greetings and "this is not in the sources" are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shoal.chat import Json, Passage
from shoal.config.monitoring import Groundedness
from shoal.config.table import Mode
from shoal.models.specialists.sentences import spans
from shoal.trust.monitoring.claims import Claims
from shoal.trust.monitoring.support import Support
from shoal.trust.monitoring.units import Unit

FENCES = ("```", "~~~")
_NUMBERING = re.compile(r"^\s*(?:[-*•‣+]|\d{1,3}[.)])\s+|\[\^?\d{1,3}(?:,\s*\d{1,3})*\]")
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


def bare(sentence: str) -> str:
    """A sentence without its list mark and its references, such as [2]."""
    return _NUMBERING.sub(" ", sentence).strip()


def is_exempt(sentence: str, claims: Claims) -> bool:
    """Whether there is nothing in a bare sentence that passages could bear out."""
    if claims.is_empty or sentence.startswith("#") or sentence.rstrip("*_\"'”’) ").endswith(("?", ":")):
        return True
    if claims.numbers:
        return False
    return _ABSENT.search(sentence) is not None or (
        _POLITE.match(sentence) is not None and len(sentence.split()) <= LONGEST_POLITE
    )


class GroundednessCheck:
    """The sentences of one exchange's answer against its passages. Each choice is a text of its own."""

    def __init__(self, rules: Groundedness, mode: Mode, passages: Sequence[Passage], question: str) -> None:
        self._rules = rules
        self._mode = mode
        self._support = Support(passages, question)
        self._open: dict[int, str] = {}
        self._fenced: dict[int, bool] = {}
        self._dropped: set[int] = set()
        self.sentences = self.exempt = self.unsupported = 0
        self._lowest = 1.0

    def read(self, choice: int, unit: Unit) -> str:
        """The unit's text with what is not borne out marked or dropped."""
        return "".join(self._read(choice, *found) for found in self._sentences(choice, unit))

    def _read(self, choice: int, gap: str, sentence: str, ended: bool) -> str:
        said = self._open.get(choice, "") + gap + sentence
        self._open[choice] = "" if ended else said
        if choice in self._dropped and "\n" not in gap:
            gap = ""
        if not sentence:
            return gap
        self._dropped.discard(choice)
        dropping = self._rules.action == "drop"
        if self._fenced.get(choice) or not (ended or dropping) or self.bears_out(said):
            return gap + sentence
        if not dropping:
            return gap + _marked(sentence, self._rules.mark)
        self._dropped.add(choice)
        return gap

    def bears_out(self, sentence: str) -> bool:
        """Whether the passages bear a sentence out, or need not."""
        text = bare(sentence)
        claims = Claims.of(text)
        if is_exempt(text, claims):
            self.exempt += 1
            return True
        self.sentences += 1
        found = self._support.recall(claims).score
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
