"""What the packaged encoder learned from our lines (bot/learning/tune.py): a low-rank addition to its weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np

ADAPTER = Path(__file__).parent.parent / "learning/adapter.npz"


def write_adapter(path: Path, base: str, added: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Write pairs (inputs × rank, rank × outputs) by the name of the matrix they belong to, in half precision.

    `base`: the sha256 of the weights they were learned for.
    """
    parts = {
        f"{name}|{which}": part.astype(np.float16) for name, pair in added.items() for which, part in enumerate(pair)
    }
    np.savez_compressed(path, base=np.array(base), **parts)


def read_adapter(path: Path, base: str) -> dict[str, np.ndarray]:
    """Give what is to be added to each matrix (outputs × inputs, as safetensors has them) by the weight's name.

    Empty where there is no adapter, or where it was learned for other weights than `base`.
    """
    if not path.exists():
        return {}
    with np.load(path) as parts:
        if str(parts["base"]) != base:
            return {}
        names = {key.rpartition("|")[0] for key in parts.files if "|" in key}
        pairs = {name: [parts[f"{name}|{which}"].astype(np.float32) for which in (0, 1)] for name in names}
    return {f"{name}.weight": (down @ up).T for name, (down, up) in pairs.items()}
