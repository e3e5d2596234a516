"""shouwang serve: one supervisor over the web server and the background worker; nothing of it outlives the supervisor."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from shouwang.cli.jobs import background_worker, set_up, stop_on_signals

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

NOT_READY = 78  # sysexits.h EX_CONFIG: starting again will not help
PATIENCE = 20.0
LONGEST_PAUSE = 30.0
SETTLED = 60.0
PR_SET_PDEATHSIG = 1


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址；0.0.0.0 为全部网卡。")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="监听端口。")
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True, help="网站进程数。")
def serve(host: str, port: int, workers: int) -> None:
    """启动网站和后台进程；按 Ctrl+C 停止。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.config.settings")
    from django.conf import settings

    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    with _only_one(Path(settings.SHOUWANG_HOME), url):
        _check_port(host, port)
        me = os.getpid()
        children = [
            Child("网站", ["run_web", me, host, port, workers]),
            Child("后台进程", ["run_background", me]),
        ]
        raise SystemExit(Supervisor(children, url, host, port).run())


@contextlib.contextmanager
def _only_one(home: Path, url: str) -> Iterator[None]:
    """Hold the lock of the data folder; a second service on it is refused with the address of the first."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "serve.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid, _, where = file.read().partition(" ")
            raise click.ClickException(
                f"这份数据已有一个守望服务在运行（进程号 {pid or '未知'}，{where.strip() or '地址未知'}）。请直接访问它，或先停止它再启动。"
            ) from None
        _write(file, f"{os.getpid()} {url}")
        yield
        _write(file, "")


def _write(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()


def _check_port(host: str, port: int) -> None:
    """Refuse in words what the web server would only log: it shares its port, so two of them would not even notice each other."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            words = f"端口 {port} 已被其他程序占用。请换一个端口（如 shouwang serve --port {port + 1}），或先停止占用它的程序。"
        elif error.errno == errno.EACCES:
            words = f"没有使用端口 {port} 的权限（1024 以下须系统授权）。请换用 1024 以上的端口。"
        else:
            words = f"地址 {host} 不是本机可用的地址。请检查 --host。"
        raise click.ClickException(words) from None


@dataclass
class Child:
    """A child process: `call` is a function of this module and its arguments."""

    name: str
    call: list[Any]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own, so that a Ctrl+C in the terminal reaches the supervisor alone."""
        code = "import sys, shouwang.cli.serve; m = sys.modules['shouwang.cli.serve']; getattr(m, sys.argv[1])(*sys.argv[2:])"
        self.process = subprocess.Popen([sys.executable, "-c", code, *map(str, self.call)], start_new_session=True)  # noqa: S603 - our own
        self.started = time.monotonic()

    def look(self) -> int | None:
        """Exit status if it has ended, else None; an ended one becomes due again, later each time it does not live long."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        now = time.monotonic()
        self.pause = 1.0 if now - self.started > SETTLED else min(LONGEST_PAUSE, max(1.0, self.pause * 2))
        self.process, self.due = None, now + self.pause
        return status


class Supervisor:
    """Keeps the children alive until told to stop."""

    def __init__(self, children: list[Child], url: str, host: str, port: int) -> None:
        self._children, self._url = children, url
        self._address = ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104 - compared, not bound
        self._asked = 0
        self._announced = False

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; returns the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)
        status = 0
        while not self._asked and not status:
            status = self._tend()
            self._announce()
            time.sleep(0.1)
        self._stop()
        return status

    def _ask(self, *_: object) -> None:
        self._asked += 1

    def _tend(self) -> int:
        """Start what is due, look at what runs; a status other than 0 ends the service."""
        for child in self._children:
            ended = child.look()
            if ended == NOT_READY:
                return 1
            if ended is not None:
                click.echo(f"{child.name}已退出（状态 {ended}），{child.pause:.0f} 秒后重新启动。", err=True)
            if child.process is None and time.monotonic() >= child.due and not self._asked:
                child.start()
        return 0

    def _announce(self) -> None:
        if self._announced:
            return
        with contextlib.suppress(OSError), socket.create_connection(self._address, timeout=0.2):
            self._announced = True
            click.echo(f"守望已启动：{self._url} （按 Ctrl+C 停止）")

    def _stop(self) -> None:
        """Ask all children to finish; who does not in time, or is asked a second time, is killed with its own children."""
        running = [c.process for c in self._children if c.process is not None]
        for process in running:
            process.terminate()
        asked, deadline = self._asked, time.monotonic() + PATIENCE
        while any(p.poll() is None for p in running) and time.monotonic() < deadline and self._asked <= max(asked, 1):
            time.sleep(0.05)
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        click.echo("守望已停止。")


def die_with(parent: int) -> None:
    """Let the kernel kill this process when `parent` dies, however it dies; exit if it is dead already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def run_background(parent: str) -> None:
    """The background worker; runs in the child process."""
    die_with(int(parent))
    set_up()
    worker = background_worker()
    stop_on_signals(worker)
    worker.work()


def run_web(parent: str, host: str, port: str, workers: str) -> None:
    """The web server with its worker processes; runs in the child process."""
    die_with(int(parent))
    set_up()
    if words := _not_ready():
        click.echo(words, err=True)
        raise SystemExit(NOT_READY)
    from django.conf import settings
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    connections.close_all()
    # Its own log goes the way of ours; there is no access log: the request log names routes, not addresses.
    logs = {k: settings.LOGGING[k] for k in ("version", "disable_existing_loggers", "formatters", "handlers")}
    logs["loggers"] = {"_granian": {"handlers": ["stderr"], "propagate": False}}
    server = Granian(
        target="shouwang.config.wsgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=1,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=logs,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    server.serve(target_loader=partial(_application, os.getpid()), wrap_loader=False)


def _application(parent: int) -> WSGIApplication:
    """The site, loaded in a process of the web server."""
    die_with(parent)
    from shouwang.config.wsgi import application

    return application


def _not_ready() -> str:
    """Why the site cannot be served, or "": failed system checks, tables that are not there. A database that is away is waited for."""
    from django.core.checks import ERROR, run_checks
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    import shouwang.kernel.pages  # noqa: F401 - registers the check that every route declares its access
    from shouwang.demo.bulk_insert import is_aside
    from shouwang.kernel.regions.row_policies import site_is_bound

    # Not by run_checks(databases=…): Django's own checks would then fail, not wait, where the database is away.
    if errors := [e for e in (*run_checks(), *site_is_bound(["default"])) if e.level >= ERROR]:
        return "系统检查未通过，网站不能启动：\n" + "\n".join(f"  {e.id} {e.msg}" for e in errors)
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError:
        return ""
    if pending:
        return f"数据库尚未建立或不是最新（差 {len(pending)} 步）。请先运行 ./dev run，或 shouwang manage migrate。"
    if is_aside():
        return "演示数据没有载入完，列表的索引还没有建好。请运行 shouwang init 补齐，或删除数据目录后重新载入。"
    return ""
