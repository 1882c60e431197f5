"""A gateway that cannot start says why in one sentence, and nothing of a secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gateway.processes import free_port
from tests.system import ROOT


def said(**given: str) -> tuple[int, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VARSAM_")}
    environ = inherited | {f"VARSAM_{name}": value for name, value in {"ENV": "development", **given}.items()}
    command = [sys.executable, "-m", "gateway", "--engine", "http://127.0.0.1:1"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    url = f"postgresql://varsam:hemlig@127.0.0.1:{free_port()}/varsam"
    assert said(DATABASE_URL=url, VAR=str(tmp_path)) == (
        2,
        "varsam: the database does not answer (OperationalError)\n",
    )


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, printed = said(VAR=str(tmp_path / "file"))
    assert (code, printed) == (2, f"varsam: {tmp_path / 'file'} cannot be used (File exists); look at VARSAM_VAR\n")
