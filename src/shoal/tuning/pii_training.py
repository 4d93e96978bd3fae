"""Trains the token classifier's network on made texts, within a given time; torch only, no evaluation."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.trust.masking.classifier import GAP
from shoal.trust.masking.tagging import LABELS, TYPES
from shoal.trust.masking.tokens import Tables
from shoal.trust.masking.word_features import describe
from shoal.tuning.pii_data import ANY, Maker, damaged, labelled
from shoal.tuning.pii_network import Size, forward, new_parameters, old_parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 2000
BATCH_ROWS = 8192
PEAK_RATE, START_RATE, LAST_RATE = 3e-3, 1.2e-3, 2e-5
WARM_UP = 0.02
AVERAGE_FROM, AVERAGE_KEEP = 0.7, 0.998
FORGET_WORD, FORGET_ENTITY_WORD, FORGET_PIECE = 0.12, 0.4, 0.05
BACKGROUND = 1 | sum(
    1 << (1 + TYPES.index(kind) + half) for kind in ("DATE_TIME", "AGE", "TITLE") for half in (0, len(TYPES))
)
"""Labels whose words are few and closed: these keep their word row more often."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Texts one after the other with GAP empty rows between: `word` (N,), `pieces` (N, PIECES), `shape` (N, 4),
    `bits` (N,) the labels allowed, 0 in the gaps."""

    word: NDArray[np.int32]
    pieces: NDArray[np.int32]
    shape: NDArray[np.int32]
    bits: NDArray[np.int32]


def pack(maker: Maker, texts: int, size: Size, tables: Tables, rng: random.Random) -> Packed:
    """`texts` made texts, packed."""
    return join_packs([_pack_chunk(maker, min(CHUNK, texts - at), size, tables, rng) for at in range(0, texts, CHUNK)])


def join_packs(packs: list[Packed]) -> Packed:
    """Several packs as one."""
    joined = {
        name: np.concatenate([getattr(pack, name) for pack in packs]) for name in ("word", "pieces", "shape", "bits")
    }
    return Packed(**joined)


def _pack_chunk(maker: Maker, texts: int, size: Size, tables: Tables, rng: random.Random) -> Packed:
    held = labelled([damaged(maker.text(rng), rng) for _ in range(texts)], tables)
    features = describe(held.tokens, tables, size.words, size.pieces)
    rows = np.arange(len(held.owner)) + GAP * held.owner
    total = int(rows[-1]) + 1 + GAP

    def spread(values: NDArray[np.int32]) -> NDArray[np.int32]:
        made = np.zeros((total, *values.shape[1:]), np.int32)
        made[rows] = values
        return made

    return Packed(spread(features.word), spread(features.pieces), spread(features.shape), spread(held.bits))


def _batches(pack: Packed, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """One pass over the rows in random order of batches, with words and pieces forgotten at random."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    count = max(1, len(pack.word) // BATCH_ROWS)
    shift = int(rng.integers(0, BATCH_ROWS)) if count > 1 else 0
    for at in rng.permutation(count):
        low = min(int(at) * BATCH_ROWS + shift, max(0, len(pack.word) - BATCH_ROWS))
        part = slice(low, low + BATCH_ROWS)
        bits = pack.bits[part]
        chance = np.where(bits & BACKGROUND, FORGET_WORD, FORGET_ENTITY_WORD)
        word = np.where(rng.random(len(bits)) < chance, 0, pack.word[part])
        pieces = pack.pieces[part] * (rng.random(pack.pieces[part].shape, np.float32) >= FORGET_PIECE)
        yield {
            "word": torch.from_numpy(word.astype(np.int64)),
            "pieces": torch.from_numpy(pieces.astype(np.int64)),
            "shape": torch.from_numpy(pack.shape[part].astype(np.int64)),
            "mask": torch.from_numpy((bits != 0).astype(np.float32)[:, None]),
            "bits": torch.from_numpy(bits),
        }


def loss_of(scores: Any, bits: Any) -> Any:
    """Mean of -log P(one of the allowed labels), over tokens for which not every label is allowed."""
    import torch

    known = (bits != 0) & (bits != ANY)
    scores, bits = scores[known], bits[known]
    allowed = (bits[:, None] >> torch.arange(LABELS, dtype=torch.int32)[None]) & 1
    permitted = scores.masked_fill(allowed == 0, -1e9)
    return (torch.logsumexp(scores, 1) - torch.logsumexp(permitted, 1)).mean()


def rate_at(share: float, peak: float) -> float:
    """The learning rate after a share 0..1 of the time: a short rise, then a cosine."""
    if share < WARM_UP:
        return peak * share / WARM_UP
    through = (share - WARM_UP) / (1 - WARM_UP)
    return LAST_RATE + (peak - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * min(1.0, through)))


def train(
    pack: Packed, size: Size, seconds: float, seed: int, say: Callable[[str], None], start: Path | None = None
) -> dict[str, NDArray[np.float32]]:
    """Parameters after `seconds` of training, an average over the last steps; `start` is a model to go on from."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    torch.manual_seed(seed)
    parameters = old_parameters(start, size) if start else new_parameters(size, seed)
    peak = START_RATE if start else PEAK_RATE
    optimiser = torch.optim.AdamW(parameters.values(), lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    mean = {name: value.detach().clone() for name, value in parameters.items()}
    rng = np.random.default_rng(seed)
    begun, step, averaged, running = time.monotonic(), 0, 0, 0.0
    while (share := (time.monotonic() - begun) / seconds) < 1:
        for batch in _batches(pack, rng):
            share = (time.monotonic() - begun) / seconds
            if share >= 1:
                break
            for group in optimiser.param_groups:
                group["lr"] = rate_at(share, peak)
            scores = forward(parameters, size, batch)
            loss = loss_of(scores.float(), batch["bits"])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(list(parameters.values()), 1.0)
            optimiser.step()
            step += 1
            running += 0.02 * (loss.item() - running) if step > 1 else loss.item()
            if share > AVERAGE_FROM:
                averaged += 1
                _average(mean, parameters, min(AVERAGE_KEEP, averaged / (averaged + 9)) if averaged > 1 else 0.0)
            if step % 200 == 0:
                say(f"step {step}, {100 * share:.0f} % of the time, loss {running:.4f}")
    return {name: value.float().numpy() for name, value in mean.items()}


def _average(mean: dict[str, Any], parameters: dict[str, Any], keep: float) -> None:
    import torch

    with torch.no_grad():
        for name, value in parameters.items():
            mean[name].lerp_(value, 1 - keep)
