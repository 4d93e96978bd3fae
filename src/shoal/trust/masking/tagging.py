"""From label scores to entities: the best valid sequence of O, B- and I- labels; it knows no text.

Where the likeliest label of each token makes a valid sequence, that is the best one; else the run of tokens around
the fault that may belong to an entity is decoded, all such runs side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]
    Labels = NDArray[np.int64]

TYPES = ("PERSON", "ADDRESS", "LOCATION", "ORGANIZATION", "DATE_TIME", "AGE", "NRP", "TITLE")
LABELS = 1 + 2 * len(TYPES)
"""Label 0 is O; 1 + k begins an entity of TYPES[k], 1 + len(TYPES) + k continues it."""
SURELY_OUTSIDE = 0.95
LONGEST_RUN = 128
_KINDS = len(TYPES)
_LOW = np.float32(-1e4)


def best_labels(scores: Scores) -> Labels:
    """(T,) the best valid labels for log probabilities (T, LABELS), already biased; Viterbi within each run."""
    found = np.asarray(scores.argmax(axis=1), np.int64)
    inside = found > _KINDS
    if not inside.any():
        return found
    before = np.zeros(len(found), np.int64)
    before[1:] = found[:-1]
    broken = inside & (before != found) & (before != found - _KINDS)
    if not broken.any():
        return found
    run = scores[:, 0] < np.log(SURELY_OUTSIDE)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], run, [False]]).astype(np.int8)))
    begins, ends = _shortened(edges[::2], edges[1::2])
    counted = np.append(0, np.cumsum(broken))
    wrong = counted[ends] > counted[begins]
    _decode(scores, begins[wrong], ends[wrong], found)
    return found


def spans(labels: Labels) -> list[tuple[int, int, int]]:
    """Entities as (first token, token after the last, number of the type)."""
    found: list[tuple[int, int, int]] = []
    places = labels.nonzero()[0]
    for at, label in zip(places.tolist(), labels[places].tolist(), strict=True):
        kind = (label - 1) % _KINDS
        if label > _KINDS and found and found[-1][1] == at and found[-1][2] == kind:
            found[-1] = (found[-1][0], at + 1, kind)
        else:
            found.append((at, at + 1, kind))
    return found


def _shortened(begins: Labels, ends: Labels) -> tuple[Labels, Labels]:
    """Runs cut to LONGEST_RUN tokens at most."""
    if not len(begins) or int((ends - begins).max()) <= LONGEST_RUN:
        return begins, ends
    pieces = [
        (at, min(at + LONGEST_RUN, end))
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
        for at in range(begin, end, LONGEST_RUN)
    ]
    cut = np.array(pieces, np.int64)
    return cut[:, 0], cut[:, 1]


def _decode(scores: Scores, begins: Labels, ends: Labels, found: Labels) -> None:
    """Viterbi for all runs at once; a run shorter than the longest stands still once it has ended."""
    order = np.argsort(begins - ends, kind="stable")
    begins, lengths = begins[order], (ends - begins)[order]
    state = scores[begins].copy()
    state[:, 1 + _KINDS :] = _LOW
    back = np.zeros((int(lengths[0]), len(begins), LABELS), np.int8)
    for step in range(1, int(lengths[0])):
        live = int(np.searchsorted(-lengths, -step, side="left"))
        before = state[:live]
        best = before.argmax(axis=1)
        begun, going = before[:, 1 : 1 + _KINDS], before[:, 1 + _KINDS :]
        goes = going > begun
        back[step, :live, : 1 + _KINDS] = best[:, None]
        back[step, :live, 1 + _KINDS :] = np.arange(1, 1 + _KINDS) + np.where(goes, _KINDS, 0)
        after = scores[begins[:live] + step].copy()
        after[:, : 1 + _KINDS] += before[np.arange(live), best][:, None]
        after[:, 1 + _KINDS :] += np.where(goes, going, begun)
        state[:live] = after
    _trace(state.argmax(axis=1), back, begins, lengths, found)


def _trace(last: Labels, back: NDArray[np.int8], begins: Labels, lengths: Labels, found: Labels) -> None:
    """Writes each run's labels, from its end to its beginning."""
    current = last.astype(np.int64)
    for step in range(int(lengths[0]) - 1, -1, -1):
        live = int(np.searchsorted(-lengths, -step, side="left"))
        found[begins[:live] + step] = current[:live]
        current[:live] = back[step, np.arange(live), current[:live]]
