"""A demonstration site of its own: data folder, keys, server; built by the commands a newcomer runs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOUWANG = Path(sys.executable).parent / "shouwang"
PASSWORD = "Shouwang-2020"
HOUSEHOLDS = 400
PATIENCE = 180.0


def _environment(folder: Path) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SHOUWANG_", "DJANGO_"))}
    return clean | {"SHOUWANG_HOME": str(folder / "data")}


def shouwang(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on the installation in `folder`; raises with what it said."""
    done = subprocess.run([SHOUWANG, *args], env=_environment(folder), cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def build(folder: Path, *, work: bool) -> Path:
    """A demonstration city under `folder`, with the story of the notice or without it."""
    shouwang(folder, "demo", "--households", str(HOUSEHOLDS), *([] if work else ["--without-work"]))
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(built: Path, folder: Path) -> Iterator[str]:
    """The address of a server on a copy of a built installation; stopped at the end by its own process id."""
    shutil.copytree(built, folder)
    port = _free_port()
    log = (folder / "serve.log").open("w+")
    process = subprocess.Popen([SHOUWANG, "serve", "--port", str(port)], env=_environment(folder), cwd=ROOT, stdout=log, stderr=log)  # noqa: S603 - our own
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(process, address, log.name)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait(process: subprocess.Popen[bytes], address: str, log: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, Path(log).read_text()
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not answer in {PATIENCE:.0f} s: {Path(log).read_text()}")
