"""A PostgreSQL server of the tests' own, for as long as it is needed. initdb refuses root, so it runs as `postgres`."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.processes import free_port


class NoPostgres(Exception):
    """PostgreSQL is missing."""


def postgres_bin() -> Path:
    """Give the folder of initdb and psql. Raises NoPostgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise NoPostgres("PostgreSQL is missing: run 'make test', which installs it (Debian: apt-get install postgresql)")


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server in a folder of its own; give its base URL."""
    bin_, port = postgres_bin(), free_port()
    home = Path("/tmp") / f"varsam-postgres-{os.getpid()}"
    home.mkdir()
    as_user: list[str] = []
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = home / "data"
    try:
        subprocess.run(
            [*as_user, bin_ / "initdb", "-D", data, "-U", "varsam", "--auth=trust", "--no-sync"],
            check=True, capture_output=True, cwd="/tmp",
        )  # fmt: skip
        options = f"-F -p {port} -k {home} -c listen_addresses=127.0.0.1"
        subprocess.run(
            [*as_user, bin_ / "pg_ctl", "-D", data, "-w", "-o", options, "-l", home / "log", "start"],
            check=True, capture_output=True, cwd="/tmp",
        )  # fmt: skip
        yield f"postgresql://varsam@127.0.0.1:{port}"
    finally:
        subprocess.run(
            [*as_user, bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop"], capture_output=True, cwd="/tmp"
        )
        shutil.rmtree(home, ignore_errors=True)


def new_database(server: str) -> str:
    """Make a database on a server; give its URL with the asynchronous driver."""
    name = f"t{time.time_ns()}"
    psql = postgres_bin() / "psql"
    subprocess.run([psql, f"{server}/postgres", "-qc", f"CREATE DATABASE {name}"], check=True, capture_output=True)
    return f"{server.replace('postgresql://', 'postgresql+psycopg://')}/{name}"
