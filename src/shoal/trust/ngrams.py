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
from shoal.trust.normalise import Normaliser

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
SLICE = 16_384
"""Bytes looked at in one go, so that memory stays bounded."""

_PAD = b"\0" * max(ORDERS)
# A placeholder of masking: its random end says nothing.
_PLACEHOLDER = re.compile(r"<([a-z][a-z_]*)_(?=[a-z]*[2-7])[a-z2-7]{8,52}(?:[.:][a-z0-9]+)*>")
_BASE = 0x9E3779B97F4A7C15
_MIX, _HALF = np.uint64(0xD6E8FEB86659FD93), np.uint64(32)
_WORD, _FIRST = np.uint64(0x27D4EB2F165667C5), np.uint64(0xC2B2AE3D27D4EB4F)
_RUN_SALTS = (0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3)
_NEAR, _FAR = np.uint64(0x165667B19E3779F9), np.uint64(0x2545F4914F6CDD1D)
_PLAIN = bytes(48 if 48 <= byte < 58 else byte or 32 for byte in range(256))


@dataclass(frozen=True, slots=True)
class Grams:
    """The features of N texts, one after the other. `rows` (F,) ascend within a text, none twice; `values` (F,) are
    equal within each of a text's two blocks and of length 1 together; text i has `rows[starts[i]:starts[i + 1]]`."""

    rows: Places = field(repr=False)
    values: Floats = field(repr=False)
    starts: Places = field(repr=False)


class NgramFeatures:
    """Turns texts into `Grams`, which several models can read. Holds tables, never a text; may be shared by threads."""

    def __init__(self) -> None:
        size = SLICE + 2 * LONGEST_WORD
        self._powers = _powers(_BASE, size)
        self._inverses = _powers(pow(_BASE, -1, 1 << 64), size)
        self._values = _powers(int(_MIX), 257)[1:]
        self._in_word = np.array([byte >= 128 or chr(byte).isalnum() for byte in range(256)])
        self._salts = np.array(_RUN_SALTS, np.uint64)[:, None]
        self._normaliser = Normaliser()

    def encode(self, text: str) -> bytes:
        """The bytes that are looked at: folded, small letters, a space for each run of blanks and at both ends."""
        plain = " ".join(self._normaliser.fold(text).lower.split())
        if "<" in plain:
            plain = _PLACEHOLDER.sub(r"<\1>", plain)
        return b" %b " % plain.encode("utf-8", "surrogatepass").translate(_PLAIN)

    def of(self, texts: Sequence[str]) -> Grams:
        """The features of each text. About 100 bytes of memory per byte of text: take `groups` of very many."""
        parts = [self._together(group) for group in groups([self.encode(text) for text in texts])]
        return parts[0] if len(parts) == 1 else _stacked(parts)

    def _together(self, texts: Sequence[bytes]) -> Grams:
        if len(texts) > 1:
            return self._side_by_side(texts)
        if len(texts[0]) > SLICE:
            return self._in_slices(texts[0])
        data = np.frombuffer(texts[0] + _PAD, np.uint8)
        prefix = self._prefix(data)
        words, _ = self._words(data, prefix, 0, len(texts[0]))
        return _distinct([self._runs(prefix, 0, len(texts[0])).ravel(), _pairs(words)], 1)

    def _side_by_side(self, texts: Sequence[bytes]) -> Grams:
        """Several short texts; the zeros between two are longer than any run."""
        data = np.frombuffer(_PAD.join(texts) + _PAD, np.uint8)
        prefix = self._prefix(data)
        lengths = np.array([len(text) for text in texts])
        owner = np.repeat(np.arange(len(texts)), lengths + len(_PAD))
        kept, end = data != 0, len(data) - len(_PAD)
        keys = (self._runs(prefix, 0, end)[:, kept[:end]] + owner[kept] * ROWS).ravel()
        words, places = self._words(data, prefix, 0, end)
        firsts, same = _pairs_owners(owner[places])
        return _distinct([keys, (_pairs(words) + firsts * ROWS)[same]], len(texts))

    def _in_slices(self, text: bytes) -> Grams:
        """One long text: rows are marked slice by slice, words are joined to pairs at the end."""
        found = np.zeros(ROWS, bool)
        hashes: list[Hashes] = []
        for start in range(0, len(text), SLICE):
            before = min(start, 1)
            data = np.frombuffer(text[start - before : start + SLICE + LONGEST_WORD] + _PAD, np.uint8)
            prefix, end = self._prefix(data), before + min(SLICE, len(text) - start)
            found[self._runs(prefix, before, end)] = True
            hashes.append(self._words(data, prefix, before, end)[0])
        words = np.concatenate(hashes)
        for start in range(0, len(words), SLICE):
            found[_pairs(words[start : start + SLICE + REACH])] = True
        return _distinct([np.flatnonzero(found)], 1)

    def _prefix(self, data: NDArray[np.uint8]) -> Hashes:
        """(n + 1,) sums of value(byte) * P**place."""
        prefix = np.zeros(len(data) + 1, np.uint64)
        terms = self._values.take(data)
        terms *= self._powers[: len(data)]
        np.cumsum(terms, out=prefix[1:])
        return prefix

    def _runs(self, prefix: Hashes, start: int, end: int) -> Places:
        """(ORDERS, end - start) rows of the runs that begin there."""
        runs = np.empty((len(ORDERS), end - start), np.uint64)
        for place, order in enumerate(ORDERS):
            np.subtract(prefix[start + order : end + order], prefix[start:end], out=runs[place])
        runs *= self._inverses[start:end]
        runs *= self._salts
        return _rows(runs, RUN_BITS)

    def _words(self, data: NDArray[np.uint8], prefix: Hashes, start: int, end: int) -> tuple[Hashes, Places]:
        """Hashes of the words that begin there, and where."""
        inside = self._in_word.take(data)
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        if inside[0]:
            edges = edges[1:]
        begins, ends = edges[: len(edges) // 2 * 2 : 2], edges[1::2]
        here = begins < end
        begins = begins[here]
        ends = np.minimum(ends[here], begins + LONGEST_WORD)
        return (prefix[ends] - prefix[begins]) * self._inverses[begins], begins


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


def _powers(base: int, count: int) -> Hashes:
    """(count,) powers of `base` modulo 2**64, from 1."""
    steps = np.full(count, base, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _rows(hashes: Hashes, bits: int) -> Places:
    """Mixes in place and keeps the best `bits` bits. (A product's low bits do not depend on the high ones.)"""
    hashes ^= hashes >> _HALF
    hashes *= _MIX
    hashes >>= np.uint64(64 - bits)
    return hashes.view(np.int64)


def _pairs(words: Hashes) -> Places:
    """Rows of the words, then of neighbours, then of pairs at a distance of 2, 3, ... REACH words."""
    count = len(words)
    reach = max(0, min(REACH, count - 1))
    joined = np.empty(count * (reach + 1) - reach * (reach + 1) // 2, np.uint64)
    np.multiply(words, _WORD, out=joined[:count])
    first, near, far = words * _FIRST, words * _NEAR, words * _FAR
    at = count
    for gap in range(1, reach + 1):
        end = at + count - gap
        np.add(first[: count - gap], (near if gap == 1 else far)[gap:], out=joined[at:end])
        at = end
    rows = _rows(joined, WORD_BITS)
    rows += RUN_ROWS
    return rows


def _pairs_owners(owner: Places) -> tuple[Places, NDArray[np.bool]]:
    """As `_pairs`: the text of each pair's first word, and whether the second is of the same."""
    gaps = range(max(1, min(REACH + 1, len(owner))))
    firsts = np.concatenate([owner[: len(owner) - gap] for gap in gaps])
    return firsts, firsts == np.concatenate([owner[gap:] for gap in gaps])


def _distinct(keys: Sequence[Places], count: int) -> Grams:
    """Features from keys `text * ROWS + row`, in any order and with repetitions."""
    every = np.concatenate(keys)
    every.sort()
    new = np.empty(len(every), bool)
    new[0] = True
    np.not_equal(every[1:], every[:-1], out=new[1:])
    rows = every[new]
    if count == 1:
        # The same as below without the machinery for many texts, which costs more than the sorting.
        split = int(rows.searchsorted(RUN_ROWS))
        weights = np.empty(len(rows), np.float32)
        weights[:split] = 1 / math.sqrt(max(split, 1))
        weights[split:] = 1 / math.sqrt(max(len(rows) - split, 1))
        return Grams(rows, weights, np.array((0, len(rows))))
    blocks = np.arange(2 * count + 1)
    borders = np.searchsorted(rows, (blocks >> 1) * ROWS + (blocks & 1) * RUN_ROWS)
    sizes = np.diff(borders)
    values = np.repeat((1 / np.sqrt(np.maximum(sizes, 1))).astype(np.float32), sizes)
    rows %= ROWS
    return Grams(rows, values, borders[::2])


def _stacked(parts: Sequence[Grams]) -> Grams:
    none = np.zeros(0, np.int64)
    sizes = np.concatenate([none, *(np.diff(part.starts) for part in parts)])
    return Grams(
        np.concatenate([none, *(part.rows for part in parts)]),
        np.concatenate([none.astype(np.float32), *(part.values for part in parts)]),
        np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]),
    )


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
        if len(grams.starts) == 2:
            sums = (grams.values @ taken)[None]
        else:
            sums = np.add.reduceat(taken * grams.values[:, None], grams.starts[:-1])
        return np.asarray(sums * self.scale + self.bias)

    def probabilities(self, grams: Grams) -> Floats:
        """(N, K) calibrated probabilities."""
        return chances(self.scores(grams))


def chances(scores: Floats) -> Floats:
    """The probabilities of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))), np.float32)
