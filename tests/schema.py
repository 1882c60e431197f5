"""A database with the schema in it, without making it anew for each of a thousand tests: a copy of one that was made.

The migrations themselves run wherever a gateway process starts, and in `tests/gateway/storage/test_store.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from gateway.storage.database import make_schema, migrate


@cache
def _made() -> bytes:
    with TemporaryDirectory() as folder:
        made = Path(folder) / "varsam.sqlite"
        make_schema(f"sqlite:///{made}")
        return made.read_bytes()


async def give_schema(url: str) -> None:
    """Do what `migrate` does; a new SQLite file is the copy."""
    parsed = make_url(url)
    path = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_made())
        return
    await migrate(url)
