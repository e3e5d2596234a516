"""shouwang serve with real processes: start, stop, second instance, killed supervisor, dead children."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from tests.kernel.jobs.installation import ROOT, installation

# By name: the package may hold the command of the same name as an attribute.
serve_module: Any = importlib.import_module("shouwang.cli.serve")
COMMAND = [sys.executable, "-c", "import sys, shouwang.cli.serve; sys.modules['shouwang.cli.serve'].serve()"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: Callable[[], Any], seconds: float = 15) -> Any:
    """The first true answer of `what`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


class Service:
    """One `shouwang serve` and what it prints."""

    def __init__(self, env: dict[str, str], port: int | None = None) -> None:
        self.port = port or free_port()
        self.process = subprocess.Popen(  # noqa: S603 - our own
            [*COMMAND, "--port", str(self.port)], env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def get(self, path: str, timeout: float = 5) -> str:
        """The body, or "" where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=timeout) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def end(self, number: int) -> tuple[int, str, str]:
        """Signal the supervisor; (exit status, output, errors)."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


def descendants(pid: int) -> dict[int, str]:
    """{process number: command line} of the living processes below `pid`."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split() if entry.name.isdigit() else []
        except OSError:
            continue
        if fields and fields[0] not in "ZX":
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = {}, list(parents.get(pid, []))
    while todo:
        child = todo.pop()
        todo += parents.get(child, [])
        try:
            found[child] = (Path("/proc") / str(child) / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def alive(pids: dict[int, str]) -> list[int]:
    """Those of the processes that still live (with the same command line)."""
    out = []
    for pid, line in pids.items():
        try:
            folder = Path("/proc") / str(pid)
            dead = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
            if not dead and (folder / "cmdline").read_text().replace("\0", " ") == line:
                out.append(pid)
        except OSError:
            continue
    return out


def gone(pids: dict[int, str]) -> bool:
    """Whether none of the processes lives."""
    return not alive(pids)


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    with installation(tmp_path, "sqlite") as made:
        yield made


@pytest.fixture
def services() -> Iterator[list[Service]]:
    """Whatever a test starts is gone at its end."""
    started: list[Service] = []
    yield started
    for service in started:
        below = descendants(service.process.pid)
        service.process.kill()
        service.process.communicate()
        until(partial(gone, below))


def test_a_service_answers_keeps_its_children_alive_and_stops_cleanly(env: dict[str, str], services: list[Service]) -> None:
    service = Service(env)
    services.append(service)
    until(lambda: service.get("whoami/"))
    assert service.get("jobs/").isdigit()

    # A second service on the same data, and one on the same port, are refused in words.
    for extra, home, words in (
        ("0", env["SHOUWANG_HOME"], "已有一个守望服务在运行"),
        (str(service.port), env["SHOUWANG_HOME"] + "2", "已被其他程序占用"),
    ):
        port = extra if extra != "0" else str(free_port())
        second = subprocess.run(  # noqa: S603 - our own
            [*COMMAND, "--port", port], env=env | {"SHOUWANG_HOME": home}, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
        )
        assert (second.returncode, words in second.stderr) == (1, True), second.stderr
        assert "Traceback" not in second.stderr

    # Killed children come back: the background worker, and a process of the web server.
    below = descendants(service.process.pid)
    background = next(pid for pid, line in below.items() if "run_background" in line)
    os.kill(background, signal.SIGKILL)
    os.kill(int(service.get("whoami/")), signal.SIGKILL)
    until(lambda: any("run_background" in line and pid != background for pid, line in descendants(service.process.pid).items()))
    until(lambda: len(descendants(service.process.pid)) == len(below) and service.get("whoami/"))

    # A request under way is answered before the site stops.
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(service.get("slow/", timeout=10)))
    asking.start()
    time.sleep(0.4)
    below = descendants(service.process.pid)
    status, out, err = service.end(signal.SIGTERM)
    asking.join()
    assert (status, answers, alive(below)) == (0, ["done"], [])
    assert f"守望已启动：http://127.0.0.1:{service.port}" in out
    assert "守望已停止。" in out
    assert "后台进程已退出" in err
    assert "Traceback" not in err


def test_a_killed_supervisor_leaves_no_process_and_the_next_start_works(env: dict[str, str], services: list[Service]) -> None:
    first = Service(env)
    services.append(first)
    until(lambda: first.get("whoami/"))
    below = descendants(first.process.pid)
    assert len(below) == 4
    first.end(signal.SIGKILL)
    until(lambda: not alive(below), seconds=3)
    assert first.get("whoami/") == ""

    second = Service(env, first.port)
    services.append(second)
    until(lambda: second.get("whoami/"))
    below = descendants(second.process.pid)
    status, _, err = second.end(signal.SIGINT)
    assert (status, alive(below)) == (0, [])
    assert "Traceback" not in err


def test_a_site_with_a_route_without_declared_access_does_not_start(env: dict[str, str], services: list[Service]) -> None:
    service = Service(env | {"DJANGO_SETTINGS_MODULE": "tests.cli.serve_settings"})
    services.append(service)
    _, err = service.process.communicate(timeout=30)
    assert service.process.returncode == 1
    assert "系统检查未通过" in err
    assert "shouwang.E001 route leak/" in err


def test_a_database_that_lacks_tables_keeps_the_site_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.checks.run_checks", list)
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.__init__", lambda self, _: setattr(self, "loader", FakeLoader()))
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [1, 2])
    assert "差 2 步" in serve_module._not_ready()
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [])
    monkeypatch.setattr("shouwang.demo.bulk_insert.is_aside", lambda: True)
    assert "索引还没有建好" in serve_module._not_ready()
    monkeypatch.setattr("shouwang.demo.bulk_insert.is_aside", lambda: False)
    assert serve_module._not_ready() == ""


class FakeLoader:
    """What the check reads of the loader."""

    class graph:  # noqa: N801 - the attribute's own name
        """No migrations."""

        leaf_nodes: Any = staticmethod(list)


def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr("django.core.checks.run_checks", list)
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.__init__", away)
    assert serve_module._not_ready() == ""


@pytest.mark.parametrize(
    ("host", "port", "words"), [("192.0.2.7", 8000, "不是本机可用的地址"), ("no-such-host.invalid", 8000, "不是本机可用的地址")]
)
def test_an_address_that_is_not_ours_is_refused_in_words(host: str, port: int, words: str) -> None:
    with pytest.raises(Exception, match=words):
        serve_module._check_port(host, port)


def test_the_pause_before_a_restart_grows_and_shrinks_again_after_a_long_life() -> None:
    child, pauses = serve_module.Child("测试", []), []
    for _ in range(7):
        child.process = subprocess.Popen([sys.executable, "-c", ""])
        child.process.wait()
        child.started = time.monotonic()
        assert child.look() == 0
        pauses.append(child.pause)
    child.process = subprocess.Popen([sys.executable, "-c", ""])
    child.process.wait()
    child.started = time.monotonic() - serve_module.SETTLED - 1
    child.look()
    assert [*pauses, child.pause] == [1, 2, 4, 8, 16, 30, 30, 1]
