"""An installation of its own for tests that need real processes: a data folder and a real database, SQLite on disk or PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
# The PostgreSQL run of the whole suite names its server in SHOUWANG_DATABASE_URL; SHOUWANG_TEST_POSTGRES adds one to a run on SQLite.
_RUN = os.environ.get("SHOUWANG_DATABASE_URL", "")
_EXTRA = os.environ.get("SHOUWANG_TEST_POSTGRES", "")
POSTGRES = _RUN if _RUN.startswith("postgres") else _EXTRA
DATABASES = (["sqlite"] if POSTGRES != _RUN or not _RUN else []) + (["postgres"] if POSTGRES else [])


def python(env: dict[str, str], *args: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the interpreter in the installation; output captured, exit status not checked."""
    return subprocess.run([sys.executable, *args], env=env, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)  # noqa: S603 - our own


@contextmanager
def installation(folder: Path, database: str, *, settings: str = "tests.kernel.jobs.process_settings") -> Iterator[dict[str, str]]:
    """The environment of a fresh installation with its tables under `folder`; a PostgreSQL database is dropped at the end."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("SHOUWANG_", "DJANGO_"))}
    env |= {"SHOUWANG_HOME": str(folder / "data"), "DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(ROOT)}
    name = f"shouwang_{uuid.uuid4().hex[:12]}"
    (folder / "data").mkdir(parents=True)
    if database == "postgres":
        server = POSTGRES.rsplit("/", 1)[0]
        env["SHOUWANG_DATABASE_URL"] = f"{server}/{name}"
        _on_server(server, f"CREATE DATABASE {name}")
    try:
        done = python(env, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0", "--skip-checks")
        assert done.returncode == 0, done.stderr
        yield env
    finally:
        if database == "postgres":
            _on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _on_server(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())
