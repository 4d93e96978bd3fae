"""Search: a question to the passages that may answer it, by BM25 over the full-text index and by near words. It judges
no answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from shoal.chat import Passage
from shoal.config import nearest
from shoal.errors import UnknownCollection
from shoal.grounding.near import NearWords
from shoal.grounding.spelling import nearest_stem
from shoal.grounding.words import STOP_WORDS
from shoal.stores.passages import SqlPassages

TITLE_WEIGHT = 2.0
PREFIX_LETTERS = 4  # a term of so many letters also matches words that begin with it
FIRST_LETTERS = 2  # these are taken to be right when a spelling is looked for
MOST_TERMS = 32
FEWEST_POOLED = 40  # so many passages are looked at, at least, by words and again by words and near words
_READ_CHARACTERS = 20_000
_TERM = re.compile(r"[^\W_]+")


class Retriever(Protocol):
    """Finds passages. A plug-in may bring its own; `tests/contract/test_retriever.py` says what it must do."""

    def search(self, query: str, collections: Sequence[str], tenant: str, limit: int) -> list[Passage]:
        """At most `limit` passages of these collections, best first, the same for the same query and content. A query
        without a known word finds nothing. Raises UnknownCollection for a collection that the tenant may not read;
        safe to call from several threads."""
        ...


class LexicalRetriever:
    """BM25 over SQLite FTS5: stemmed words and longer words that begin with them, any of which may match; words of a
    title count TITLE_WEIGHT times. For a word that the collections do not have, the nearest spelling is added. What is
    found so, and with near words in place of the question's, is put in order by `NearWords.ranked`."""

    def __init__(self, store: SqlPassages, near: NearWords | None = None) -> None:
        self._store = store
        self._near = near or NearWords()

    def search(self, query: str, collections: Sequence[str], tenant: str, limit: int) -> list[Passage]:
        """See Retriever. `Passage.score` is that of `NearWords.ranked`, above 0; scores of two queries cannot be
        compared."""
        wanted = resolve(self._store, collections, tenant)
        words = terms(query)
        if not words or not wanted or limit < 1:
            return []
        # Of a long text its words alone are read; phrases are looked for in what people type.
        question = query if len(words) < MOST_TERMS else " ".join(words)
        found = self._match([*words, *self._respelt(words, wanted)], wanted, max(limit, FEWEST_POOLED))
        known = {(passage.collection, passage.source, passage.id) for passage in found}
        more = self._match([*words, *self._near.of(question)], wanted, max(limit, FEWEST_POOLED))
        added = [each for each in more if (each.collection, each.source, each.id) not in known]
        return self._near.ranked(question, [*found, *(replace(each, score=0.0) for each in added)])[:limit]

    def _match(self, words: Sequence[str], collection_ids: Sequence[int], limit: int) -> list[Passage]:
        expression = " OR ".join(map(quoted, dict.fromkeys(words)))
        return self._store.match(expression, collection_ids, TITLE_WEIGHT, limit)

    def _respelt(self, words: Sequence[str], collection_ids: Sequence[int]) -> list[str]:
        """A known word for each of the longer words that is unknown, where one is near."""
        longer = {quoted(word): word for word in words if len(word) >= PREFIX_LETTERS}
        unknown = [longer[word] for word in self._store.unmatched(list(longer), collection_ids)]
        near = (nearest_stem(word, self._store.vocabulary(word[:FIRST_LETTERS])) for word in unknown)
        return [stem for stem in near if stem]


def resolve(store: SqlPassages, collections: Sequence[str], tenant: str) -> list[int]:
    """The ids of these collections. Raises UnknownCollection that names the nearest one that the tenant may read."""
    known = store.names(tenant)
    for name in collections:
        if name not in known:
            raise UnknownCollection(
                f"the collection '{name}'{nearest(name, known)}; `shoal ground add PATH --collection NAME` makes one",
                param="shoal.collections",
            )
    return sorted({known[name] for name in collections})


def terms(query: str) -> list[str]:
    """The words to look for: each once, in order, without those that only make a sentence a question. A query of
    nothing else is kept whole; of a long one the first and the last words are kept."""
    if len(query) > _READ_CHARACTERS:
        query = query[: _READ_CHARACTERS // 2] + " " + query[-_READ_CHARACTERS // 2 :]
    found = list(dict.fromkeys(_TERM.findall(query.lower())))
    kept = [term for term in found if term not in STOP_WORDS] or found
    return kept if len(kept) <= MOST_TERMS else kept[: MOST_TERMS // 2] + kept[-MOST_TERMS // 2 :]


def quoted(term: str) -> str:
    """The term as an FTS5 expression: quoted, and open at its end unless it is short. A term has only letters and
    digits, so that no query is an FTS5 syntax error."""
    return f'"{term}"*' if len(term) >= PREFIX_LETTERS else f'"{term}"'
