"""The one scan for all patterns: fold, look up forms, run the expressions that can match, weigh the context, check.

Linear in the text: forms are table look-ups (`forms.py`), expressions are RE2's (`expressions.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shoal.text.normalise import Folded, Normaliser
from shoal.trust.masking.context import ContextWords, Near
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.expressions import Expressions
from shoal.trust.masking.forms import Forms
from shoal.trust.masking.patterns import Patterns

# Below it nothing is masked; what cannot reach it is not even checked.
THRESHOLD = 0.5
# Numbers of an operator's own country need no context where their form or check says at least this much.
AT_HOME = 0.3


class PatternScanner:
    """All pattern recognizers as one `Recognizer`. `countries` names those whose numbers need no context."""

    name = "patterns"

    def __init__(self, patterns: Iterable[Patterns], countries: frozenset[str] = frozenset()) -> None:
        """Raises ValueError where a form or an expression is wrong."""
        self._all = tuple(patterns)
        self._at_home = countries
        self._normaliser = Normaliser()
        self._forms = Forms((form, each) for each in self._all for form in each.forms)
        self._expressions = Expressions((regex, each) for each in self._all for regex in each.regexes)
        self._words = ContextWords(self._normaliser)
        self._context = {
            each.name: self._words.add(each.context)
            for each in self._all
            if each.context and each.context_score > each.score
        }

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(sorted({each.type for each in self._all}))

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """All that passes its check and reaches THRESHOLD, with overlaps; the score says how sure it is."""
        return [self._find(text) for text in texts]

    def _find(self, text: str) -> list[Entity]:
        folded = self._normaliser.fold(text)
        near: Near | None = None
        found = []
        for start, end, each in self._candidates(folded):
            score = each.score
            if (context := self._context.get(each.name)) is not None:
                near = near or self._words.read(folded)
                at_home = score >= AT_HOME and each.country in self._at_home
                if at_home or not context.isdisjoint(near.words(start, end)):
                    score = each.context_score
            if score >= THRESHOLD and each.check(each.reading(folded.text[start:end])):
                found.append(Entity(each.type, *folded.span(start, end), score, each.name))
        return found

    def _candidates(self, folded: Folded) -> Iterator[tuple[int, int, Patterns]]:
        yield from self._forms.find(folded.latin)
        yield from self._expressions.find(folded.latin)
