"""Trains the encoder of the harm cascade; torch only, no data set, no threshold.

It has the outputs of the linear experts (`harm_experts.EXPERTS`), each taught by the same labels: prose by moderators,
everything else by the other sources, and the style that tells them apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.trust.masking.tokens import build_tables
from shoal.trust.masking.word_features import PIECES, Features
from shoal.trust.monitoring.categories import OUTPUTS
from shoal.trust.monitoring.encoder import WORDS, Encoder, features_of
from shoal.tuning.harm_data import MADLIBS
from shoal.tuning.harm_experts import BIAS_WEIGHT, EXPERTS, PROSE
from shoal.tuning.harm_network import WORD_DIM, export, forward, new_parameters
from shoal.tuning.harm_set import MODERATION, Corpus
from shoal.tuning.word_vectors import word_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Places = NDArray[np.int64]

LONGEST = 400
"""Tokens of a text that are trained on at once: a longer one is cut anew each time."""
BATCH_TOKENS = 6000
PEAK_RATE, LAST_SHARE, WARM_UP = 3e-3, 0.02, 0.03
AVERAGE_FROM, AVERAGE_KEEP = 0.6, 0.995
DECAY = 0.1
DROPOUT = 0.3
FORGET_WORD, FORGET_TOKEN, FORGET_PIECE = 0.2, 0.05, 0.05
CUT_SHARE, CUT_FROM, CUT_LEAST = 0.3, 60, 0.6
"""So many texts of more than CUT_FROM tokens lose up to 1 - CUT_LEAST of them in a pass."""
PROSE_TIMES, OTHERS_SHARE = 3, 0.5
"""How often a pass has each moderated text, and what share of all others."""
SEED = 5


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is taught: the features of each text; `labels` (N, len(EXPERTS)) 0 or 1; `weight` (N, len(EXPERTS)) 0 where
    a label is unknown; `words` (WORDS, WORD_DIM) vectors to begin with; how many passes."""

    corpus: Corpus
    features: Sequence[Features] = field(repr=False)
    labels: Floats = field(repr=False)
    weight: Floats = field(repr=False)
    words: Floats = field(repr=False)
    passes: int


def lessons_of(corpus: Corpus, unlabelled: Sequence[str], passes: int) -> Lessons:
    """The corpus with word vectors from unlabelled texts."""
    tables = build_tables()
    words = word_vectors([features_of(text, tables).word for text in unlabelled], WORDS, WORD_DIM)
    return Lessons(corpus, [features_of(text, tables) for text in corpus.texts], *taught(corpus), words, passes)


def taught(corpus: Corpus) -> tuple[Floats, Floats]:
    """Labels and weights as the experts' outputs see them."""
    labels = np.full((len(corpus.examples), len(EXPERTS)), -1, np.float32)
    moderated, against_bias = corpus.sources == MODERATION, corpus.sources == MADLIBS
    prose, general = len(PROSE), len(PROSE) + len(OUTPUTS)
    is_prose = moderated | against_bias
    labels[is_prose, :prose] = corpus.labels[is_prose][:, [OUTPUTS.index(name) for name in PROSE]]
    labels[~moderated, prose:general] = corpus.labels[~moderated]
    labels[:, general] = moderated
    weight = (labels >= 0).astype(np.float32)
    weight[against_bias, :prose] *= BIAS_WEIGHT
    return np.maximum(labels, 0), weight


class _Feeder:
    """Makes batches of texts, cut and forgotten at random."""

    def __init__(self, features: Sequence[Features], seed: int) -> None:
        self._features = features
        self._lengths = np.array([len(each.word) for each in features])
        self._rng = np.random.default_rng(seed)

    def passed(self, moderated: Places, others: Places) -> list[Places]:
        """The batches of one pass: texts of about one length together."""
        some = self._rng.permutation(others)[: int(OTHERS_SHARE * len(others))]
        chosen = np.concatenate([*[moderated] * PROSE_TIMES, some])
        lengths = np.minimum(self._lengths[chosen], LONGEST)
        order = np.argsort(lengths + self._rng.uniform(0, 12, len(chosen)))
        batches = list(_cut(chosen[order], lengths[order]))
        self._rng.shuffle(batches)
        return batches

    def feeds(self, batch: Places) -> dict[str, Any]:
        """Tensors for one batch."""
        import torch  # type: ignore[import-not-found,unused-ignore]

        spans = [self._span(int(self._lengths[at])) for at in batch]
        shape = (len(batch), max(end - start for start, end in spans))
        word, mask = np.zeros(shape, np.int64), np.zeros((*shape, 1), np.float32)
        pieces, form = np.zeros((*shape, PIECES), np.int64), np.zeros((*shape, 4), np.int64)
        for row, (at, (start, end)) in enumerate(zip(batch.tolist(), spans, strict=True)):
            each = self._features[at]
            word[row, : end - start] = each.word[start:end]
            pieces[row, : end - start] = each.pieces[start:end]
            form[row, : end - start] = each.shape[start:end]
            mask[row, : end - start] = 1
        self._forget(word, pieces)
        found = {"word": word, "pieces": pieces, "shape": form, "mask": mask}
        return {name: torch.from_numpy(values) for name, values in found.items()}

    def _span(self, length: int) -> tuple[int, int]:
        kept = min(length, LONGEST)
        if CUT_FROM < length <= LONGEST and self._rng.random() < CUT_SHARE:
            kept = int(length * self._rng.uniform(CUT_LEAST, 1))
        start = int(self._rng.integers(0, length - kept + 1))
        return start, start + kept

    def _forget(self, word: Places, pieces: Places) -> None:
        word[self._rng.random(word.shape) < FORGET_WORD] = 0
        gone = self._rng.random(word.shape) < FORGET_TOKEN
        word[gone], pieces[gone] = 0, 0
        pieces *= self._rng.random(pieces.shape, np.float32) >= FORGET_PIECE


def _cut(chosen: Places, lengths: Places) -> Iterator[Places]:
    """Batches of at most BATCH_TOKENS with their padding."""
    start, longest = 0, 0
    for at, length in enumerate(lengths.tolist()):
        longest = max(longest, length)
        if at > start and longest * (at + 1 - start) > BATCH_TOKENS:
            yield chosen[start:at]
            start, longest = at, length
    if start < len(chosen):
        yield chosen[start:]


def rate_at(share: float) -> float:
    """The learning rate after a share 0..1 of the steps: a short rise, then a cosine."""
    fall = LAST_SHARE + (1 - LAST_SHARE) * 0.5 * (1 + math.cos(math.pi * share))
    return PEAK_RATE * min(1.0, share / WARM_UP) * fall


def train_for(
    lessons: Lessons, chosen: NDArray[np.bool_], say: Callable[[str], None], seed: int = SEED
) -> dict[str, Floats]:
    """Parameters after all passes over the texts where `chosen` (N,) holds, an average over the last steps."""
    import torch

    torch.manual_seed(seed)
    parameters = new_parameters(len(EXPERTS), lessons.words, seed)
    optimiser = _optimiser(parameters)
    mean = {name: value.detach().clone() for name, value in parameters.items()}
    averaged, running = 0, 0.0
    for share, feeds, labels, weight in _steps(lessons, chosen, seed):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(share)
        loss = _loss(forward(parameters, feeds, DROPOUT), labels, weight)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(parameters.values()), 1.0)
        optimiser.step()
        running += 0.02 * (loss.item() - running)
        if share >= AVERAGE_FROM:
            averaged += 1
            _average(mean, parameters, min(AVERAGE_KEEP, averaged / (averaged + 9)) if averaged > 1 else 0.0)
    say(f"encoder: {int(chosen.sum())} texts, loss {running:.4f}")
    return {name: value.numpy() for name, value in mean.items()}


def _steps(lessons: Lessons, chosen: NDArray[np.bool_], seed: int) -> Iterator[tuple[float, dict[str, Any], Any, Any]]:
    """The share 0..1 of the steps that are done, then what is fed, its labels and their weights."""
    import torch

    labels, weight = torch.from_numpy(lessons.labels), torch.from_numpy(lessons.weight)
    moderated = lessons.corpus.sources == MODERATION
    feeder = _Feeder(lessons.features, seed)
    for number in range(lessons.passes):
        batches = feeder.passed(np.flatnonzero(chosen & moderated), np.flatnonzero(chosen & ~moderated))
        for place, batch in enumerate(batches):
            share = (number + place / len(batches)) / lessons.passes
            yield share, feeder.feeds(batch), labels[batch], weight[batch]


def _optimiser(parameters: dict[str, Any]) -> Any:
    import torch

    groups = [
        {"params": [value for value in parameters.values() if value.dim() > 1], "weight_decay": DECAY},
        {"params": [value for value in parameters.values() if value.dim() == 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.98), fused=True)


def _loss(scores: Any, labels: Any, weight: Any) -> Any:
    """Mean cross-entropy of the labels that are known."""
    from torch.nn import functional  # type: ignore[import-not-found,unused-ignore]

    each = functional.binary_cross_entropy_with_logits(scores, labels, reduction="none")
    return (each * weight).sum() / weight.sum().clamp(min=1e-9)


def _average(mean: dict[str, Any], parameters: dict[str, Any], keep: float) -> None:
    import torch

    with torch.no_grad():
        for name, value in parameters.items():
            mean[name].lerp_(value, 1 - keep)


def kept(path: Path | None, make: Callable[[], Floats]) -> Floats:
    """What `make` returns, kept in the file `path` (.npy) for the next time."""
    if path is not None and path.is_file():
        return np.asarray(np.load(path), np.float32)
    found = make()
    if path is not None:
        np.save(path, found)
    return found


def encoder_cross_scores(lessons: Lessons, say: Callable[[str], None]) -> Floats:
    """(N, len(EXPERTS)) scores of every text by an encoder that had not seen its fold, in the form that ships."""
    fold, texts = lessons.corpus.fold, lessons.corpus.texts
    found = np.zeros((len(fold), len(EXPERTS)), np.float32)
    for number in np.unique(fold).tolist():
        held = np.flatnonzero(fold == number)
        arrays = train_for(lessons, fold != number, say)
        found[held] = shipped_scores(arrays, [texts[at] for at in held.tolist()])
    return found


def shipped_scores(arrays: dict[str, Floats], texts: Sequence[str]) -> Floats:
    """(N, len(EXPERTS)) of texts by the network as it ships."""
    with TemporaryDirectory() as folder:
        export(arrays, EXPERTS, Path(folder))
        return Encoder(Path(folder)).scores(texts)
