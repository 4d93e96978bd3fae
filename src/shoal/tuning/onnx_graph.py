"""Builds ONNX graphs node by node, their weights held as int8; it knows no network."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.float32]]

EPSILON = 1e-5
OPSET, IR = 17, 9


class Graph:
    """Collects the nodes and constants of a graph. Each method adds some and returns the name of their result."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """A node."""
        from onnx import helper

        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def hold(self, name: str, values: NDArray[Any]) -> str:
        """A constant."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def small(self, name: str, values: NDArray[np.float32]) -> str:
        """A constant kept as int8 with one scale per column; unpacked when the model is loaded."""
        held, scale = quantised(values)
        cast = self.add("Cast", self.hold(f"{name}_q", held), to=1)
        return self.add("Mul", cast, self.hold(f"{name}_s", scale))

    def looked_up(self, name: str, values: NDArray[np.float32], rows: str, summed: bool) -> str:
        """Rows of an int8 table, summed over the last axis of `rows` where there is one."""
        held, scale = quantised(values)
        found = self.add("Cast", self.add("Gather", self.hold(f"{name}_q", held), rows), to=1)
        if summed:
            found = self.add("ReduceSum", found, self.hold(f"{name}_axis", np.array([1], np.int64)), keepdims=0)
        return self.add("Mul", found, self.hold(f"{name}_s", scale))

    def affine(self, x: str, name: str, arrays: Arrays) -> str:
        """x @ W + b."""
        return self.add(
            "Gemm", x, self.small(f"{name}_w", arrays[f"{name}_w"]), self.hold(f"{name}_b", arrays[f"{name}_b"])
        )

    def centred(self, x: str, name: str, arrays: Arrays) -> str:
        """As `affine`, less the mean of each row; worked out when the model is loaded."""
        weights = self.small(f"{name}_w", arrays[f"{name}_w"])
        bias = self.hold(f"{name}_b", arrays[f"{name}_b"])
        return self.add("Gemm", x, *(self._less_mean(held, axis) for held, axis in ((weights, 1), (bias, 0))))

    def _less_mean(self, x: str, axis: int) -> str:
        return self.add("Sub", x, self.add("ReduceMean", x, axes=[axis], keepdims=1))

    def scaled(self, x: str, at: str, arrays: Arrays) -> str:
        """Layer normalisation of rows whose mean is 0, in operations that onnxruntime computes several values at a
        time, which it does not for LayerNormalization."""
        width = len(arrays[f"gain{at}"])
        squares = self.add("ReduceSumSquare", x, axes=[1], keepdims=1)
        least = self.hold(f"least{at}", np.array([width * EPSILON], np.float32))
        gain = self.hold(f"gain{at}", arrays[f"gain{at}"])
        root = self.hold(f"root{at}", np.array([math.sqrt(width)], np.float32))
        found = self.add("Div", x, self.add("Sqrt", self.add("Add", squares, least)))
        found = self.add("Mul", found, self.add("Mul", gain, root))
        return self.add("Add", found, self.hold(f"shift{at}", arrays[f"shift{at}"]))

    def normed(self, x: str, at: str, arrays: Arrays) -> str:
        """Layer normalisation."""
        gain, shift = (self.hold(f"{part}{at}", arrays[f"{part}{at}"]) for part in ("gain", "shift"))
        return self.add("LayerNormalization", x, gain, shift, axis=-1, epsilon=EPSILON)

    def sliced(self, x: str, name: str, begin: int, end: int) -> str:
        """Rows from `begin` to `end`."""
        ends = (self.hold(f"{name}_{part}", np.array([value], np.int64)) for part, value in
                (("from", begin), ("to", end), ("axis", 0)))  # fmt: skip
        return self.add("Slice", x, *ends)

    def beside(self, x: str, at: int, distance: int) -> str:
        """Each row with those `distance` before and after it, zeros at the ends: (T, 3 * width)."""
        padded = self.add("Pad", x, self.hold(f"pads{at}", np.array([distance, 0, distance, 0], np.int64)))
        cuts = ((0, -2 * distance), (distance, -distance), (2 * distance, 2**31 - 1))
        parts = (self.sliced(padded, f"cut{at}_{number}", *cut) for number, cut in enumerate(cuts))
        return self.add("Concat", *parts, axis=1)

    def model(self, name: str, inputs: Mapping[str, tuple[int, ...]], columns: int, about: Mapping[str, str]) -> bytes:
        """The finished model: int32 `inputs` by name with their shape past the first, free axis; the last node's
        result, with so many columns, as `scores`; `about` as metadata."""
        import onnx
        from onnx import TensorProto, helper

        self.nodes[-1].output[0] = "scores"
        feeds = [helper.make_tensor_value_info(key, TensorProto.INT32, ["T", *rest]) for key, rest in inputs.items()]
        result = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", columns])
        made = helper.make_graph(self.nodes, name, feeds, [result], self.constants)
        model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
        helper.set_model_props(model, dict(about))
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def quantised(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 values and their scale per column."""
    scale = np.maximum(np.abs(values).max(axis=0), 1e-9) / 127
    return np.round(values / scale).astype(np.int8), scale.astype(np.float32)
