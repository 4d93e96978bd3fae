"""The small network that looks closer at texts of which the linear model is unsure; it knows no threshold and no label.

It reads the same kind of tokens as the classifier of personal data: hashed words and pieces of words, and their shape.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import WeightsError
from shoal.trust.masking.classifier import load_errors
from shoal.trust.masking.tokens import Tables, build_tables, cut
from shoal.trust.masking.word_features import PIECES, Features, describe

if TYPE_CHECKING:
    import onnxruntime  # type: ignore[import-untyped]
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

ENCODER_FILE = "encoder.onnx"
FORMAT = "1"
"""Goes up with any change of what the network reads."""
WORDS, ROWS = 1 << 14, 1 << 14
"""Rows of the tables of words and of pieces."""


class Encoder:
    """Scores texts. The network is loaded with the first text. Safe to share between threads; keeps no text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._once = Lock()

    def scores(self, texts: Sequence[str]) -> Floats:
        """(N, outputs) log-odds. Time and memory are linear in the longest text. Raises WeightsError."""
        session, tables = self._loaded
        return np.stack([_run(session, features_of(text, tables)) for text in texts])

    @property
    def _loaded(self) -> tuple[onnxruntime.InferenceSession, Tables]:
        with self._once:  # two threads would load it twice
            return self._network

    @cached_property
    def _network(self) -> tuple[onnxruntime.InferenceSession, Tables]:
        return _load(self._folder), build_tables()


def features_of(text: str, tables: Tables) -> Features:
    """What the network reads of a text: one row for each token, one of zeros where there is none."""
    found = describe(cut(text.replace("\0", " "), tables), tables, WORDS, ROWS)
    if len(found.word):
        return found
    return Features(np.zeros(1, np.int32), np.zeros((1, PIECES), np.int32), np.zeros((1, 4), np.int32))


def _run(session: onnxruntime.InferenceSession, features: Features) -> Floats:
    feeds = {"word": features.word, "pieces": features.pieces, "shape": features.shape}
    found: Floats = session.run(None, feeds)[0][0]
    return found


def _load(folder: Path) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        held = (folder / ENCODER_FILE).read_bytes()
        session = onnxruntime.InferenceSession(held, options, providers=["CPUExecutionProvider"])
        if json.loads(session.get_modelmeta().custom_metadata_map["form"])["format"] != FORMAT:
            raise ValueError("the network is of another version")
    except load_errors() as error:
        raise WeightsError(
            f"the encoder in '{folder.name}' is missing or damaged ({type(error).__name__}): install Shoal again"
        ) from error
    return session
