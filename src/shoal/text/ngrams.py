"""Features of texts as hashed n-grams, for defence and monitoring: numpy alone, no loop per n-gram; it knows no label.

A text is folded (look-alikes, accents, escapes, capitals), its blanks become one space each, its digits 0. Its features
are the runs of ORDERS bytes, also across words; its words, pairs of neighbours, and pairs with up to REACH - 1 words
between. The hash of a run is that of Karp and Rabin (1987) modulo 2**64: `prefix[i]` sums `value(byte) * P**i`, so that
of a run from s to e is `(prefix[e] - prefix[s]) * P**-s`, wherever it stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError, safe_open

from shoal.errors import WeightsError
from shoal.text.normalise import Normaliser

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Hashes = NDArray[np.uint64]
    Places = NDArray[np.int64]

MODEL_FILE = "model.safetensors"
FORMAT = "1"
"""Goes up with any change of the features."""
ORDERS = (3, 4, 5)
REACH = 4
LONGEST_WORD = 32
"""Bytes of a word that count."""
RUN_BITS, WORD_BITS = 17, 16
RUN_ROWS, WORD_ROWS = 1 << RUN_BITS, 1 << WORD_BITS
ROWS = RUN_ROWS + WORD_ROWS
"""Rows of a model: those of runs of bytes come first, then those of words and pairs of words."""
STRIDE = 1 << 18
"""More than ROWS, from the rows of one text to those of the next while they are sorted."""
MOST_JOINED = 1024
"""Words whose pairs are listed once and for all."""
FEW = 8
"""Texts that are summed up in one product of matrices."""
SLICE = 16_384
"""Bytes looked at in one go, so that memory stays bounded."""

_PAD = b"\0" * max(ORDERS)
# A placeholder of masking: its random end says nothing.
PLACEHOLDER = re.compile(r"<([a-z][a-z_]*)_(?=[a-z]*[2-7])[a-z2-7]{8,52}(?:[.:][a-z0-9]+)*>", re.IGNORECASE)
_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xD6E8FEB86659FD93)
_WORD, _FIRST = np.uint64(0x27D4EB2F165667C5), np.uint64(0xC2B2AE3D27D4EB4F)
_RUN_SALTS = (0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3)
_NEAR, _FAR = np.uint64(0x165667B19E3779F9), np.uint64(0x2545F4914F6CDD1D)
# Arrays of one, since numpy is quicker with them than with numbers.
_HALF, _MIXER, _LONGEST = np.array([32], np.uint64), np.array([_MIX]), np.array([LONGEST_WORD])
_RUN_SHIFT, _WORD_SHIFT = np.array([64 - RUN_BITS], np.uint64), np.array([64 - WORD_BITS], np.uint64)
_RUN_ROWS = np.array([RUN_ROWS], np.uint64)
_FAR_OUT = np.array([30], np.float32)
_PARTS = np.array([_WORD, _FIRST, _NEAR, _FAR, 0], np.uint64)
_BLANKS = bytes(32 if byte < 128 and chr(byte).isspace() else byte for byte in range(256))
_PLAIN = bytes(48 if 48 <= byte < 58 else byte or 32 for byte in range(256))


@dataclass(frozen=True, slots=True)
class Grams:
    """The features of N texts, one after the other. Each text has two blocks, its runs and its words: block i has
    `rows[borders[i]:borders[i + 1]]`, which ascend, none twice; `borders` is (2N + 1,)."""

    rows: Places = field(repr=False)
    borders: Places = field(repr=False)

    @property
    def starts(self) -> Places:
        """(N + 1,): text i has `rows[starts[i]:starts[i + 1]]`."""
        return self.borders[::2]

    @property
    def values(self) -> Floats:
        """(F,) what each row counts: a block is of length 1."""
        sizes = np.diff(self.borders)
        return np.repeat((1 / np.sqrt(np.maximum(sizes, 1))).astype(np.float32), sizes)


class _Joins:
    """Which of up to `most` words make features together: each by itself, and with each of the REACH words before it.
    Those of the first n words are the first `joined(n)`, for any n."""

    def __init__(self, most: int) -> None:
        second, gap = np.repeat(np.arange(most), 1 + REACH), np.tile(np.arange(1 + REACH), most)
        kept = second >= gap
        self._second, gap = second[kept], gap[kept]
        self._first = self._second - gap
        # Where their parts of the hash stand, five to a word.
        self._left = self._first * len(_PARTS) + np.minimum(gap, 1)
        self._right = self._second * len(_PARTS) + np.array([4, 2, *[3] * (REACH - 1)])[gap]

    def hashes(self, words: Hashes, keys: Hashes) -> Hashes:
        """(P,) hashes, at the end of `keys`."""
        count = joined(len(words))
        parts = (words[:, None] * _PARTS).ravel()
        pairs = keys[len(keys) - count :]
        parts.take(self._left[:count], out=pairs, mode="clip")
        pairs += parts.take(self._right[:count])
        return pairs

    def places(self, places: Places) -> tuple[Places, Places]:
        """(P,), (P,): where the first and the second words stand, which stand at `places`."""
        count = joined(len(places))
        return places.take(self._first[:count]), places.take(self._second[:count])


def joined(words: int) -> int:
    """How many features so many words have."""
    few = min(words, REACH)
    return words * (1 + REACH) - REACH * (REACH + 1) // 2 + (REACH - few) * (REACH - few + 1) // 2


class NgramFeatures:
    """Turns texts into `Grams`, which several models can read. Holds tables, never a text; may be shared by threads."""

    def __init__(self) -> None:
        size = SLICE + 2 * LONGEST_WORD
        self._powers = _powers(_BASE, size)
        self._inverses = _powers(pow(_BASE, -1, 1 << 64), size)
        # (ORDERS, size): what makes the hash of a run that begins there the same wherever it begins.
        self._salted = self._inverses * np.array(_RUN_SALTS, np.uint64)[:, None]
        self._values = _powers(int(_MIX), 257)[1:]
        self._in_word = np.array([byte >= 128 or chr(byte).isalnum() for byte in range(256)])
        self._joins = _Joins(MOST_JOINED)
        self._normaliser = Normaliser()

    def encode(self, text: str) -> bytes:
        """The bytes that are looked at: folded, small letters, a space for each run of blanks and at both ends."""
        data = _single_spaced(self._normaliser.lower(text))
        if b"<" in data:
            plain = PLACEHOLDER.sub(r"<\1>", data.decode("utf-8", "surrogatepass"))
            data = plain.encode("utf-8", "surrogatepass")
        return b" %b " % data.translate(_PLAIN)

    def of(self, texts: Sequence[str]) -> Grams:
        """The features of each text. About 100 bytes of memory per byte of text: take `groups` of very many."""
        encoded = [self.encode(text) for text in texts]
        if encoded and sum(map(len, encoded)) + len(_PAD) * len(encoded) <= SLICE:
            return self._together(encoded)
        return _stacked([self._together(group) for group in groups(encoded)])

    def _together(self, texts: Sequence[bytes]) -> Grams:
        """Texts that fit into a slice, or one that does not. The zeros between two are longer than any run."""
        if len(texts[0]) > SLICE:
            return self._in_slices(texts[0])
        data = np.frombuffer(_PAD.join(texts) + _PAD, np.uint8)
        prefix, end = self._prefix(data), len(data) - len(_PAD)
        words, places = self._words(data, prefix, end)
        joins = self._joins if len(words) <= MOST_JOINED else _Joins(len(words))
        keys = np.empty(len(ORDERS) * end + joined(len(words)), np.uint64)
        runs, pairs = self._runs(prefix, 0, end, keys), joins.hashes(words, keys)
        found = _mixed(keys, runs, pairs)
        if len(texts) > 1:
            _mark(texts, runs.view(np.int64), pairs.view(np.int64), joins.places(places))
        return _distinct(found, len(texts))

    def _in_slices(self, text: bytes) -> Grams:
        """One long text: rows are marked slice by slice, words are joined to pairs at the end."""
        found = np.zeros(ROWS, bool)
        hashes: list[Hashes] = []
        for start in range(0, len(text), SLICE):
            before = min(start, 1)
            data = np.frombuffer(text[start - before : start + SLICE + LONGEST_WORD] + _PAD, np.uint8)
            prefix, end = self._prefix(data), before + min(SLICE, len(text) - start)
            keys = np.empty(len(ORDERS) * (end - before), np.uint64)
            runs = self._runs(prefix, before, end, keys)
            found[_mixed(keys, runs, keys[:0])] = True
            hashes.append(self._words(data, prefix, end, before)[0])
        words = np.concatenate(hashes)
        for start in range(0, len(words), SLICE):
            some = words[start : start + SLICE + REACH]
            joins = _Joins(len(some))
            keys = np.empty(joined(len(some)), np.uint64)
            found[_mixed(keys, keys[:0], joins.hashes(some, keys))] = True
        return _distinct(np.flatnonzero(found), 1)

    def _prefix(self, data: NDArray[np.uint8]) -> Hashes:
        """(n + 1,) sums of value(byte) * P**place."""
        prefix = np.empty(len(data) + 1, np.uint64)
        prefix[0] = 0
        terms = self._values.take(data)
        terms *= self._powers[: len(data)]
        np.add.accumulate(terms, out=prefix[1:])
        return prefix

    def _runs(self, prefix: Hashes, start: int, end: int, keys: Hashes) -> Hashes:
        """(ORDERS, end - start) hashes of the runs that begin there, at the beginning of `keys`."""
        runs = keys[: len(ORDERS) * (end - start)].reshape(len(ORDERS), end - start)
        np.subtract(_shifted(prefix, start + ORDERS[0], runs.shape), prefix[start:end], out=runs)
        runs *= self._salted[:, start:end]
        return runs

    def _words(self, data: NDArray[np.uint8], prefix: Hashes, end: int, start: int = 0) -> tuple[Hashes, Places]:
        """Hashes of the words that begin there, and where."""
        inside = self._in_word.take(data)
        edges = (inside[1:] != inside[:-1]).nonzero()[0]
        edges += 1
        if inside[0]:
            edges = edges[1:]
        begins, ends = edges[::2], edges[1::2]
        if len(begins) and begins[-1] >= end:
            here = begins < end
            begins, ends = begins[here], ends[here]
        words = prefix.take(np.minimum(ends, begins + _LONGEST))
        words -= prefix.take(begins)
        words *= self._inverses.take(begins)
        return words, begins


def groups(texts: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Texts in order, as many at once as fit into one slice; a longer one alone."""
    held: list[bytes] = []
    size = 0
    for text in texts:
        if held and size + len(text) + len(_PAD) > SLICE:
            yield held
            held, size = [], 0
        held.append(text)
        size += len(text) + len(_PAD)
    if held:
        yield held


def _single_spaced(text: str) -> bytes:
    """UTF-8 with a space for each run of blanks, and none at both ends. ASCII needs no list of its words."""
    if not text.isascii():
        return " ".join(text.split()).encode("utf-8", "surrogatepass")
    data = text.encode().translate(_BLANKS)
    if b"  " in data:
        held = np.frombuffer(data, np.uint8)
        space = held == 32
        kept = np.ones(len(held), bool)
        np.logical_and(space[1:], space[:-1], out=kept[1:])
        np.logical_not(kept[1:], out=kept[1:])
        data = held[kept].tobytes()
    return data.strip(b" ")


def _powers(base: int, count: int) -> Hashes:
    """(count,) powers of `base` modulo 2**64, from 1."""
    steps = np.full(count, base, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _shifted(held: Hashes | Places, start: int, shape: tuple[int, ...]) -> Hashes:
    """(R, n) view: row r is `held[start + r : start + r + n]`."""
    size = held.itemsize
    return np.ndarray(shape, held.dtype, held, start * size, (size, size))


def _mixed(keys: Hashes, runs: Hashes, pairs: Hashes) -> Places:
    """Mixes the hashes in place and keeps the best bits of each: a row. (A product's low bits do not depend on the high
    ones.)"""
    keys ^= keys >> _HALF
    keys *= _MIXER
    runs >>= _RUN_SHIFT
    pairs >>= _WORD_SHIFT
    pairs += _RUN_ROWS
    return keys.view(np.int64)


def _mark(texts: Sequence[bytes], runs: Places, pairs: Places, words: tuple[Places, Places]) -> None:
    """Adds `text * STRIDE` to the rows of several texts; what lies between two texts, or in both, goes behind all."""
    beyond = len(texts) * STRIDE
    owners = [owner for at in range(len(texts)) for owner in (at * STRIDE, beyond)]
    owner = np.repeat(owners, [size for text in texts for size in (len(text), len(_PAD))])
    runs += owner[: runs.shape[1]]
    first, second = owner.take(words[0]), owner.take(words[1])
    pairs += second
    pairs[first != second] = beyond


def _distinct(keys: Places, count: int) -> Grams:
    """Features from keys `text * STRIDE + row`, in any order and with repetitions. May sort `keys`."""
    if count == 1:  # halves of the width are sorted in half of the time
        keys = keys.astype(np.int32)
    keys.sort()
    new = np.empty(len(keys), bool)
    new[0] = True
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    rows = keys[new].astype(np.int64, copy=False)
    if count == 1:
        return Grams(rows, np.array((0, rows.searchsorted(RUN_ROWS), len(rows))))
    blocks = np.arange(2 * count + 1)
    borders = rows.searchsorted((blocks >> 1) * STRIDE + (blocks & 1) * RUN_ROWS)
    rows &= STRIDE - 1
    return Grams(rows[: borders[-1]], borders)


def _stacked(parts: Sequence[Grams]) -> Grams:
    none = np.zeros(1, np.int64)
    sizes = [np.diff(part.borders) for part in parts]
    return Grams(np.concatenate([none[:0], *(part.rows for part in parts)]), np.cumsum(np.concatenate([none, *sizes])))


@dataclass(frozen=True, slots=True)
class NgramModel:
    """A linear model with K outputs: `weights` (ROWS, K) int8, true value = weights * `scale` (K,); `bias` (K,).
    Calibration is part of scale and bias: a score is a log-odds."""

    outputs: tuple[str, ...]
    weights: NDArray[np.int8] = field(repr=False)
    scale: Floats = field(repr=False)
    bias: Floats = field(repr=False)

    @classmethod
    def load(cls, folder: Path) -> NgramModel:
        """Reads model.safetensors. Raises WeightsError where it is missing, damaged or of another version."""
        try:
            with safe_open(folder / MODEL_FILE, framework="numpy") as held:
                form = held.metadata()
                if form["features"] != FORMAT:
                    raise ValueError("the features are of another version")
                weights, scale, bias = (held.get_tensor(name) for name in ("weights", "scale", "bias"))
                outputs = tuple(form["outputs"].split())
            if weights.shape != (ROWS, len(outputs)) or scale.shape != bias.shape or bias.shape != (len(outputs),):
                raise ValueError("the weights have another shape")
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise WeightsError(
                f"the weights in '{folder.name}' are missing or damaged ({type(error).__name__}): install Shoal again"
            ) from error
        return cls(outputs, weights, scale, bias)

    def scores(self, grams: Grams) -> Floats:
        """(N, K) log-odds of N texts."""
        taken = self.weights.take(grams.rows, axis=0).astype(np.float32)
        count = len(grams.borders) // 2
        if count > FEW:
            sums = np.add.reduceat(taken * grams.values[:, None], grams.starts[:-1])
        else:
            sums = _spread(grams, count) @ taken
        return np.asarray(sums * self.scale + self.bias)

    def probabilities(self, grams: Grams) -> Floats:
        """(N, K) calibrated probabilities."""
        return chances(self.scores(grams))


def _spread(grams: Grams, count: int) -> Floats:
    """(N, F) the values of `grams` with a row for each text: for few texts the quickest way to their sums."""
    spread = np.zeros((count, len(grams.rows)), np.float32)
    borders = grams.borders.tolist()
    for at in range(count):
        start, split, end = borders[2 * at : 2 * at + 3]
        spread[at, start:split] = 1 / math.sqrt(max(split - start, 1))
        spread[at, split:end] = 1 / math.sqrt(max(end - split, 1))
    return spread


def chances(scores: Floats) -> Floats:
    """The probabilities of log-odds."""
    return np.asarray(1 / (1 + np.exp(np.minimum(np.maximum(-scores, -_FAR_OUT), _FAR_OUT))), np.float32)


def chance(score: float) -> float:
    """As `chances`, for one."""
    return 1 / (1 + math.exp(-min(max(score, -30.0), 30.0)))
