"""What the engine's tests share: a model trained now, loaded once. Runs in the engine's environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
OFFICE_HOURS = {"mode": "talk", "now": "2026-11-24T10:00:00+01:00", "hours_open": True, "channel": "web"}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained from the project's own data: what `make test` has just trained, else one trained now."""
    if trained := os.environ.get("TRAINED_MODEL"):
        return ROOT / trained
    out = tmp_path_factory.mktemp("model")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "train", "--out", str(out)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return next(out.glob("*.tar.gz"))


@pytest.fixture(scope="session")
def engine(model: Path) -> Any:
    """The engine on that model, without its HTTP wire."""
    from bot.engine import load_engine

    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    return load_engine(str(model))
