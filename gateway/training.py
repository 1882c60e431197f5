"""Trains the engine's model when what it learns from has changed, and finds the one that fits."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from pathlib import Path

from gateway.settings import Settings

# Everything a model depends on. Content that is only looked up at a turn is not among it.
SOURCES = (
    "data", "bot/domain", "bot/config.yml", "bot/components", "bot/learning", "content/gloss",
    "content/taxonomy.yml", "uv.lock",
)  # fmt: skip
SUFFIXES = (".yml", ".py", ".tsv", ".jsonl")


class TrainingFailed(Exception):
    """No model came out. The message holds the end of what the engine said."""


def fingerprint(root: Path) -> str:
    """Give a hash over the names and bytes of everything a model depends on."""
    digest = hashlib.sha256()
    for source in SOURCES:
        path = root / source
        files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in SUFFIXES) if path.is_dir() else [path]
        for file in files:
            digest.update(f"{file.relative_to(root)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def model_for(settings: Settings, root: Path) -> Path:
    """Give the path where the model for the present sources belongs, whether it exists or not."""
    return settings.models / f"varsam-{fingerprint(root)}.tar.gz"


def train(settings: Settings, root: Path) -> tuple[Path, float]:
    """Train unless a fitting model exists; give it and the seconds it took (0 if it existed).

    Raises:
        TrainingFailed: with the last lines the engine printed.
    """
    model = model_for(settings, root)
    if model.exists():
        return model, 0.0
    settings.models.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    scratch = settings.models / "training"
    done = subprocess.run(
        [str(settings.engine_python.absolute()), "-m", "bot", "train", "--out", str(scratch)],
        cwd=root, env=engine_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    made = sorted(scratch.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if done.returncode != 0 or not made:
        raise TrainingFailed("\n".join((done.stdout + done.stderr).splitlines()[-15:]))
    made[-1].replace(model)
    for older in settings.models.glob("varsam-*.tar.gz"):
        if older != model:
            older.unlink()
    return model, time.monotonic() - started


def engine_environment() -> dict[str, str]:
    """Give the engine's environment: none of our settings or secrets, no telemetry."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VARSAM_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept.pop("VIRTUAL_ENV", None)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}  # a warning can hold what somebody wrote
    return {**kept, **quiet, "RASA_TELEMETRY_ENABLED": "false", "PYTHONUNBUFFERED": "1"}
