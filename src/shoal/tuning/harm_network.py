"""The network of the harm monitor's encoder: training form (torch) and shipped form (ONNX, int8 weights); no texts.

Summed embeddings of a token's word, pieces and shape; residual layers that each look a few tokens to both sides; then
what four attentions find in the whole text, the highest and the mean of each column, and two layers to the scores.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.trust.masking.word_features import PIECES, SHAPES
from shoal.trust.monitoring.encoder import ENCODER_FILE, FORMAT, ROWS, WORDS
from shoal.tuning.onnx_graph import EPSILON, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.float32]]

WORD_DIM, PIECE_DIM, SHAPE_DIM, HIDDEN, LOOKS = 64, 64, 16, 128, 4
DISTANCES = (1, 1, 2, 4)
TABLES = ("word", "pieces", "shape")


def shapes(outputs: int) -> dict[str, tuple[int, ...]]:
    """Every parameter's name and shape."""
    found: dict[str, tuple[int, ...]] = {
        "word": (WORDS, WORD_DIM),
        "pieces": (ROWS, PIECE_DIM),
        "shape": (SHAPES, SHAPE_DIM),
        "in_w": (WORD_DIM + PIECE_DIM + SHAPE_DIM, HIDDEN),
        "in_b": (HIDDEN,),
    }
    for at in range(len(DISTANCES)):
        found |= {f"gain{at}": (HIDDEN,), f"shift{at}": (HIDDEN,)}
        found |= {f"up{at}_w": (3 * HIDDEN, HIDDEN), f"up{at}_b": (HIDDEN,)}
        found |= {f"down{at}_w": (HIDDEN, HIDDEN), f"down{at}_b": (HIDDEN,)}
    found |= {"gain": (HIDDEN,), "shift": (HIDDEN,), "look_w": (HIDDEN, LOOKS), "look_b": (LOOKS,)}
    found |= {"join_w": ((LOOKS + 2) * HIDDEN, HIDDEN), "join_b": (HIDDEN,)}
    return found | {"out_w": (HIDDEN, outputs), "out_b": (outputs,)}


def new_parameters(outputs: int, words: NDArray[np.float32], seed: int) -> dict[str, Any]:
    """Fresh torch parameters; `words` (WORDS, WORD_DIM) are vectors to begin with."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name, shape in shapes(outputs).items():
        if name.startswith("gain"):
            values = torch.ones(shape)
        elif len(shape) == 1:
            values = torch.zeros(shape)
        else:
            values = torch.randn(shape, generator=generator) * _spread(name, shape)
        if name == "word":
            values = torch.from_numpy(words.copy())
        if name in ("word", "pieces"):
            values[0] = 0
        found[name] = values.requires_grad_()
    return found


def _spread(name: str, shape: tuple[int, ...]) -> float:
    if name in TABLES:
        return 0.1
    if name.startswith(("look", "out")):
        return 0.05
    return float((2.0 / shape[0]) ** 0.5) * (0.3 if name.startswith("down") else 1.0)


def forward(parameters: Mapping[str, Any], feeds: Mapping[str, Any], dropout: float = 0.0) -> Any:
    """(B, outputs) log-odds for `word` (B, L), `pieces` (B, L, PIECES), `shape` (B, L, 4), `mask` (B, L, 1) 0 or 1.

    The layers compute in bfloat16 (the parameters stay in full precision): several times as fast on recent CPUs.
    """
    import torch
    from torch.nn import functional  # type: ignore[import-not-found,unused-ignore]

    p = {name: value.to(torch.bfloat16) for name, value in parameters.items() if name not in TABLES}
    x = torch.cat(_embedded(parameters, feeds), 2).to(torch.bfloat16) @ p["in_w"] + p["in_b"]
    mask = feeds["mask"].to(torch.bfloat16)
    for at, distance in enumerate(DISTANCES):
        n = functional.layer_norm(x, (HIDDEN,), p[f"gain{at}"], p[f"shift{at}"], EPSILON)
        n = functional.pad(n * mask, (0, 0, distance, distance))
        near = torch.cat([n[:, : -2 * distance], n[:, distance:-distance], n[:, 2 * distance :]], 2)
        x = x + torch.relu(near @ p[f"up{at}_w"] + p[f"up{at}_b"]) @ p[f"down{at}_w"] + p[f"down{at}_b"]
    x = functional.layer_norm(x, (HIDDEN,), p["gain"], p["shift"], EPSILON)
    return _judged(parameters, x.float(), feeds["mask"], dropout)


def _embedded(parameters: Mapping[str, Any], feeds: Mapping[str, Any]) -> list[Any]:
    from torch.nn import functional

    texts, length = feeds["word"].shape
    word = functional.embedding(feeds["word"], parameters["word"], padding_idx=0)
    pieces = functional.embedding_bag(feeds["pieces"].view(-1, PIECES), parameters["pieces"], mode="sum", padding_idx=0)
    shape = functional.embedding_bag(feeds["shape"].view(-1, 4), parameters["shape"], mode="sum")
    return [word, pieces.view(texts, length, PIECE_DIM), shape.view(texts, length, SHAPE_DIM)]


def _judged(p: Mapping[str, Any], x: Any, mask: Any, dropout: float) -> Any:
    """The scores of texts from what the layers make of their tokens, (B, L, HIDDEN)."""
    import torch
    from torch.nn import functional

    looks = torch.softmax((x @ p["look_w"] + p["look_b"]).masked_fill(mask == 0, -1e4), 1)
    seen = (looks.transpose(1, 2) @ x).flatten(1)
    highest, mean = x.masked_fill(mask == 0, -1e4).amax(1), (x * mask).sum(1) / mask.sum(1)
    every = functional.dropout(torch.cat([seen, highest, mean], 1), dropout)
    joined = functional.dropout(torch.relu(every @ p["join_w"] + p["join_b"]), dropout)
    return joined @ p["out_w"] + p["out_b"]


def export(arrays: Arrays, outputs: tuple[str, ...], folder: Path) -> None:
    """Writes encoder.onnx, which reads one text at a time: (1, outputs) `scores`."""
    graph = Graph()
    parts = [graph.looked_up(name, arrays[name], name, summed=name != "word") for name in TABLES]
    x = graph.affine(graph.add("Concat", *parts, axis=1), "in", arrays)
    for at, distance in enumerate(DISTANCES):
        near = graph.beside(graph.normed(x, str(at), arrays), at, distance)
        x = graph.add(
            "Add", x, graph.affine(graph.add("Relu", graph.affine(near, f"up{at}", arrays)), f"down{at}", arrays)
        )
    x = graph.normed(x, "", arrays)
    looks = graph.add("Transpose", graph.add("Softmax", graph.affine(x, "look", arrays), axis=0), perm=[1, 0])
    row = graph.hold("row", np.array([1, -1], np.int64))
    seen = graph.add("Reshape", graph.add("MatMul", looks, x), row)
    highest, mean = (graph.add(kind, x, axes=[0], keepdims=1) for kind in ("ReduceMax", "ReduceMean"))
    every = graph.add("Concat", seen, highest, mean, axis=1)
    graph.affine(graph.add("Relu", graph.affine(every, "join", arrays)), "out", arrays)
    form = {"format": FORMAT, "outputs": outputs}
    folder.mkdir(parents=True, exist_ok=True)
    feeds = {"word": (), "pieces": (PIECES,), "shape": (4,)}
    (folder / ENCODER_FILE).write_bytes(graph.model("harm", feeds, len(outputs), {"form": json.dumps(form)}))
