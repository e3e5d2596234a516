"""Figures of dispatch: tasks and reports by the office's place."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from shouwang.kernel.clock import business_now
from shouwang.kernel.figures import Figure
from shouwang.kernel.worklist.clocks import day_end
from shouwang.ledgers.dispatch.models import Report, Task
from shouwang.ledgers.dispatch.models.reports import ReportQuerySet
from shouwang.ledgers.dispatch.models.tasks import TaskQuerySet


def _tasks(day: dt.date) -> TaskQuerySet:
    return Task.objects.filter(issued_at__lte=day_end(day)).exclude(state="cancelled")


def _acknowledged(day: dt.date) -> TaskQuerySet:
    return _tasks(day).filter(acknowledged_at__lte=day_end(day))


def _closed(day: dt.date) -> TaskQuerySet:
    return _tasks(day).filter(closed_at__lte=day_end(day))


def _overdue(day: dt.date) -> TaskQuerySet:
    """As of now on the business day itself, as of its end on an earlier one."""
    end = day_end(day)
    left = Q(closed_at__isnull=True) & (Q(submitted_at__isnull=True) | Q(submitted_at__gt=end)) | Q(closed_at__gt=end)
    return _tasks(day).filter(left, due_at__lt=min(end, business_now()))


def _reports(day: dt.date) -> ReportQuerySet:
    """By the office's own deadline: an extension of its task holds for its report."""
    return Report.objects.wanted().alias(due=Coalesce("task__due_at", "request__due_at")).filter(due__lte=day_end(day))


def _in_time(day: dt.date) -> ReportQuerySet:
    return _reports(day).filter(submitted_at__lte=F("due"))


FIGURES = (
    Figure(
        "dispatch.tasks", "交办任务数", "项", "截至当日已交办且未撤销的任务（任务条目×承办单位），按承办单位所在区划统计。", _tasks,
        drill="/dispatch/tasks/?state=issued&state=acknowledged&state=submitted&state=closed",
    ),
    Figure(
        "dispatch.tasks_closed", "已销号任务数", "项", "截至当日经交办单位审核销号的任务。", _closed, good="up", drill="/dispatch/tasks/?state=closed"
    ),
    Figure(
        "dispatch.tasks_overdue", "逾期任务数", "项", "期限已过而既未提交审核也未销号的任务。", _overdue, good="down", drill="/dispatch/tasks/?light=overdue"
    ),
    Figure(
        "dispatch.tasks_acknowledged_rate", "任务签收率", "%", "已签收任务数÷交办任务数。", _acknowledged, denominator="dispatch.tasks", decimals=1, good="up",
    ),
    Figure(
        "dispatch.tasks_closed_rate", "任务销号率", "%", "已销号任务数÷交办任务数。", _closed, denominator="dispatch.tasks", decimals=1, good="up",
        drill="/dispatch/tasks/?state=closed",
    ),
    Figure("dispatch.reports_due", "应报送报告数", "份", "报送期限（含经批准的延期）在当日及以前的报告，不含汇总报告。", _reports),
    Figure(
        "dispatch.reports_in_time_rate", "按期报送率", "%", "在期限内报送的报告数÷应报送报告数。", _in_time, denominator="dispatch.reports_due",
        decimals=1, good="up",
    ),
)  # fmt: skip
