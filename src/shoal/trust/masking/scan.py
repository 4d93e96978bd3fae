"""The one scan for all patterns: fold, look up forms, run the expressions that can match, weigh the context, check.

Linear in the text: forms are table look-ups (`forms.py`), expressions are RE2's, and a set of all of them tells first
which can match at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import re2  # type: ignore[import-untyped]

from shoal.trust.masking.context import ContextWords, Near
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.forms import Forms
from shoal.trust.masking.normalise import Folded, Normaliser
from shoal.trust.masking.patterns import Patterns

# Below it nothing is masked; what cannot reach it is not even checked.
THRESHOLD = 0.5
# Numbers of an operator's own country need no context where their form or check says at least this much.
AT_HOME = 0.3
MEMORY = 64 << 20


class PatternScanner:
    """All pattern recognizers as one `Recognizer`. `countries` names those whose numbers need no context."""

    name = "patterns"

    def __init__(self, patterns: Iterable[Patterns], countries: frozenset[str] = frozenset()) -> None:
        """Raises ValueError where a form or an expression is wrong."""
        self._all = tuple(patterns)
        self._at_home = countries
        self._normaliser = Normaliser()
        self._forms = Forms((form, each) for each in self._all for form in each.forms)
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = MEMORY
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        self._set.Add(b"")
        self._regexes: list[tuple[Any, Patterns]] = []
        self._words = ContextWords(self._normaliser)
        self._context: dict[str, frozenset[str]] = {}
        for each in self._all:
            self._add(each, options)
        if self._regexes:
            self._set.Compile()

    def _add(self, each: Patterns, options: re2.Options) -> None:
        for regex in each.regexes:
            source = regex.encode("ascii")
            self._regexes.append((re2.compile(source, options), each))
            self._set.Add(source)
        if each.context and each.context_score > each.score:
            self._context[each.name] = self._words.add(each.context)

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
                near = near or self._words.read(folded.text)
                at_home = score >= AT_HOME and each.country in self._at_home
                if at_home or not context.isdisjoint(near.words(start, end)):
                    score = each.context_score
            if score >= THRESHOLD and each.check(each.reading(folded.text[start:end])):
                found.append(Entity(each.type, *folded.span(start, end), score, each.name))
        return found

    def _candidates(self, folded: Folded) -> Iterator[tuple[int, int, Patterns]]:
        yield from self._forms.find(folded.latin)
        if not self._regexes:
            return
        for at in self._can_match(folded.latin):
            regex, each = self._regexes[at]
            group = regex.groupindex.get(b"value", 0)
            for match in regex.finditer(folded.latin):
                start, end = match.span(group)
                if start < end:
                    yield start, end, each

    def _can_match(self, latin: bytes) -> Iterable[int]:
        """Which expressions can match. The set's first one is empty and always does: without it the set has run out of
        memory, which its wrapper does not tell from "none", and every expression is tried."""
        matched = self._set.Match(latin)
        return range(len(self._regexes)) if matched is None else [at - 1 for at in matched if at]
