"""TokenClassifier: names, addresses, places, organisations, dates by a small network in process; it keeps no text.

A long text is read in pieces that overlap, so that memory stays bounded and time linear.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import WeightsError
from shoal.models.specialists.cards import WEIGHTS, load_card
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.tagging import LABELS, TYPES, best_labels, spans
from shoal.trust.masking.tokens import DIGIT, LETTER, SINGLE, Tables, Tokens, build_tables, cut, padded
from shoal.trust.masking.word_features import describe
from shoal.trust.work import go_on

if TYPE_CHECKING:
    import onnxruntime  # type: ignore[import-untyped]
    from numpy.typing import NDArray

    from shoal.call import ModelCard
    from shoal.trust.masking.tagging import Scores

FAST, FULL = "pii-fast", "pii-full"
MODEL_FILE = "model.onnx"
FORMAT = "1"
GAP = 8
"""Empty rows between two texts in one run: as far as one layer of the network looks."""
BETWEEN = "\0" * 4
"""Joins texts: so long that no feature reaches from one into the next."""
PIECE = 6000
MARGIN = 400
"""Code points of a text read at once, and how many more on each side."""
_FULL_STOP = ord(".")
# One long word of letters and digits mixed: a hash or an id, no name. What is secret in it, patterns know.
_CODE = re.compile(r"(?=[^\W\d]*\d)(?=\d*[^\W\d])[A-Za-z0-9+/=_-]{12,}")
_NEVER = -20.0
_SCORES = ("scores",)
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a text: `string` begins at `offset`; entities that begin in [core, core_end) count."""

    text: int
    string: str = field(repr=False)
    offset: int
    core: int
    core_end: int


@dataclass(frozen=True, slots=True)
class _Form:
    """What the model file says of itself: rows of its tables, the bias against O, the temperature."""

    words: int
    pieces: int
    bias: float
    temperature: float


class _Network:
    """One network: its session and form."""

    def __init__(self, folder: Path) -> None:
        self._session, self.form = _load(folder)

    def chances(self, tokens: Tokens, tables: Tables, owner: NDArray[np.int64]) -> Scores:
        """(T, LABELS) probabilities; `owner` (T,) numbers the text of each token."""
        found = describe(tokens, tables, self.form.words, self.form.pieces)
        feeds = {"word": found.word, "pieces": found.pieces, "shape": found.shape}
        logits: Scores = self._apart(feeds, owner) if owner[-1] else self._run(feeds, len(owner))
        logits /= np.float32(self.form.temperature)
        logits -= np.maximum.reduce(logits, axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= np.add.reduce(logits, axis=1, keepdims=True)
        return logits

    def _apart(self, feeds: Mapping[str, NDArray[np.int32]], owner: NDArray[np.int64]) -> Scores:
        """The logits of several texts, with rows of nothing between them."""
        rows = np.arange(len(owner)) + GAP * owner
        size = int(rows[-1]) + 1
        held = {name: _spread(values, rows, size) for name, values in feeds.items()}
        held["mask"] = _spread(np.ones((len(owner), 1), np.float32), rows, size)
        found: Scores = self._session.run(_SCORES, held)[0]
        taken: Scores = found[rows]
        return taken

    def _run(self, feeds: Mapping[str, NDArray[np.int32]], count: int) -> Scores:
        """The logits of one text."""
        found: Scores = self._session.run(_SCORES, {**feeds, "mask": np.ones((count, 1), np.float32)})[0]
        return found


class TokenClassifier:
    """Finds personal data that has no fixed form. Safe to share between threads.

    `score` is the mean probability of an entity's tokens to be personal data at all, of whatever type. Where there are
    several networks, their probabilities are averaged.
    """

    def __init__(self, folder: Path, *more: Path) -> None:
        """Loads the card and the network of `folder`, and the networks of `more`; raises WeightsError where a file is
        missing or damaged."""
        self._card = load_card(folder)
        self._networks = tuple(_Network(each) for each in (folder, *more))
        self._form = self._networks[0].form
        self._tables: Tables = build_tables()

    @classmethod
    def load(cls, tier: str = FAST) -> TokenClassifier:
        """The shipped classifier of a tier: FAST, or FULL, which asks the network of FAST as well."""
        return cls(WEIGHTS / FULL, WEIGHTS / FAST) if tier == FULL else cls(WEIGHTS / tier)

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def name(self) -> str:
        return self._card.name

    @property
    def types(self) -> tuple[str, ...]:
        return TYPES

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities in order of place; they do not overlap. Any text will do."""
        found: list[list[Entity]] = [[] for _ in texts]
        for batch in _batches(texts):
            go_on()
            self._find(batch, found)
        return found

    def tokens(self, text: str) -> Tokens:
        """The tokens of a text."""
        return cut(text.replace("\0", " "), self._tables)

    def label_scores(self, text: str) -> tuple[Tokens, Scores]:
        """The tokens of a text and their log probabilities (T, LABELS), without bias; for training and evaluation."""
        tokens = self.tokens(text)
        return tokens, self._scores(tokens, np.zeros(len(tokens.start), np.int64))

    def _find(self, batch: Sequence[_Piece], found: list[list[Entity]]) -> None:
        joined = BETWEEN.join(piece.string for piece in batch)
        tokens = cut(joined, self._tables)
        if not len(tokens.start):
            return
        starts = np.cumsum([0, *(len(piece.string) + len(BETWEEN) for piece in batch[:-1])])
        owner = starts.searchsorted(tokens.start, side="right") - 1
        scores = self._scores(tokens, owner)
        self._report(batch, tokens, scores, owner, starts, found)

    def _scores(self, tokens: Tokens, owner: NDArray[np.int64]) -> Scores:
        """(T, LABELS) log probabilities; `owner` (T,) numbers the text of each token."""
        if not len(owner):
            return np.zeros((0, LABELS), np.float32)
        chances = self._networks[0].chances(tokens, self._tables, owner)
        for network in self._networks[1:]:
            chances += network.chances(tokens, self._tables, owner)
        chances /= np.float32(len(self._networks))
        chances += np.float32(_LEAST)
        scores: Scores = np.log(chances)
        return scores

    def _labels(self, scores: Scores, owner: NDArray[np.int64]) -> NDArray[np.int64]:
        """(T,) the best labels; a row that is surely O between texts keeps them apart."""
        if not owner[-1]:
            biased = scores.copy()
            biased[:, 0] -= np.float32(self._form.bias)
            return best_labels(biased)
        rows = np.arange(len(owner)) + owner
        biased = np.full((int(rows[-1]) + 1, LABELS), _NEVER, np.float32)
        biased[:, 0] = 0
        biased[rows] = scores
        biased[rows, 0] -= np.float32(self._form.bias)
        return np.asarray(best_labels(biased)[rows], np.int64)

    def _report(
        self,
        batch: Sequence[_Piece],
        tokens: Tokens,
        scores: Scores,
        owner: NDArray[np.int64],
        starts: NDArray[np.int64],
        found: list[list[Entity]],
    ) -> None:
        """Adds the entities of one run to `found`."""
        entities = _joined(spans(self._labels(scores, owner)), tokens)
        if not entities:
            return
        outside = np.exp(scores[:, 0])
        for first, after, kind in entities:
            last = _trimmed(tokens, first, after)
            piece = batch[int(owner[first])]
            shift = piece.offset - int(starts[owner[first]])
            start, end = int(tokens.start[first]) + shift, int(tokens.end[last - 1]) + shift
            if piece.core <= start < piece.core_end:
                if _CODE.fullmatch(piece.string, start - piece.offset, end - piece.offset):
                    continue
                score = round(float(1 - outside[first:last].mean()), 4)
                found[piece.text].append(Entity(TYPES[kind], start, end, score, self.name))


def _joined(found: Sequence[tuple[int, int, int]], tokens: Tokens) -> list[tuple[int, int, int]]:
    """Entities of one type with nothing or one blank between them are one."""
    joined: list[tuple[int, int, int]] = []
    for first, after, kind in found:
        near = joined and joined[-1][1] == first and joined[-1][2] == kind
        if near and tokens.start[first] - tokens.end[first - 1] <= 1:
            joined[-1] = (joined[-1][0], after, kind)
        else:
            joined.append((first, after, kind))
    return joined


def _trimmed(tokens: Tokens, first: int, after: int) -> int:
    """The end of an entity without line ends and symbols at its end; a full stop after a letter stays ("Dr.")."""
    last = after
    while last - first > 1 and tokens.kind[last - 1] not in (LETTER, DIGIT, SINGLE):
        mark = tokens.codes[padded(tokens.start[last - 1])]
        if mark == _FULL_STOP and tokens.kind[last - 2] == LETTER:
            break
        last -= 1
    return last


def _spread(values: NDArray[np.generic], rows: NDArray[np.int64], size: int) -> NDArray[np.generic]:
    """`values` at `rows` of an array of `size` rows, zeros elsewhere."""
    if size == len(values):
        return values
    held = np.zeros((size, *values.shape[1:]), values.dtype)
    held[rows] = values
    return held


def _pieces(text: int, string: str) -> Iterator[_Piece]:
    """A text in parts of PIECE code points, each with MARGIN more on both sides."""
    string = string.replace("\0", " ")
    for core in range(0, len(string), PIECE):
        core_end = min(core + PIECE, len(string))
        offset = _space_after(string, max(0, core - MARGIN), core)
        end = min(len(string), core_end + MARGIN)
        yield _Piece(text, string[offset:end], offset, core, core_end)


_BLANK = re.compile(r"\s")


def _space_after(string: str, start: int, limit: int) -> int:
    """The first place after a blank in [start, limit), else `start`: a word is not cut where that can be helped."""
    found = _BLANK.search(string, start, limit) if start else None
    return found.end() if found else start


def _batches(texts: Sequence[str]) -> Iterator[list[_Piece]]:
    """Pieces together up to about PIECE code points."""
    batch: list[_Piece] = []
    held = 0
    for number, string in enumerate(texts):
        for piece in _pieces(number, string):
            if batch and held + len(piece.string) > PIECE:
                yield batch
                batch, held = [], 0
            batch.append(piece)
            held += len(piece.string)
    if batch:
        yield batch


def _load(folder: Path) -> tuple[onnxruntime.InferenceSession, _Form]:
    """The network and its form."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        held = (folder / MODEL_FILE).read_bytes()
        session = onnxruntime.InferenceSession(held, options, providers=["CPUExecutionProvider"])
        said = session.get_modelmeta().custom_metadata_map
        form = json.loads(said["form"])
        if said["format"] != FORMAT or tuple(form["types"]) != TYPES:
            raise ValueError("another format")
        return session, _Form(int(form["words"]), int(form["pieces"]), float(form["bias"]), float(form["temperature"]))
    except load_errors() as error:
        raise WeightsError(
            f"the weights of '{folder.name}' are missing or damaged ({type(error).__name__}): install Shoal again"
        ) from error


def load_errors() -> tuple[type[Exception], ...]:
    """What a missing file, a file that is no model, or a form that does not fit raises."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state  # type: ignore[import-untyped]

    return (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        state.Fail,
        state.RuntimeException,
        state.InvalidArgument,
        state.InvalidProtobuf,
        state.NoModel,
        state.NotImplemented,
    )
