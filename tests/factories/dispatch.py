"""A notice with its duties, offices and officers, ready to be issued."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from shouwang.kernel.accounts.models import User
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch import recipients
from shouwang.ledgers.dispatch.actions import notices
from shouwang.ledgers.dispatch.models import Notice, Task
from tests.factories.accounts import City, make_user, small_city

TODAY = dt.date(2020, 2, 17)
NOW = timezone.make_aware(dt.datetime.combine(TODAY, dt.time(9, 30)))
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
