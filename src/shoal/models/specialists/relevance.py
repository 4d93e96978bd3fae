"""Relevance: numbers that say how well each unit of the passages answers a question; it does not weigh them.

Every number of a row is one feature of `FEATURES`, the same order in training and in use.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shoal.chat import Passage
from shoal.models.specialists.demands import Demand, demanded, meets
from shoal.models.specialists.expected import Expected, asked, holds
from shoal.models.specialists.lexicon import Lexicon
from shoal.models.specialists.sentences import Kind, Unit, plain, units

Floats = NDArray[np.float32]

MOST_UNITS = 240
LONGEST_QUESTION = 2000
# Words of a question that say what kind of answer is wanted rather than what it is about; they count less.
_MEASURES = """
long often far big tall high heavy fast soon quickly late early tak time number kind way thing much few hour day first
new old work use us close exact maximum minimum possibl happen giv mak com go find
"""
MEASURE_WORDS = frozenset(_MEASURES.split())
WEAK = 0.5
_OPENINGS = """
what which who whom whose when where why how do does did is are was were can could may must will would should
has have am
"""
QUESTION_WORDS = frozenset(_OPENINGS.split())
_NEGATION = re.compile(r"\b(?:not|never|no|cannot|n't|without|nothing|nobody|forbidden|unless|except)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d.,:]*")

COVERAGE = ("exact", "own", "led", "titled", "local", "passage", "headed", "heading")
FEATURES = (
    *COVERAGE,
    *(f"{name}_lag" for name in COVERAGE),
    *("missing_own", "missing_titled", "missing_passage", "missing_anywhere", "unknown_share", "best_own"),
    *("heading_focus", "heading_match", "heading_match_lag", "heading_opening", "section_opening"),
    *("focus", "pairs", "letters", "soft", "vector", "vector_titled", "vector_lag", "letters_lag", "soft_lag"),
    *("passage_rank", "passage_score", "passage_share", "first", "opening", "item", "row", "code", "question_unit"),
    *("length", "asked_words", "asked_weight", "new_numbers", "negation", "fit", "misfit", "any_expected"),
    *(f"fit_{kind.value}" for kind in Expected),
    *("demands", "met", "failed", "failed_titled", "met_titled", "met_headed", "met_passage"),
    *(f"met_{kind.value}" for kind in Demand),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit and the passage that it stands in, by place."""

    unit: Unit
    passage: int
    place: int


@dataclass(frozen=True, slots=True)
class Scene:
    """A question and all that may answer it, with what the features are made from.

    `near[name]` is (units, asked words): how near the nearest word of the unit, its lead, title, neighbours or
    passage comes to each asked word, 0..1.
    """

    question: str = field(repr=False)
    passages: Sequence[Passage] = field(repr=False)
    candidates: list[Candidate] = field(repr=False)
    asked: list[str] = field(repr=False)
    weights: Floats = field(repr=False)
    rarity: Floats = field(repr=False)
    stems: list[list[str]] = field(repr=False)
    headings: list[list[str]] = field(repr=False)
    near: dict[str, Floats] = field(repr=False)


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """The units of all passages but their headings, best passage first, MOST_UNITS at most."""
    found = [
        Candidate(unit, at, place)
        for at, passage in enumerate(passages)
        for place, unit in enumerate(units(passage.text))
        if plain(unit.text) not in plain(passage.title)
    ]
    return found[:MOST_UNITS]


def scene(question: str, passages: Sequence[Passage], lexicon: Lexicon) -> Scene:
    """Reads the question and the passages."""
    question = question[-LONGEST_QUESTION:]
    found = candidates(passages)
    wanted = lexicon.asked(question)
    rarity = lexicon.idf(wanted) * np.array([WEAK if word in MEASURE_WORDS else 1.0 for word in wanted], np.float32)
    weights = rarity / max(float(rarity.sum()), 1e-6)
    stems = [lexicon.content(each.unit.text) for each in found]
    titles = [lexicon.content(passage.title + " " + passage.source) for passage in passages]
    leads = [lexicon.content(each.unit.lead) for each in found]
    headings = [lexicon.content(heading_of(each, passages)) for each in found]
    near = _nearest(wanted, found, stems, leads, titles, headings, lexicon) if found and wanted else {}
    return Scene(question, passages, found, wanted, weights, rarity, stems, headings, near)


def heading_of(candidate: Candidate, passages: Sequence[Passage]) -> str:
    """The heading that a unit stands under: the nearest in its passage, else the last of the passage's title."""
    return candidate.unit.heading or re.split(r" [›/] ", passages[candidate.passage].title)[-1]


def verbatim(view: Scene, lexicon: Lexicon) -> int | None:
    """The first unit under a heading that asks the very question, as a list of questions and answers has it: the same
    question word and the same words of content. None where there is no such heading."""
    opening, wanted = _question_word(view.question), set(view.asked)
    for at, each in enumerate(view.candidates):
        heading = heading_of(each, view.passages)
        is_question = each.unit.opening and heading.rstrip().endswith("?")
        if is_question and set(lexicon.content(heading)) == wanted and opening in ("", _question_word(heading)):
            return at
    return None


def _question_word(text: str) -> str:
    first = plain(text).partition(" ")[0]
    return first if first in QUESTION_WORDS else ""


def _nearest(
    wanted: list[str],
    found: list[Candidate],
    stems: list[list[str]],
    leads: list[list[str]],
    titles: list[list[str]],
    headings: list[list[str]],
    lexicon: Lexicon,
) -> dict[str, Floats]:
    vocabulary = list(dict.fromkeys(word for group in (*stems, *leads, *titles, *headings) for word in group))
    index = {word: at for at, word in enumerate(vocabulary)}
    table = lexicon.nearness(wanted, vocabulary) if vocabulary else np.zeros((len(wanted), 0), np.float32)

    def best(words: list[str]) -> Floats:
        return table[:, [index[word] for word in words]].max(1) if words else np.zeros(len(wanted), np.float32)

    own = np.stack([best(words) for words in stems])
    led = np.maximum(own, np.stack([best(words) for words in leads]))
    title = np.stack([best(words) for words in titles])
    heading = np.stack([best(words) for words in headings])
    focus = np.stack([_focus(words, table, index) for words in headings])
    where = np.array([each.passage for each in found])
    around = own.copy()
    for step in (-1, 1):
        same = where == np.roll(where, step)
        around = np.maximum(around, np.where(same[:, None], np.roll(own, step, 0), 0))
    whole = np.zeros_like(title)
    np.maximum.at(whole, where, led)
    return {
        "exact": (own == 1.0).astype(np.float32),
        "own": own,
        "led": led,
        "titled": np.maximum(led, 0.8 * title[where]),
        "local": np.maximum(np.maximum(led, 0.9 * title[where]), 0.9 * around),
        "passage": np.maximum(whole, title)[where],
        "headed": np.maximum(led, 0.95 * heading),
        "heading": heading,
        "heading_focus": focus[:, None],
    }


def _focus(words: list[str], table: Floats, index: dict[str, int]) -> float:
    """The share of a heading's words that the question asks about, exactly or nearly."""
    return float(table[:, [index[word] for word in words]].max(0).mean()) if words else 0.0


def features(view: Scene, lexicon: Lexicon) -> Floats:
    """(units, len(FEATURES)) for a scene with at least one unit and one asked word."""
    columns: dict[str, Floats] = {name: view.near[name] @ view.weights for name in COVERAGE}
    columns |= _under(view, columns["heading"])
    columns |= _missing(view, lexicon)
    columns |= _likeness(view, lexicon)
    for name in (*COVERAGE, "vector", "letters", "soft"):
        columns[f"{name}_lag"] = columns[name] - columns[name].max()
    columns |= _standing(view)
    columns |= _fit(view)
    columns |= _demands(view, columns)
    return np.stack([columns[name] for name in FEATURES], 1).astype(np.float32)


def _under(view: Scene, coverage: Floats) -> dict[str, Floats]:
    """How well question and heading say the same: the harmonic mean of what each has of the other."""
    focus = view.near["heading_focus"][:, 0]
    match = 2 * coverage * focus / np.maximum(coverage + focus, 1e-6)
    opening = np.array([each.unit.opening for each in view.candidates], np.float32)
    return {
        "heading_focus": focus,
        "heading_match": match,
        "heading_match_lag": match - match.max(),
        "heading_opening": match * opening,
        "section_opening": opening,
    }


def _missing(view: Scene, lexicon: Lexicon) -> dict[str, Floats]:
    """The rarest asked word that is not there; large where the texts do not speak of what is asked."""
    count = len(view.candidates)
    scaled = view.rarity / 10.0

    def worst(near: Floats) -> Floats:
        found: Floats = ((1 - near) * scaled).max(1)
        return found

    anywhere = view.near["passage"].max(0, keepdims=True)
    unknown = np.mean([not lexicon.knows(word) for word in view.asked])
    return {
        "missing_own": worst(view.near["led"]),
        "missing_titled": worst(view.near["titled"]),
        "missing_passage": worst(view.near["passage"]),
        "missing_anywhere": np.full(count, worst(anywhere)[0], np.float32),
        "unknown_share": np.full(count, unknown, np.float32),
        "best_own": (view.near["own"] * scaled).max(1),
    }


def _likeness(view: Scene, lexicon: Lexicon) -> dict[str, Floats]:
    vocabulary = list(dict.fromkeys(word for words in (*view.stems, view.asked) for word in words))
    index = {word: at for at, word in enumerate(vocabulary)}
    table = lexicon.vectors(vocabulary)
    weighted = table * lexicon.idf(vocabulary)[:, None]
    held = np.zeros((len(view.stems), len(vocabulary)), np.float32)
    for row, words in enumerate(view.stems):
        held[row, [index[word] for word in words]] = 1.0
    rows = _units(held @ weighted)
    titles = _units(np.stack([_sum(lexicon.content(passage.title), lexicon) for passage in view.passages]))
    asked_vector = _units(weighted[[index[word] for word in view.asked]].sum(0)[None])[0]
    cosine = table[[index[word] for word in view.asked]] @ table.T
    nearest = [cosine[:, held[row] > 0].max(1, initial=0.0) for row in range(len(held))]
    grams = _grams(view.question)
    wanted = set(view.asked)
    return {
        "soft": (np.stack(nearest) @ view.weights).astype(np.float32),
        "vector": rows @ asked_vector,
        "vector_titled": _units(rows + 0.5 * titles[[each.passage for each in view.candidates]]) @ asked_vector,
        "letters": np.array([_overlap(grams, _grams(each.unit.text)) for each in view.candidates], np.float32),
        "pairs": np.array([_pairs(view.asked, words) for words in view.stems], np.float32),
        "focus": np.array([sum(w in wanted for w in set(s)) / (len(set(s)) + 2) for s in view.stems], np.float32),
    }


def _sum(stems: Sequence[str], lexicon: Lexicon) -> Floats:
    """The sum of the words' vectors by their rarity."""
    unique = list(dict.fromkeys(stems))
    found: Floats = lexicon.idf(unique) @ lexicon.vectors(unique)
    return found


def _units(rows: Floats) -> Floats:
    """The rows at length 1; a row of zeros stays."""
    found: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return found


def _grams(text: str) -> frozenset[str]:
    plain = f" {' '.join(text.lower().split())} "
    return frozenset(plain[at : at + 4] for at in range(len(plain) - 3))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / math.sqrt(max(len(one) * len(other), 1))


def _pairs(wanted: list[str], stems: list[str]) -> float:
    """The share of neighbouring asked words that stand within three words of each other."""
    if len(wanted) < 2:
        return 0.0
    places: dict[str, list[int]] = {}
    for at, word in enumerate(stems):
        places.setdefault(word, []).append(at)
    met = sum(
        any(abs(a - b) <= 3 for a in places.get(one, ()) for b in places.get(other, ()))
        for one, other in pairwise(wanted)
    )
    return met / (len(wanted) - 1)


def _standing(view: Scene) -> dict[str, Floats]:
    """Where a unit stands and what it is."""
    top = max((passage.score for passage in view.passages), default=0.0) or 1.0
    total = sum(passage.score for passage in view.passages) or 1.0
    rows = [
        (
            1 / (1 + each.passage),
            view.passages[each.passage].score / top,
            view.passages[each.passage].score / total,
            each.unit.first,
            each.place == 0,
            each.unit.kind is Kind.ITEM,
            each.unit.kind is Kind.ROW,
            each.unit.kind is Kind.CODE,
            "?" in each.unit.text,
            math.log1p(len(words)),
            len(view.asked),
            float(view.rarity.sum()) / 50,
        )
        for each, words in zip(view.candidates, view.stems, strict=True)
    ]
    names: tuple[str, ...] = (
        "passage_rank",
        "passage_score",
        "passage_share",
        "first",
        "opening",
        "item",
        "row",
        "code",
    )
    names += ("question_unit", "length", "asked_words", "asked_weight")
    return dict(zip(names, np.array(rows, np.float32).T, strict=True))


def _fit(view: Scene) -> dict[str, Floats]:
    """Whether a unit holds what the question expects: 1 where it does, -1 where not, 0 where nothing is expected."""
    expected = asked(view.question)
    numbers = set(_NUMBER.findall(view.question))
    columns: dict[str, Floats] = {}
    texts = [each.unit.text for each in view.candidates]
    for kind in Expected:
        fits = [1.0 if holds(text, kind) else -1.0 for text in texts] if kind in expected else [0.0] * len(texts)
        columns[f"fit_{kind.value}"] = np.array(fits, np.float32)
    stacked = np.stack(list(columns.values()))
    return columns | {
        "fit": (stacked > 0).sum(0).astype(np.float32),
        "misfit": (stacked < 0).sum(0).astype(np.float32),
        "any_expected": np.full(len(texts), len(expected), np.float32),
        "new_numbers": np.array([len(set(_NUMBER.findall(text)) - numbers) for text in texts], np.float32),
        "negation": np.array([_NEGATION.search(text) is not None for text in texts], np.float32),
    }


def _demands(view: Scene, coverage: dict[str, Floats]) -> dict[str, Floats]:
    """Whether a unit holds what the question cannot do without: 1 where it does, -1 where not, 0 where nothing is
    demanded; and how well the units that hold all of it cover the question."""
    wanted = demanded(view.question)
    said = frozenset(re.findall(r"[\w.,:-]*\w", view.question.lower()))
    texts = [each.unit.text for each in view.candidates]
    columns: dict[str, Floats] = {}
    for kind in Demand:
        held = [1.0 if meets(text, kind, said) else -1.0 for text in texts] if kind in wanted else [0.0] * len(texts)
        columns[f"met_{kind.value}"] = np.array(held, np.float32)
    stacked = np.stack(list(columns.values()))
    failed = (stacked < 0).sum(0).astype(np.float32)
    whole = (failed == 0).astype(np.float32)
    return columns | {
        "demands": np.full(len(texts), len(wanted), np.float32),
        "met": (stacked > 0).sum(0).astype(np.float32),
        "failed": failed,
        "failed_titled": (failed > 0) * coverage["titled"],
        "met_titled": whole * coverage["titled"],
        "met_headed": whole * coverage["headed"],
        "met_passage": whole * coverage["passage"],
    }
