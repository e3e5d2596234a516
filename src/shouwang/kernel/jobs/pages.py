"""Pages of background work."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouwang.kernel.jobs import actions, queries
from shouwang.kernel.jobs.handlers import label_of
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.pages import opens, page
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.web import Request

TONES = {"queued": "n", "running": "b", "done": "g", "failed": "r", "cancelled": "o"}
OWN = "任务由发起人本人查看、取消和重新启动；其他人须有查看后台任务的权限"
PER_PAGE = 50


def _spell(seconds: float) -> str:
    """A duration as people say it: 35 秒, 3 分 20 秒, 1 小时 5 分."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} 秒"
    return f"{whole // 60} 分 {whole % 60} 秒" if whole < 3600 else f"{whole // 3600} 小时 {whole % 3600 // 60} 分"


def _shown(job: Job, now: dt.datetime, scope: Scope) -> dict[str, Any]:
    """What the templates say of a job."""
    percent = min(100, 100 * job.done // job.total) if job.total else None
    left = took = ""
    if job.state == Job.State.RUNNING and job.started_at and job.total and 0 < job.done < job.total:
        left = _spell((now - job.started_at).total_seconds() * (job.total - job.done) / job.done)
    if job.started_at:
        took = _spell(((job.finished_at or now) - job.started_at).total_seconds())
    link = job.result.get("link", "") if job.result and job.state == Job.State.DONE else ""
    result = link if link and opens(link, scope) else ""
    return {
        "job": job, "label": label_of(job.kind), "tone": TONES[job.state],
        "percent": percent, "left": left, "took": took, "result": result,
    }  # fmt: skip


@page(signed_in=True, why=OWN)
def job_page(request: Request, job_id: int) -> HttpResponse:
    """One job; htmx asks for the panel alone until the job is over."""
    job = queries.job_for(request.scope, job_id)
    template = "jobs/panel.html" if request.headers.get("HX-Request") else "jobs/job.html"
    return render(request, template, _shown(job, timezone.now(), request.scope))


@page("jobs.view")
def job_list(request: Request) -> HttpResponse:
    """The jobs of the region, newest first, by state; runs of schedules that went well only when asked for."""
    state, every = request.GET.get("state", ""), request.GET.get("every") == "1"
    jobs = queries.jobs_in(request.scope)
    if state in Job.State.values:
        jobs = jobs.filter(state=state)
    if not every:
        jobs = jobs.exclude(state=Job.State.DONE, idempotency_key__startswith="schedule:")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        jobs = jobs.filter(id__lt=int(before))
    rows = list(jobs[: PER_PAGE + 1])
    now = timezone.now()
    context = {
        "rows": [_shown(j, now, request.scope) for j in rows[:PER_PAGE]],
        "states": Job.State.choices,
        "state": state,
        "every": every,
    }
    context["older"] = rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None
    return render(request, "jobs/list.html", context)


@page(signed_in=True, methods=("POST",), why=OWN)
def cancel(request: Request, job_id: int) -> HttpResponse:
    """Cancel."""
    actions.cancel(queries.job_for(request.scope, job_id), by=request.scope, today=request.today)
    return redirect("job", job_id)


@page(signed_in=True, methods=("POST",), why=OWN)
def retry(request: Request, job_id: int) -> HttpResponse:
    """Queue again what failed or was cancelled."""
    actions.retry(queries.job_for(request.scope, job_id), by=request.scope, today=request.today)
    return redirect("job", job_id)
