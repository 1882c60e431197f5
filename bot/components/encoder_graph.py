"""A BERT-family sentence encoder as an ONNX graph, built from its safetensors: no torch, anywhere.

The architecture is that of Devlin et al. 2019 (BERT) with mean pooling over the tokens and length 1, as
sentence-transformers' models have it. With `int8` the weights of matrix products are kept as eight-bit
integers (onnxruntime's dynamic quantisation): a quarter of the size, and faster on a CPU.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

OPSET = 17


class EncoderError(ValueError):
    """The folder holds no encoder that can be built. The message says what is missing."""


class _Graph:
    """Collects nodes and tensors under names of their own."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        self._tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._known: set[str] = set()

    def constant(self, name: str, value: np.ndarray) -> str:
        if name not in self._known:
            self._known.add(name)
            self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str, transposed: bool = False) -> str:
        if name not in self._tensors:
            raise EncoderError(f"the encoder's weights have no '{name}': it is not of the BERT family")
        value = self._tensors[name].astype(np.float32)
        return self.constant(name + (".T" if transposed else ""), value.T if transposed else value)

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def linear(self, x: str, name: str) -> str:
        product = self.op("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.op("Add", product, self.weight(f"{name}.bias"))

    def norm(self, x: str, name: str, epsilon: float) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)


def build(folder: Path, added: dict[str, np.ndarray] | None = None, int8: bool = True) -> bytes:
    """Give the serialised graph of the encoder in `folder`: ids, mask (batch × tokens) → vectors (batch × size).

    `added`: what was learned on top of the weights, by their names (bot/components/adapter.py).

    Raises:
        EncoderError: where config or weights are missing or of another family.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tensors = {plain_name(name): value for name, value in load_file(folder / "model.safetensors").items()}
    except (OSError, ValueError) as error:
        raise EncoderError(f"no encoder in {folder}: it needs config.json and model.safetensors ({error})") from error
    for name, more in (added or {}).items():
        tensors[name] = tensors[name] + more
    graph = _Graph(tensors)
    hidden = _embedded(graph, config)
    mask = graph.op("Cast", "mask", to=TensorProto.FLOAT)
    bias = _attention_bias(graph, mask)
    for number in range(config["num_hidden_layers"]):
        hidden = _layer(graph, hidden, bias, f"encoder.layer.{number}", config)
    _pooled(graph, hidden, mask)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "encoder", [_input("ids"), _input("mask")],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", config["hidden_size"]])],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
    )  # fmt: skip
    onnx.checker.check_model(model)
    return _quantised(model) if int8 else model.SerializeToString()


def plain_name(name: str) -> str:
    """Give a tensor's name without what some models put in front."""
    return name.split("bert.", 1)[-1]


def _input(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])


def _embedded(graph: _Graph, config: dict[str, int]) -> str:
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "ids")
    length = graph.op("Shape", "ids", start=1, end=2)
    places = graph.op(
        "Slice", graph.weight("embeddings.position_embeddings.weight"),
        graph.constant("zero", np.array([0], np.int64)), length,
    )  # fmt: skip
    kind = graph.constant("kind", graph._tensors["embeddings.token_type_embeddings.weight"][0].astype(np.float32))
    summed = graph.op("Add", graph.op("Add", words, places), kind)
    return graph.norm(summed, "embeddings.LayerNorm", config["layer_norm_eps"])


def _attention_bias(graph: _Graph, mask: str) -> str:
    """What keeps attention off the padding: 0 for a token, a large negative number for none."""
    wide = graph.op("Unsqueeze", mask, graph.constant("axes", np.array([1, 2], np.int64)))
    absent = graph.op("Sub", graph.constant("one", np.array(1, np.float32)), wide)
    return graph.op("Mul", absent, graph.constant("never", np.array(-1e9, np.float32)))


def _layer(graph: _Graph, x: str, bias: str, name: str, config: dict[str, int]) -> str:
    heads, size = config["num_attention_heads"], config["hidden_size"]
    shape = graph.constant("split", np.array([0, 0, heads, size // heads], np.int64))
    query, key, value = (
        graph.op("Transpose", graph.op("Reshape", graph.linear(x, f"{name}.attention.self.{part}"), shape),
                 perm=[0, 2, 3, 1] if part == "key" else [0, 2, 1, 3])
        for part in ("query", "key", "value")
    )  # fmt: skip
    scale = graph.constant("scale", np.array((size // heads) ** -0.5, np.float32))
    scores = graph.op("Add", graph.op("Mul", graph.op("MatMul", query, key), scale), bias)
    mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), value)
    joined = graph.op(
        "Reshape", graph.op("Transpose", mixed, perm=[0, 2, 1, 3]),
        graph.constant("join", np.array([0, 0, size], np.int64)),
    )  # fmt: skip
    attended = graph.op("Add", graph.linear(joined, f"{name}.attention.output.dense"), x)
    attended = graph.norm(attended, f"{name}.attention.output.LayerNorm", config["layer_norm_eps"])
    inner = _gelu(graph, graph.linear(attended, f"{name}.intermediate.dense"))
    out = graph.op("Add", graph.linear(inner, f"{name}.output.dense"), attended)
    return graph.norm(out, f"{name}.output.LayerNorm", config["layer_norm_eps"])


def _gelu(graph: _Graph, x: str) -> str:
    """Hendrycks and Gimpel 2016, the exact form that BERT uses."""
    root = graph.constant("root_half", np.array(0.5**0.5, np.float32))
    erf = graph.op("Erf", graph.op("Mul", x, root))
    half = graph.op("Mul", x, graph.constant("half", np.array(0.5, np.float32)))
    return graph.op("Mul", half, graph.op("Add", erf, graph.constant("one", np.array(1, np.float32))))


def _pooled(graph: _Graph, hidden: str, mask: str) -> None:
    weights = graph.op("Unsqueeze", mask, graph.constant("last", np.array([-1], np.int64)))
    axis = graph.constant("tokens", np.array([1], np.int64))
    total = graph.op("ReduceSum", graph.op("Mul", hidden, weights), axis, keepdims=0)
    mean = graph.op("Div", total, graph.op("ReduceSum", weights, axis, keepdims=0))
    length = graph.op("ReduceL2", mean, axes=[-1], keepdims=1)
    graph.nodes.append(helper.make_node("Div", [mean, length], ["vectors"]))


def _quantised(model: onnx.ModelProto) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        onnx.save(model, plain)
        quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True)
        return small.read_bytes()
