"""Makes training and test texts for the token classifier: templates filled, joined, and damaged as people do.

Templates are held out whole, and so are names, so that a test text shares neither frame nor people
with training.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shoal.trust.masking.classifier import BETWEEN
from shoal.trust.masking.tagging import LABELS, TYPES
from shoal.trust.masking.tokens import Tables, Tokens, cut
from shoal.tuning.pii_corpora import TRAIN_FILES, read_code, read_corpora, read_plain, unlabelled
from shoal.tuning.pii_fill import UNSURE, Filled, Origin, Span, Values, fill, read_lines
from shoal.tuning.pii_values import HELD_OUT, TEMPLATES, TRAINED, Pool, draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEST_SHARE = 8
ANY = (1 << LABELS) - 1
ENGLISH_SHARE = 0.6
CORPUS_SHARE, PLAIN_SHARE, CODE_SHARE = 0.17, 0.08, 0.015
LOWER_SHARE, UPPER_SHARE, TITLE_SHARE, TYPO_SHARE, MESSY_SHARE = 0.16, 0.06, 0.04, 0.1, 0.08
WORDS_SHARE, ADDRESSED_SHARE = 0.2, 0.3
_NAMED = (
    "{first},",
    "{first} -",
    "Hi {first},",
    "Dear {title} {last},",
    "{person}:",
    "{first}",
    "{person}",
    "Thanks, {first}",
    "{person}, {city}",
    "{org}",
    "{person}, {org}",
    "On {date}:",
    "as {first} said",
    "{first} {last} here.",
    "({city}, {date})",
)
_NO_CAPITALS = frozenset({"ja", "zh", "ko", "he", "ar", "hi"})


@dataclass(frozen=True, slots=True)
class Template:
    """One line of a template file."""

    text: str
    language: str

    @property
    def testing(self) -> bool:
        """Whether it is held out: by a checksum of its words, so that no order or count decides."""
        return zlib.crc32(self.text.encode()) % TEST_SHARE == 3


def read_templates() -> list[Template]:
    """All templates; the language is the file name's first two letters."""
    files = sorted(path for path in TEMPLATES.glob("*.txt") if not path.name.startswith("cities"))
    return [Template(line, path.name[:2]) for path in files for line in read_lines(path.name)]


def read_pools(locales: Sequence[str] = (*TRAINED, *HELD_OUT), draws: int = 1500) -> list[Pool]:
    """Faker's knowledge of the locales, drawn with fixed seeds."""
    return [draw(locale, zlib.crc32(locale.encode()), draws) for locale in locales]


class Maker:
    """Makes texts, for training or for testing."""

    def __init__(
        self, templates: Sequence[Template], pools: Sequence[Pool], data: Path | None, *, testing: bool
    ) -> None:
        self._testing = testing
        self._values = Values(pools)
        self._pools = [pool for pool in pools if testing or pool.locale not in HELD_OUT]
        self._by_language: dict[str, list[str]] = {}
        for template in templates:
            if template.testing == testing:
                self._by_language.setdefault(template.language, []).append(template.text)
        self._corpora = read_corpora(data, TRAIN_FILES) if data and not testing else []
        self._code = [] if testing else list(read_code())
        self._plain = list(self._read_plain(data)) if data and not testing else []

    @property
    def languages(self) -> list[str]:
        return sorted(self._by_language)

    def text(self, rng: random.Random) -> Filled:
        """One text, undamaged: a filled template, several joined, or a sentence of a corpus."""
        roll = rng.random()
        if self._corpora and roll < CORPUS_SHARE:
            return rng.choice(self._corpora)
        if self._plain and roll < CORPUS_SHARE + PLAIN_SHARE:
            return self._addressed(rng.choice(self._plain), rng)
        if self._code and roll < CORPUS_SHARE + PLAIN_SHARE + CODE_SHARE:
            return rng.choice(self._code)
        language = "en" if rng.random() < ENGLISH_SHARE else rng.choice(self.languages)
        count = 1 if rng.random() < 0.65 else rng.randrange(2, 6)
        parts = [self.filled(language, rng) for _ in range(count)]
        if rng.random() < WORDS_SHARE:
            words = self._sentence(language, rng)
            parts = [words] if count == 1 else [words, *parts] if rng.random() < 0.5 else [*parts, words]
        return joined(parts, rng)

    def _sentence(self, language: str, rng: random.Random) -> Filled:
        return merged(self._values.sentence(language, self._origin(language, rng), rng))

    def _addressed(self, plain: Filled, rng: random.Random) -> Filled:
        """Now and then a plain text with a name before or after it."""
        if rng.random() > ADDRESSED_SHARE:
            return plain
        named = merged(fill(rng.choice(_NAMED), "en", self._values, self._origin("en", rng), rng))
        return joined([named, plain] if rng.random() < 0.5 else [plain, named], rng)

    def filled(self, language: str, rng: random.Random) -> Filled:
        """One template of a language, filled."""
        return merged(
            fill(rng.choice(self._by_language[language]), language, self._values, self._origin(language, rng), rng)
        )

    def _origin(self, language: str, rng: random.Random) -> Origin:
        own = [pool for pool in self._pools if pool.language == language]
        near = own if own and rng.random() < (0.5 if language == "en" else 0.8) else self._pools
        return Origin(rng.choice(near), self._testing)

    def _read_plain(self, data: Path) -> Iterator[Filled]:
        parts = [pool.parts[part] for pool in self._pools for part in ("first", "last", "city")]
        names = {word.lower() for values in (*parts, read_lines("cities.txt")) for v in values for word in v.split()}
        english = [template.text for template in read_templates() if template.language == "en"]
        everyday = {word for text in english for word in text.split()}
        known = frozenset(names - everyday)
        for source, text in read_plain(data):
            yield unlabelled(text, known, "en", source)


def merged(made: Filled) -> Filled:
    """Spans of persons with only a blank between are one: "{first} {last}"."""
    spans: list[Span] = []
    for span in made.spans:
        near = spans and spans[-1][2] == span[2] == "PERSON" and made.text[spans[-1][1] : span[0]] == " "
        if near:
            spans[-1] = (spans[-1][0], span[1], span[2])
        else:
            spans.append(span)
    return Filled(made.text, tuple(spans), made.language, made.template)


def joined(parts: Sequence[Filled], rng: random.Random) -> Filled:
    """Several texts one after the other."""
    text, spans = "", list[Span]()
    between = rng.choice((" ", " ", "\n", "\n\n"))
    for part in parts:
        text += between if text else ""
        spans += [(start + len(text), end + len(text), kind) for start, end, kind in part.spans]
        text += part.text
    return Filled(text, tuple(spans), parts[0].language, parts[0].template)


def damaged(made: Filled, rng: random.Random) -> Filled:
    """Now and then in other case, with typos, blanks or marks too many or too few."""
    roll = rng.random()
    if made.language not in _NO_CAPITALS:
        if roll < LOWER_SHARE:
            made = recased(made, str.lower)
        elif roll < LOWER_SHARE + UPPER_SHARE:
            made = recased(made, str.upper)
        elif roll < LOWER_SHARE + UPPER_SHARE + TITLE_SHARE:
            made = recased(made, str.title)
    if rng.random() < TYPO_SHARE:
        made = mistyped(made, rng, 0.03)
    if rng.random() < MESSY_SHARE:
        made = messy(made, rng)
    return made


def recased(made: Filled, change: Callable[[str], str]) -> Filled:
    """The text in other case, if that keeps its length."""
    text = change(made.text)
    return Filled(text, made.spans, made.language, made.template) if len(text) == len(made.text) else made


def mistyped(made: Filled, rng: random.Random, share: float) -> Filled:
    """Letters dropped, doubled, swapped or exchanged with the chance `share` each."""

    def edit(text: str, at: int) -> str:
        char = text[at]
        if not char.isalpha() or rng.random() >= share:
            return char
        kind = rng.randrange(4)
        if kind == 0:
            return ""
        if kind == 1:
            return char * 2
        other = chr(97 + rng.randrange(26)) if char.isascii() else char
        return other.upper() if char.isupper() else other

    return edited(made, [edit(made.text, at) for at in range(len(made.text))])


def messy(made: Filled, rng: random.Random) -> Filled:
    """Punctuation lost, blanks doubled or turned into line ends."""

    def edit(char: str) -> str:
        if char in ",.;:!?" and rng.random() < 0.4:
            return ""
        if char == " " and rng.random() < 0.06:
            return rng.choice(("  ", "\n", " "))
        return char

    return edited(made, [edit(char) for char in made.text])


def edited(made: Filled, chars: Sequence[str]) -> Filled:
    """The text with each character replaced by the string at its place; spans that vanish are left out."""
    places = np.concatenate([[0], np.cumsum([len(char) for char in chars], dtype=np.int64)]).tolist()
    spans = [(places[start], places[end], kind) for start, end, kind in made.spans]
    return Filled("".join(chars), tuple(s for s in spans if s[1] > s[0]), made.language, made.template)


def allowed_bits(kind: str) -> tuple[int, int]:
    """For a span's type ("PERSON", "O|NRP" or UNSURE) the labels its first token may have, and those of the rest."""
    if kind == UNSURE:
        return ANY, ANY
    first = rest = 0
    for name in kind.split("|"):
        if name == "O":
            first, rest = first | 1, rest | 1
        else:
            begin, inside = 1 << (1 + TYPES.index(name)), 1 << (1 + len(TYPES) + TYPES.index(name))
            loose = "|" in kind
            first, rest = first | begin | (inside if loose else 0), rest | inside | (begin if loose else 0)
    return first, rest


def label_bits(tokens: Tokens, spans: Iterable[Span], offset: int = 0) -> NDArray[np.int32]:
    """(T,) for each token the set of labels it may have, as bits; tokens outside all spans are O."""
    bits = np.ones(len(tokens.start), np.int32)
    for start, end, kind in spans:
        low = int(np.searchsorted(tokens.end, start + offset, side="right"))
        high = int(np.searchsorted(tokens.start, end + offset, side="left"))
        if high > low:
            first, rest = allowed_bits(kind)
            bits[low:high] = rest
            bits[low] = first
    return bits


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts as the network reads them: `tokens` of all, joined by BETWEEN, `owner` (T,) their text, `bits` (T,)."""

    tokens: Tokens
    owner: NDArray[np.int64]
    bits: NDArray[np.int32]


def labelled(texts: Sequence[Filled], tables: Tables) -> Labelled:
    """Cuts and labels texts, all at once."""
    lengths = [len(made.text) + len(BETWEEN) for made in texts]
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)[:-1]])
    tokens = cut(BETWEEN.join(made.text.replace("\0", " ") for made in texts), tables)
    spans = [
        (start + offset, end + offset, kind)
        for made, offset in zip(texts, starts.tolist(), strict=True)
        for start, end, kind in made.spans
    ]
    owner = np.searchsorted(starts, tokens.start, side="right") - 1
    return Labelled(tokens, owner, label_bits(tokens, spans))
