"""shouwang jobs: look at background work, run a worker by hand, set the times of recurring jobs."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import datetime as dt

    from shouwang.kernel.jobs.worker import Worker


def set_up() -> None:
    """Load the site's settings and tables; again is free."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.config.settings")
    django.setup()


class DjangoGroup(click.Group):
    """Loads the site before a command and turns a refusal into its words and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        set_up()
        from django.db import OperationalError, ProgrammingError

        from shouwang.kernel.errors import Refused

        try:
            return super().invoke(ctx)
        except Refused as refused:
            raise click.ClickException(refused.message) from None
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(
                f"数据库无法访问或尚未建立（{type(error).__name__}）。请确认数据库已启动、SHOUWANG_HOME 指向本安装的数据目录，并已运行过 ./dev run。"
            ) from None


@click.group("jobs", cls=DjangoGroup)
def jobs() -> None:
    """后台任务：查看、运行、调整定时任务。"""


@jobs.command("list")
@click.option("--state", type=click.Choice(["queued", "running", "done", "failed", "cancelled"]), help="只列处于该状态的任务。")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="最多列多少条。")
def list_jobs(state: str | None, limit: int) -> None:
    """列出最近的后台任务。"""
    from shouwang.kernel.jobs.handlers import label_of
    from shouwang.kernel.jobs.models import Job

    rows = Job.objects.order_by("-id")
    for job in rows.filter(state=state)[:limit] if state else rows[:limit]:
        share = f"{job.done}/{job.total}" if job.total else "--"
        click.echo(f"{job.pk}\t{job.get_state_display()}\t{label_of(job.kind)}\t{share}\t{job.requested_name}\t{job.message}")


@jobs.command()
@click.argument("kind", required=False)
@click.option("--every", type=click.IntRange(1), help="每隔多少秒运行一次。")
@click.option("--at", help="每天几点（业务时间，如 07:30）运行一次。")
@click.option("--pause", is_flag=True, help="暂停；再次设置时不带本项即恢复。")
def schedule(kind: str | None, every: int | None, at: str | None, pause: bool) -> None:
    """列出定时任务；给出 KIND 时调整它的运行时间。"""
    from shouwang.kernel.clock import business_now
    from shouwang.kernel.jobs.actions import plant_schedules, set_schedule
    from shouwang.kernel.jobs.models import Schedule
    from shouwang.kernel.regions.scope import Scope

    plant_schedules()
    if kind:
        daily_at, today = _time(at) if at else None, business_now().date()
        set_schedule(kind, every=every, daily_at=daily_at, paused=pause, by=Scope.system("命令行"), today=today)
    for row in Schedule.objects.all():
        when = f"每 {row.every} 秒" if row.every else f"每天 {row.daily_at:%H:%M}"
        last = f"最近 {row.last_run.astimezone():%Y-%m-%d %H:%M:%S}" if row.last_run else "尚未运行"
        click.echo(f"{row.kind}\t{when}\t{'已暂停' if row.paused else '启用'}\t{last}")


def _time(text: str) -> dt.time:
    import datetime as dt

    try:
        return dt.time.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"“{text}”不是时刻。请写成 07:30 的形式。") from None


@jobs.command()
def work() -> None:
    """运行一个后台进程，直到按 Ctrl+C；已有守望服务在运行时也可以再加。"""
    worker = background_worker()
    stop_on_signals(worker)
    worker.work()


def background_worker() -> Worker:
    """A worker with the installation's chores: sealing each second, schedules each five."""
    from shouwang.kernel.audit.seal import Sealer
    from shouwang.kernel.clock import business_now
    from shouwang.kernel.jobs.actions import plant_schedules, run_schedules
    from shouwang.kernel.jobs.worker import Chore, Worker

    def schedules(now: dt.datetime) -> None:
        run_schedules(now=now, business=business_now())

    def plant(_: dt.datetime) -> None:
        plant_schedules()

    seal = Chore("seal", 1, Sealer().tick, at_end=True)
    return Worker(chores=[seal, Chore("plant", 3600, plant), Chore("schedules", 5, schedules)])


def stop_on_signals(worker: Worker) -> None:
    """SIGTERM and SIGINT let the worker finish its chunk and leave."""

    def leave(*_: object) -> None:
        # Event.set in the handler itself can deadlock: the interrupted main thread may hold the event's lock.
        threading.Thread(target=worker.stop.set).start()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
