"""How fast reports draft themselves, and what each page of the journey costs beyond its queries."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from shouwang.kernel.accounts.models import SignIn, User
from shouwang.kernel.errors import Refused
from shouwang.kernel.models import FigureSnapshot
from shouwang.kernel.sign_in.sessions import digest
from shouwang.ledgers.dispatch.actions import drafting
from shouwang.ledgers.dispatch.models import Duty, Notice, Passage, Report, ReportFigure, ReportRequest, Task
from shouwang.ledgers.registry.models import Household

PAGE_LIMIT_MS = 12
T = TypeVar("T")


class _UndoError(Exception):
    """Rolls the measured drafting back."""


def run(rounds: int = 5) -> dict[str, Any]:
    """Draft every report of the demonstration's request from nothing, live and at a cut-off to be frozen; then the pages. Nothing is kept.

    Raises Refused where no demonstration with a notice is loaded.
    """
    request = ReportRequest.objects.select_related("office__region", "notice").order_by("id").first()
    if request is None:
        raise Refused("数据库中没有带通知的演示数据。请先运行 shouwang demo。")
    reports = list(request.reports.filter(consolidated=False).select_related("office__region__city"))
    tiers = [r.office.tier for r in reports]
    live, freezing = (
        [_undone(partial(_draft, request, reports, request.cut_off + shift)) for _ in range(rounds)]
        for shift in (dt.timedelta(hours=-1), dt.timedelta(minutes=1))
    )
    pages = _undone(lambda: _pages(request))
    return {
        "households": Household.objects.count(), "database": connection.vendor, "districts": tiers.count(3), "departments": tiers.count(2),
        "draft_live_s": round(statistics.median(live), 3), "draft_with_freeze_s": round(statistics.median(freezing), 3), "limit_s": 3,
        "pages": pages, "worst_page_cpu_ms": max(p["cpu_ms"] for p in pages), "page_limit_ms": PAGE_LIMIT_MS,
    }  # fmt: skip


def _undone(measure: Callable[[], T]) -> T:
    """What was measured; what it wrote is rolled back."""
    try:
        with transaction.atomic():
            found = measure()
            raise _UndoError
    except _UndoError:
        return found


def _draft(request: ReportRequest, reports: list[Report], now: dt.datetime) -> float:
    Passage.objects.filter(report__in=reports).delete()
    ReportFigure.objects.filter(report__in=reports).delete()
    Report.objects.filter(pk__in=[r.pk for r in reports]).update(zero=False)
    FigureSnapshot.objects.filter(cut_off=request.cut_off).delete()
    for report in reports:
        report.zero = False
    begin = time.perf_counter()
    drafting.draft(request, reports, now=now)
    return time.perf_counter() - begin


def _pages(request: ReportRequest) -> list[dict[str, Any]]:
    notice, duty = Notice.objects.earliest("pk"), Duty.objects.filter(state="confirmed").earliest("pk")
    task = Task.objects.filter(office__code="440513-fpb").earliest("pk")
    report = Report.objects.get(request=request, office__code="440513-fpb")
    asked = [
        ("4405-fpb-jb", "/"), ("4405-fpb-jb", "/worklist/"), ("4405-fpb-jb", "/inbox/"), ("4405-fpb-jb", "/dispatch/notices/"),
        ("4405-fpb-jb", "/dispatch/notices/upload/"), ("4405-fpb-jb", f"/dispatch/notices/{notice.pk}/"), ("4405-fpb-jb", f"/dispatch/notices/{notice.pk}/check/"),
        ("4405-fpb-jb", f"/dispatch/duties/{duty.pk}/edit/"), ("4405-fpb-jb", f"/dispatch/notices/{notice.pk}/issue/"),
        ("4405-fpb-ld", f"/dispatch/notices/{notice.pk}/slip/"), ("4405-fpb-jb", "/dispatch/tasks/"), ("440513-fpb-jb", f"/dispatch/tasks/{task.pk}/"),
        ("4405-fpb-jb", f"/dispatch/requests/{request.pk}/"), ("440513-fpb-jb", f"/dispatch/reports/{report.pk}/"), ("4405-fpb-jb", "/figures/"),
        ("4405-fpb-jb", "/figures/registry.households/"), ("4405-fpb-jb", "/registry/"), ("440513-fpb-jb", "/registry/"), ("440513-fpb-jb", "/"),
    ]  # fmt: skip
    clients: dict[str, Client] = {}
    out = []
    for name, path in asked:
        if name not in clients:
            clients[name] = signed_in(name)
        out.append({"page": path, "user": name, **_measure(clients[name], path)})
    return out


def signed_in(name: str) -> Client:
    """A browser of that person's with the one session in force, second factor passed."""
    user, client = User.objects.get(username=name), Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    session = client.session
    session["device"], session["second_factor"] = "desk", "done"
    session.save()
    now = timezone.now()
    values = {"session_digest": digest(session.session_key), "started_at": now, "seen_at": now}
    SignIn.objects.update_or_create(user=user, device="desk", defaults=values)
    return client


class _Meter:
    """Counts queries and the CPU time inside them."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        begin = time.thread_time()
        try:
            return execute(sql, params, many, context)
        finally:
            self.queries += 1
            self.seconds += time.thread_time() - begin


def _measure(client: Client, path: str, rounds: int = 7) -> dict[str, Any]:
    """Median CPU ms of the request beyond its queries, the queries' CPU ms and their number; warm."""
    client.get(path)
    cpu, inside, queries, status = [], [], 0, 0
    for _ in range(rounds):
        meter = _Meter()
        with connection.execute_wrapper(meter):
            begin = time.thread_time()
            status = client.get(path).status_code
            spent = time.thread_time() - begin
        cpu.append((spent - meter.seconds) * 1000)
        inside.append(meter.seconds * 1000)
        queries = meter.queries
    return {
        "status": status,
        "cpu_ms": round(statistics.median(cpu), 1),
        "query_cpu_ms": round(statistics.median(inside), 1),
        "queries": queries,
    }
