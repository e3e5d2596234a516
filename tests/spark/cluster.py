"""A standalone Spark master and workers on this machine, stopped again."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
SECONDS = 60


class ClusterFailed(Exception):  # noqa: N818 - what the test reports
    """Master or workers did not come up; the message holds the end of their log."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def running(folder: Path, workers: int = 2) -> Iterator[str]:
    """The master's address while master and workers run; logs and scratch files in the folder."""
    port, pages = free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    env = os.environ | {
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        "SPARK_DAEMON_MEMORY": "256m",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *words: str) -> None:
        with (folder / f"{name}.log").open("wb") as log:
            command = [str(HOME / "bin" / "spark-class"), *words]
            started.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env, start_new_session=True))  # noqa: S603 - our own words

    try:
        start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(pages))
        wait(folder / "master.log", "Starting Spark master", 1)
        for n in range(workers):
            words = ("--cores", "1", "--memory", "1g", "--webui-port", str(free_port()), "--work-dir", str(folder / f"work{n}"), master)
            start(f"worker{n}", "org.apache.spark.deploy.worker.Worker", *words)
        wait(folder / "master.log", "Registering worker", workers)
        yield master
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def wait(log: Path, words: str, times: int) -> None:
    """Until the log says the words so often. Raises ClusterFailed after a minute."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if log.exists() and log.read_text("utf-8", errors="replace").count(words) >= times:
            return
        time.sleep(0.2)
    raise ClusterFailed(
        f"“{words}” did not appear {times} times in {log.name}:\n{log.read_text('utf-8', errors='replace')[-2000:] if log.exists() else ''}"
    )
