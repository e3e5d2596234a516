"""A notice with its duties, offices and officers, ready to be issued."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import Message, WorkItem
from shouwang.ledgers.dispatch import recipients
from shouwang.ledgers.dispatch.actions import notices, reports
from shouwang.ledgers.dispatch.models import Notice, Report, Task
from tests.factories.accounts import City, make_user, small_city
from tests.factories.moments import at

TODAY = dt.date(2020, 2, 17)
NOW = at("2020-02-17 09:30")
LATER = at("2020-02-17 14:00")
DUE = at("2020-02-20 23:59:59")  # of the report duty
CUT_OFF = at("2020-02-19 17:00")  # of its request
TEXT = (
    "关于做好疫情防控期间有关工作的通知\n"
    "各区（县）扶贫开发领导小组，市扶贫开发领导小组成员单位：\n"
    "一、做好春耕\n"
    "要做好春耕备耕工作。\n"
    "各地各部门要于2月20日前，将落实情况报送市扶贫办，情况报告主要包括对疫情影响分析、采取的应对举措和相关建议。\n"
)
ACTION = "要做好春耕备耕工作。"
REPORT = "各地各部门要于2月20日前，将落实情况报送市扶贫办，情况报告主要包括对疫情影响分析、采取的应对举措和相关建议。"


def reading(**other: Any) -> dict[str, Any]:
    """What the reader makes of TEXT, in its JSON form."""
    common = {"by": "recipient", "recurrence": None, "deliverables": [], "due": None, "due_text": None, "to": None}
    action = {
        **common,
        "text": ACTION,
        "clause": "一",
        "kind": "action",
        "start": TEXT.index(ACTION),
        "end": TEXT.index(ACTION) + len(ACTION),
    }
    report = {**common, "text": REPORT, "clause": "", "kind": "report", "to": "市扶贫办", "due": "2020-02-20", "due_text": "2月20日前"}
    report |= {"start": TEXT.index(REPORT), "end": TEXT.index(REPORT) + len(REPORT)}
    return {
        "title": "关于做好疫情防控期间有关工作的通知", "doc_number": "汕农扶组〔2020〕3号", "issuers": ["市扶贫办"],
        "recipients": "市扶贫开发领导小组成员单位，各区（县）扶贫开发领导小组", "signed_date": "2020-02-14",
        "contacts": [], "attachments": [], "cited_numbers": [], "warnings": [],
        "clauses": [{"path": "一", "level": 1, "heading": "做好春耕", "start": TEXT.index("一、"), "end": TEXT.index("一、") + 6}],
        "duties": [action, report], **other,
    }  # fmt: skip


@dataclass
class Stage:
    """A city with officers: users and scopes by name."""

    city: City
    users: dict[str, User] = field(default_factory=dict)

    def scope(self, name: str, today: dt.date = TODAY) -> Scope:
        """What that officer holds."""
        return scope_of(self.users[name], today)

    def office(self, code: str) -> Office:
        """The office with that code."""
        return self.city.offices[code]


def stage() -> Stage:
    """The small city with a clerk and a leader in every lead office, department and town."""
    made = Stage(small_city())
    roles = {"lead": "office", "department": "department", "town": "town"}
    for code, office in made.city.offices.items():
        if office.kind in roles:
            office.doc_prefix = office.doc_prefix or f"汕{office.code[-3:]}报"
            office.save()
            for duty in ("clerk", "leader"):
                name = f"{code}-{duty}"
                made.users[name] = make_user(name, office, f"{roles[office.kind]}_{duty}", duty=duty)
    return made


def registered(made: Stage, **other: Any) -> Notice:
    """The notice as the city clerk registered it."""
    by = made.scope("4405-fpb-clerk")
    office = made.city.offices["4405-fpb"]
    return notices.register_notice(
        office=office, text=other.pop("text", TEXT), reading=reading(**other), source="own", secrecy="open", by=by, today=TODAY, now=NOW
    )


def issued(made: Stage) -> tuple[Notice, list[Task]]:
    """The notice checked and issued to every recipient it names."""
    by = made.scope("4405-fpb-clerk")
    notice = notices.finish_check(registered(made), by=by, today=TODAY, now=NOW)
    found = recipients.resolve(notice.recipients, notice.office, TODAY)
    cells = [notices.Assignment(d.pk, o.pk) for d in notice.duties.all() for o in found.offices]
    return notice, notices.issue(notice, cells, by=by, today=TODAY, now=NOW)


def task_of(code: str, kind: str = "action") -> Task:
    """The standing task of that office."""
    return Task.objects.exclude(state="cancelled").get(office__code=code, duty__kind=kind)


def report_of(code: str) -> Report:
    """The report of that office, not the consolidated one."""
    return Report.objects.get(office__code=code, consolidated=False)


def items(code: str, kind: str = "") -> list[WorkItem]:
    """Open work items of an office."""
    rows = WorkItem.objects.filter(office__code=code, state="open").order_by("id")
    return list(rows.filter(kind=kind) if kind else rows)


def told(code: str) -> list[str]:
    """Messages to an office, oldest first."""
    return list(Message.objects.filter(office__code=code).order_by("id").values_list("text", flat=True))


def checked(made: Stage, report: Report, code: str, now: dt.datetime = NOW) -> Report:
    """The report with words in every part, sent for checking."""
    clerk = made.scope(f"{code}-clerk")
    for passage in report.passages.exclude(part="suggestions").filter(text=""):
        reports.write_passage(passage, "已部署落实。", by=clerk, today=now.date())
    return reports.send_to_check(report, by=clerk, today=now.date(), now=now)


def ready(made: Stage, report: Report, code: str, now: dt.datetime = NOW) -> Report:
    """The report signed, numbered and sealed."""
    clerk, leader, today = made.scope(f"{code}-clerk"), made.scope(f"{code}-leader"), now.date()
    report = reports.check_through(checked(made, report, code, now), [], by=leader, today=today, now=now)
    report = reports.sign(report, by=leader, today=today, now=now)
    if report.zero:
        return report
    report = reports.give_number(report, by=clerk, today=today, now=now)
    return reports.register_seal(report, by=clerk, today=today, now=now)


def sent(made: Stage, report: Report, code: str, now: dt.datetime = NOW) -> Report:
    """The report on the requesting office's desk."""
    return reports.submit(ready(made, report, code, now), by=made.scope(f"{code}-clerk"), today=now.date(), now=now)


def accepted(made: Stage, report: Report, code: str, now: dt.datetime = NOW) -> Report:
    """The report received by the city."""
    return reports.accept(sent(made, report, code, now), by=made.scope("4405-fpb-clerk"), today=now.date(), now=now)
