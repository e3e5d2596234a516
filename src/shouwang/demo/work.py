"""What has happened in the demonstration city by the morning of 17 February 2020: the notice issued, some work done, some late.

Everything goes through the ledgers' own actions, so the audit, the work lists and the messages are what real work leaves.
"""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

from django.utils import timezone

from shouwang.demo.offices import Staff
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.actions import sweep
from shouwang.ledgers.dispatch import decomposition, recipients
from shouwang.ledgers.dispatch.actions import drafting, notices, reports, statements, suggestions, tasks
from shouwang.ledgers.dispatch.models import Duty, Notice, Report, Task
from shouwang.ledgers.dispatch.reading.reader import read_notice

FRIDAY, SATURDAY, MONDAY = dt.date(2020, 2, 14), dt.date(2020, 2, 15), dt.date(2020, 2, 17)
# Sentences of attitude, not of work: an officer sets them aside. Recognised by these words.
ATTITUDE = ("四个意识", "贯彻落实习近平", "坚定信心决心", "不动摇", "缓一缓", "统筹兼顾，切实把", "斗争精神")
LATE_COUNTY = "440523"
ENTRIES = {
    "employment": "已通过电话和微信逐户摸排贫困劳动力返岗意愿，建立需求清单",
    "produce": "已组织农资门店恢复营业，对接合作社统一配送种苗和化肥",
    "credit": "已会同银行机构梳理到期贷款，逐户告知延期政策",
    "projects": "已梳理在建扶贫项目，符合条件的先行复工，其余备工备料",
    "monitoring": "已将收入受影响较大的户纳入重点排查",
    "publicity": "已通过村广播、微信群宣传防控知识",
    "impact": "已建立每日研判机制，汇总受影响情况",
}


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """That time in Asia/Shanghai."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


class Story:
    """Acts in the order in which they happened."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff

    def by(self, user: str, day: dt.date) -> Scope:
        """What that officer held on that day."""
        return scope_of(self.staff.users[user], day)

    def tell(self) -> Notice:
        """All of it; returns the notice."""
        notice = self._issue()
        self._acknowledge(notice)
        self._work(notice)
        self._reports(notice)
        sweep(at(MONDAY, 8, 30))
        return notice

    def _issue(self) -> Notice:
        text = files("shouwang.demo").joinpath("data", "notice.txt").read_text("utf-8")
        reading = read_notice(text, today=FRIDAY).to_json()
        office, clerk = self.staff.offices["4405-fpb"], self.by("4405-fpb-jb", FRIDAY)
        notice = notices.register_notice(
            office=office, text=reading["text"], reading=reading, source="own", secrecy="open", by=clerk, today=FRIDAY, now=at(FRIDAY, 15)
        )
        notices.propose(
            notice.slip, "拟转各区（县）、成员单位贯彻落实，并于2月20日前报送情况。", by=clerk, today=FRIDAY, now=at(FRIDAY, 15, 20)
        )
        leader = self.by("4405-fpb-ld", FRIDAY)
        said = notices.instruct(
            notice.slip, "同意。对挂牌督战镇村贫困劳动力就业情况，请逐村过筛。", by=leader, today=FRIDAY, now=at(FRIDAY, 15, 50)
        )
        for duty in notice.duties.all():
            if any(words in duty.text for words in ATTITUDE):
                notices.set_aside(duty, by=clerk, today=FRIDAY)
        left = next(d for d in notice.duties.all() if "剩余脱贫任务" in d.text)
        notices.edit_duty(left, {"figure": "registry.not_exited_households", "target": 0}, by=clerk, today=FRIDAY)
        notices.finish_check(notice, by=clerk, today=FRIDAY, now=at(FRIDAY, 16))
        notices.take_instruction(said, by=clerk, today=FRIDAY)
        found = recipients.resolve(notice.recipients, office, FRIDAY)
        cells = []
        for row in decomposition.grid(Notice.objects.get(pk=notice.pk), found, FRIDAY):
            cells += [notices.Assignment(row.duty.pk, o.pk) for o, on, _ in row.districts if on]
            cells += [notices.Assignment(row.duty.pk, o.pk, part) for o, part, _ in row.departments if part]
        notices.issue(notice, cells, by=clerk, today=FRIDAY, now=at(FRIDAY, 16, 30))
        return Notice.objects.get(pk=notice.pk)

    def _acknowledge(self, notice: Notice) -> None:
        for n, task in enumerate(Task.objects.filter(duty__notice=notice).select_related("office").order_by("office", "id")):
            if task.office.code.startswith(LATE_COUNTY):
                continue
            day, hour = (FRIDAY, 17) if n % 3 else (MONDAY, 8)
            tasks.acknowledge(task, by=self.by(f"{task.office.code}-jb", day), today=day, now=at(day, hour, n % 30))

    def _work(self, notice: Notice) -> None:
        mine = Task.objects.filter(duty__notice=notice, state="acknowledged", duty__kind=Duty.Kind.ACTION).select_related("office", "duty")
        for n, task in enumerate(mine.order_by("id")):
            entry = ENTRIES.get(task.duty.ledger)
            if entry is None or n % 4 == 0:
                continue
            clerk = self.by(f"{task.office.code}-jb", SATURDAY)
            tasks.add_progress(task, f"{entry}。", by=clerk, today=SATURDAY)
            if n % 9 == 1:
                tasks.submit(task, f"{entry}，首轮工作已完成。", by=clerk, today=SATURDAY, now=at(SATURDAY, 17))
            if n % 18 == 1:
                tasks.close(task, by=self.by("4405-fpb-jb", MONDAY), today=MONDAY, now=at(MONDAY, 8, 10))

    def _reports(self, notice: Notice) -> None:
        first = Report.objects.filter(request__notice=notice)
        done = self._send(first.get(office__code="440507-fpb"), SATURDAY)
        reports.accept(done, by=self.by("4405-fpb-jb", MONDAY), today=MONDAY, now=at(MONDAY, 8, 20))
        back = self._send(first.get(office__code="440515-fpb"), SATURDAY)
        reports.send_back(back, "内容过于笼统，请写具体做法。", by=self.by("4405-fpb-jb", MONDAY), today=MONDAY, now=at(MONDAY, 8, 25))
        zero = first.get(office__code="4405-jyj")
        clerk, leader = self.by("4405-jyj-jb", SATURDAY), self.by("4405-jyj-ld", SATURDAY)
        zero = reports.make_zero(zero, by=clerk, today=SATURDAY, now=at(SATURDAY, 10))
        zero = reports.send_to_check(zero, by=clerk, today=SATURDAY, now=at(SATURDAY, 10, 5))
        zero = reports.check_through(zero, [], by=leader, today=SATURDAY, now=at(SATURDAY, 10, 10))
        zero = reports.sign(zero, by=leader, today=SATURDAY, now=at(SATURDAY, 10, 15))
        reports.submit(zero, by=clerk, today=SATURDAY, now=at(SATURDAY, 10, 20))
        said = {"figure": "registry.labour_persons", "as_of": SATURDAY, "number": 30000, "source": "贫困劳动力摸排快报（演示数据）"}
        statements.state(self.staff.offices["4405-rsj"], said, by=self.by("4405-rsj-jb", SATURDAY), today=SATURDAY)

    def _send(self, report: Report, day: dt.date) -> Report:
        code = report.office.code
        clerk, second, leader = (self.by(f"{code}-{seat}", day) for seat in ("jb", "jb2", "ld"))
        suggestions.add(report, "建议统一协调春耕农资运输通行证，减少跨区卡点重复查验", by=clerk, today=day)
        drafting.redraft(report, by=clerk, today=day, now=at(day, 13))
        for passage in report.passages.exclude(part="suggestions"):
            if not passage.text:
                reports.write_passage(passage, "已按要求部署落实。", by=clerk, today=day)
        for row, _, _ in reports.differences(report):
            reports.explain(row, "统计口径不同，本表按户籍统计。", by=clerk, today=day)
        report = reports.send_to_check(report, by=clerk, today=day, now=at(day, 14))
        report = reports.check_through(report, [], by=second, today=day, now=at(day, 14, 30))
        report = reports.sign(report, by=leader, today=day, now=at(day, 15))
        report = reports.give_number(report, by=clerk, today=day, now=at(day, 15, 10))
        report = reports.register_seal(report, by=clerk, today=day, now=at(day, 15, 30))
        return reports.submit(report, by=clerk, today=day, now=at(day, 16))
