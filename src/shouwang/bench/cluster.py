"""A PostgreSQL server of one's own for a measurement or a test run: found on this machine, started, stopped. Standard library only."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15
SERVER = "-c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"


class ClusterFailed(Exception):  # noqa: N818 - said in words to the person who asked
    """The server could not be set up or started; the text is what it said."""


def server_folder(*others: Path) -> Path | None:
    """The folder of a PostgreSQL server ≥ 15: Debian's, one of the `others`, or the one on the path; None where there is none."""
    found = [p.parent for p in DEBIAN.glob("*/bin/initdb") if int(p.parent.parent.name) >= OLDEST]
    if found:
        return max(found, key=lambda p: int(p.parent.name))
    here = next((p for p in others if (p / "initdb").exists()), None)
    on_path = shutil.which("initdb")
    return here or (Path(on_path).parent if on_path else None)


@contextmanager
def running(server: Path, home: Path, *, options: str = "") -> Iterator[str]:
    """The URL of a server whose data lie in `home`/data, made where there are none; stopped at the end. Raises ClusterFailed.

    It trusts whoever reaches it and does not wait for the disk: for data that can be made again only.
    """
    port, user, data = free_port(), server_user(home), home / "data"
    if not (data / "PG_VERSION").exists():
        _run(*user, server / "initdb", "-D", data, "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "-U", "postgres")
    (data / "postmaster.pid").unlink(missing_ok=True)
    said = f"-p {port} -k {home} {SERVER} {options}".strip()
    _run(*user, server / "pg_ctl", "-D", data, "-l", home / "log", "-w", "-o", said, "start")
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run(*user, server / "pg_ctl", "-D", data, "-m", "fast", "stop")


def server_user(home: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then it runs as its own system user, to whom `home` is given."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam("postgres")
    os.chown(home, account.pw_uid, account.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(*command: str | Path) -> None:
    words = [str(c) for c in command]
    # Output to a pipe that the server would inherit keeps the call waiting for its end: hence none.
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise ClusterFailed(f"{' '.join(words)}: {done.returncode}")
