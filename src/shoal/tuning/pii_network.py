"""The network of the token classifier: training form (torch) and shipped form (ONNX, int8 weights); no texts here.

Summed embeddings of a token's word, character pieces and shape, then residual layers that each look a few tokens to
both sides: x + W2 relu(W1 [n(t-d), n(t), n(t+d)]) with n the normalised x and d the layer's distance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.trust.masking.classifier import FORMAT, MODEL_FILE
from shoal.trust.masking.tagging import LABELS, TYPES
from shoal.trust.masking.word_features import PIECES, SHAPES
from shoal.tuning.onnx_graph import EPSILON, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Size:
    """Rows of the tables, widths, and how far each layer looks."""

    words: int
    pieces: int
    word_dim: int
    piece_dim: int
    shape_dim: int
    hidden: int
    inner: int
    distances: tuple[int, ...]


SIZES = {
    "fast": Size(1 << 15, 1 << 15, 48, 64, 24, 128, 128, (1, 2, 4, 1, 8)),
    "full": Size(1 << 16, 1 << 16, 64, 80, 32, 192, 192, (1, 2, 4, 1, 8, 2, 4, 1)),
}


def shapes(size: Size) -> dict[str, tuple[int, ...]]:
    """Every parameter's name and shape."""
    width, hidden, inner = size.word_dim + size.piece_dim + size.shape_dim, size.hidden, size.inner
    found: dict[str, tuple[int, ...]] = {
        "word": (size.words, size.word_dim),
        "pieces": (size.pieces, size.piece_dim),
        "shape": (SHAPES, size.shape_dim),
        "in_w": (width, hidden),
        "in_b": (hidden,),
    }
    for at in range(len(size.distances)):
        found |= {f"gain{at}": (hidden,), f"shift{at}": (hidden,)}
        found |= {f"up{at}_w": (3 * hidden, inner), f"up{at}_b": (inner,)}
        found |= {f"down{at}_w": (inner, hidden), f"down{at}_b": (hidden,)}
    found |= {"gain": (hidden,), "shift": (hidden,), "out_w": (hidden, LABELS), "out_b": (LABELS,)}
    return found


def old_parameters(folder: Path, size: Size) -> dict[str, Any]:
    """Those of a shipped model as torch parameters."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    arrays = read_parameters(folder, size)
    return {name: torch.from_numpy(values.copy()).requires_grad_() for name, values in arrays.items()}


def new_parameters(size: Size, seed: int) -> dict[str, Any]:
    """Fresh torch parameters."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name, shape in shapes(size).items():
        if name.startswith("gain"):
            values = torch.ones(shape)
        elif len(shape) == 1:
            values = torch.zeros(shape)
        else:
            scale = 0.1 if name in ("word", "pieces", "shape") else (2.0 / shape[0]) ** 0.5
            if name.startswith(("down", "out")):
                scale *= 0.3
            values = torch.randn(shape, generator=generator) * scale
        if name in ("word", "pieces"):
            values[0] = 0
        found[name] = values.requires_grad_()
    return found


def read_parameters(folder: Path, size: Size) -> dict[str, NDArray[np.float32]]:
    """The parameters of a shipped model, unpacked from int8: training can go on from them."""
    import onnx
    from onnx import numpy_helper

    held = {each.name: numpy_helper.to_array(each) for each in onnx.load(folder / MODEL_FILE).graph.initializer}
    found = {}
    for name in shapes(size):
        values = held[name] if name in held else held[f"{name}_q"].astype(np.float32) * held[f"{name}_s"]
        found[name] = values.astype(np.float32)
    return found


def forward(parameters: Mapping[str, Any], size: Size, feeds: Mapping[str, Any]) -> Any:
    """(T, LABELS) scores for `word` (T,), `pieces` (T, PIECES), `shape` (T, 4), `mask` (T, 1).

    The layers compute in bfloat16 (the parameters stay in full precision): several times as fast on recent CPUs.
    """
    import torch
    from torch.nn import functional  # type: ignore[import-not-found,unused-ignore]

    p = {
        name: value.to(torch.bfloat16) for name, value in parameters.items() if name not in ("word", "pieces", "shape")
    }
    summed = functional.embedding_bag(feeds["pieces"], parameters["pieces"], mode="sum", padding_idx=0)
    shape = functional.embedding_bag(feeds["shape"], parameters["shape"], mode="sum")
    word = functional.embedding(feeds["word"], parameters["word"], padding_idx=0)
    x = torch.addmm(p["in_b"], torch.cat([word, summed, shape], 1).to(torch.bfloat16), p["in_w"])
    mask = feeds["mask"].to(torch.bfloat16)
    for at, distance in enumerate(size.distances):
        n = functional.layer_norm(x, (size.hidden,), p[f"gain{at}"], p[f"shift{at}"], EPSILON)
        n = functional.pad(n * mask, (0, 0, distance, distance))
        near = torch.cat([n[: -2 * distance], n[distance:-distance], n[2 * distance :]], 1)
        inner = torch.relu(torch.addmm(p[f"up{at}_b"], near, p[f"up{at}_w"]))
        x = x + torch.addmm(p[f"down{at}_b"], inner, p[f"down{at}_w"])
    x = functional.layer_norm(x, (size.hidden,), p["gain"], p["shift"], EPSILON)
    return torch.addmm(p["out_b"], x, p["out_w"])


def export(arrays: Arrays, size: Size, folder: Path, bias: float, temperature: float) -> None:
    """Writes model.onnx with its form in the metadata."""
    import onnx
    from onnx import TensorProto, helper

    graph = Graph()
    parts = [
        graph.looked_up("word", arrays["word"], "word", summed=False),
        graph.looked_up("pieces", arrays["pieces"], "pieces", summed=True),
        graph.looked_up("shape", arrays["shape"], "shape", summed=True),
    ]
    # Only what a normalisation makes of x is ever read, and that is the same of x less the mean of each row.
    x = graph.centred(graph.add("Concat", *parts, axis=1), "in", arrays)
    for at, distance in enumerate(size.distances):
        n = graph.add("Mul", graph.scaled(x, str(at), arrays), "mask")
        pads = graph.hold(f"pads{at}", np.array([distance, 0, distance, 0], np.int64))
        n = graph.add("Pad", n, pads)
        cuts = ((0, -2 * distance), (distance, -distance), (2 * distance, 2**31 - 1))
        near = graph.add("Concat", *(graph.sliced(n, f"cut{at}_{k}", *cut) for k, cut in enumerate(cuts)), axis=1)
        inner = graph.add("Relu", graph.affine(near, f"up{at}", arrays))
        x = graph.add("Add", x, graph.centred(inner, f"down{at}", arrays))
    graph.affine(graph.scaled(x, "", arrays), "out", arrays)
    graph.nodes[-1].output[0] = "scores"
    integers: dict[str, list[str | int | None]] = {"word": ["T"], "pieces": ["T", PIECES], "shape": ["T", 4]}
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name, shape in integers.items()]
    inputs.append(helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["T", 1]))
    made = helper.make_graph(
        graph.nodes,
        "pii",
        inputs,
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["T", LABELS])],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    form = {
        "words": size.words,
        "pieces": size.pieces,
        "bias": bias,
        "temperature": temperature,
        "types": TYPES,
        "size": asdict(size),
    }
    helper.set_model_props(model, {"format": FORMAT, "form": json.dumps(form)})
    onnx.checker.check_model(model)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_bytes(model.SerializeToString())
