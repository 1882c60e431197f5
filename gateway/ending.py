"""How a program ends where something is wrong: one sentence on stderr, exit code 2."""

from __future__ import annotations

import sys
from typing import NoReturn


def end(sentence: str) -> NoReturn:
    print(f"varsam: {sentence}", file=sys.stderr)
    sys.exit(2)


def unusable(problem: OSError) -> str:
    """Say which file or folder cannot be used."""
    return f"{problem.filename or 'something'} cannot be used ({problem.strerror}); look at VARSAM_VAR"


def unanswered(failure: Exception) -> str:
    """Say that the database is away, and nothing of its address."""
    return f"the database does not answer ({type(failure).__name__})"
