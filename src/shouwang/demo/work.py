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
from shouwang.kernel.worklist.clocks import day_end
from shouwang.ledgers.dispatch import decomposition, recipients
from shouwang.ledgers.dispatch.actions import drafting, notices, reports, statements, suggestions, tasks
from shouwang.ledgers.dispatch.models import Duty, Notice, Report, Task
from shouwang.ledgers.dispatch.reading.reader import read_notice

FRIDAY, SATURDAY, SUNDAY, MONDAY = (dt.date(2020, 2, day) for day in (14, 15, 16, 17))
# Sentences of attitude, not of work: an officer sets them aside. Recognised by these words.
ATTITUDE = ("四个意识", "贯彻落实习近平", "坚定信心决心", "不动摇", "缓一缓", "统筹兼顾，切实把", "斗争精神")
# Deadlines the officer sets at the check desk, by words of the duty; everything else without one is due by the end of the quarter.
CLOCKS = {"摸清贫困劳动力": dt.date(2020, 2, 16), "挂牌督战实施方案": dt.date(2020, 2, 18), "春耕备耕": dt.date(2020, 2, 28)}
QUARTER = dt.date(2020, 3, 31)
LATE_COUNTY, SLOW_COUNTY = "440523", "440512"  # one has not even acknowledged, one works but has not handed in
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
    """Acts in the order in which they happened, day by day."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self._acts = {FRIDAY: self._friday, SATURDAY: self._saturday, SUNDAY: lambda: None, MONDAY: self._monday}

    def by(self, user: str, day: dt.date) -> Scope:
        """What that officer held on that day."""
        return scope_of(self.staff.users[user], day)

    def on(self, day: dt.date) -> None:
        """What happened on that day after eight; each day ends with the ladder as the worker would have climbed it."""
        if act := self._acts.get(day):
            act()
            sweep(at(day, 8, 30) if day == MONDAY else at(day, 20))

    def _friday(self) -> None:
        self._issue()
        for n, task in enumerate(self._unacknowledged()):
            if n % 3 or (task.due_at and task.due_at < at(MONDAY, 0)):
                tasks.acknowledge(task, by=self.by(f"{task.office.code}-jb", FRIDAY), today=FRIDAY, now=at(FRIDAY, 17, n % 30))

    def _saturday(self) -> None:
        self._work()
        first = Report.objects.all()
        self._send(first.get(office__code="440507-fpb"), SATURDAY)
        self._send(first.get(office__code="440515-fpb"), SATURDAY)
        self._zero(first.get(office__code="4405-jyj"))
        said = {"figure": "registry.labour_persons", "as_of": SATURDAY, "number": 30000, "source": "贫困劳动力摸排快报（演示数据）"}
        statements.state(self.staff.offices["4405-rsj"], said, by=self.by("4405-rsj-jb", SATURDAY), today=SATURDAY)

    def _monday(self) -> None:
        for n, task in enumerate(self._unacknowledged()):
            tasks.acknowledge(task, by=self.by(f"{task.office.code}-jb", MONDAY), today=MONDAY, now=at(MONDAY, 8, n % 10))
        clerk = self.by("4405-fpb-jb", MONDAY)
        for task in list(Task.objects.filter(state="submitted", duty__kind=Duty.Kind.ACTION).order_by("id"))[::2]:
            tasks.close(task, by=clerk, today=MONDAY, now=at(MONDAY, 8, 10))
        first = Report.objects.all()
        reports.accept(first.get(office__code="440507-fpb"), by=clerk, today=MONDAY, now=at(MONDAY, 8, 20))
        back = first.get(office__code="440515-fpb")
        reports.send_back(back, "内容过于笼统，请写具体做法。", by=clerk, today=MONDAY, now=at(MONDAY, 8, 25))

    def _issue(self) -> None:
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
        self._set_clocks(notice, clerk)
        notices.finish_check(notice, by=clerk, today=FRIDAY, now=at(FRIDAY, 16))
        notices.take_instruction(said, by=clerk, today=FRIDAY)
        found = recipients.resolve(notice.recipients, office, FRIDAY)
        cells = []
        for row in decomposition.grid(Notice.objects.get(pk=notice.pk), found, FRIDAY):
            cells += [notices.Assignment(row.duty.pk, o.pk) for o, on, _ in row.districts if on]
            cells += [notices.Assignment(row.duty.pk, o.pk, part) for o, part, _ in row.departments if part]
        notices.issue(notice, cells, by=clerk, today=FRIDAY, now=at(FRIDAY, 16, 30))

    def _set_clocks(self, notice: Notice, clerk: Scope) -> None:
        standing = [d for d in notice.duties.filter(state="proposed") if d.due_at is None]
        dues = {d: next((day for words, day in CLOCKS.items() if words in d.text), QUARTER) for d in standing}
        for day in sorted(set(dues.values())):
            chosen = [d for d, due in dues.items() if due == day]
            notices.set_clock(chosen, day_end(day), by=clerk, today=FRIDAY, now=at(FRIDAY, 15, 55))

    def _unacknowledged(self) -> list[Task]:
        waiting = Task.objects.filter(state="issued").exclude(office__code__startswith=LATE_COUNTY)
        return list(waiting.select_related("office").order_by("office", "id"))

    def _work(self) -> None:
        mine = Task.objects.filter(state="acknowledged", duty__kind=Duty.Kind.ACTION).select_related("office", "duty")
        for n, task in enumerate(mine.order_by("id")):
            entry, pressing = ENTRIES.get(task.duty.ledger), bool(task.due_at and task.due_at < at(MONDAY, 0))
            if entry is None or (n % 4 == 0 and not pressing):
                continue
            clerk = self.by(f"{task.office.code}-jb", SATURDAY)
            tasks.add_progress(task, f"{entry}。", by=clerk, today=SATURDAY)
            if n % 9 == 1 or (pressing and not task.office.code.startswith(SLOW_COUNTY)):
                tasks.submit(task, f"{entry}，首轮工作已完成。", by=clerk, today=SATURDAY, now=at(SATURDAY, 17))

    def _zero(self, report: Report) -> None:
        clerk, leader = self.by("4405-jyj-jb", SATURDAY), self.by("4405-jyj-ld", SATURDAY)
        report = reports.make_zero(report, by=clerk, today=SATURDAY, now=at(SATURDAY, 10))
        report = reports.send_to_check(report, by=clerk, today=SATURDAY, now=at(SATURDAY, 10, 5))
        report = reports.check_through(report, [], by=leader, today=SATURDAY, now=at(SATURDAY, 10, 10))
        report = reports.sign(report, by=leader, today=SATURDAY, now=at(SATURDAY, 10, 15))
        reports.submit(report, by=clerk, today=SATURDAY, now=at(SATURDAY, 10, 20))

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
