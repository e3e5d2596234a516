"""Cases of 防返贫监测 at every stage in the demonstration city, measures and visits of the watched: invented, marked 演示数据.

Cases go through the ledger's own actions on the days of February 2020; measures of those watched already are written set-wise.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Callable, Iterator

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from shouwang.demo.offices import Staff
from shouwang.demo.people import MARK
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.audit.actions import create_many
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import policies
from shouwang.ledgers.monitoring.actions import Found, care, checks, county, record_leads, town, village
from shouwang.ledgers.monitoring.actions.steps import hand_down, send_back
from shouwang.ledgers.monitoring.models import FollowUp, Measure, MonitoringCase, PublicPosting
from shouwang.ledgers.monitoring.rules import rule
from shouwang.ledgers.registry.models import Household, ProgrammeStatus

FOUND, CHECKED, MET, POSTED, CLOSED, REVIEWED, MEETING, HELPED = (dt.date(2020, 2, day) for day in (3, 4, 5, 6, 11, 12, 14, 16))
LATE_POST = dt.date(2020, 2, 14)
# How far each case has come by the morning of 17 February; one household each, two households of a village at most.
STAGES = (
    *("reported",) * 5, *("verified",) * 2, *("appraised",) * 2, *("posted",) * 2, *("publicised",) * 2, *("reviewed",) * 2,
    *("determined",) * 2, *("done",) * 2, *("rejected",) * 2, "returned",
)  # fmt: skip
ORDER = ("reported", "verified", "appraised", "posted", "publicised", "reviewed", "determined", "done")
RISKS = (
    ("unstable_work", "户主原在外地工厂务工，工厂延迟复工，工资收入中断"),
    ("illness", "家庭成员住院治疗，自付费用较高，向亲友借款"),
    ("industry_failed", "春节前压栏家禽无法上市，饲料断供，损失较大"),
    ("accident", "户主骑车摔伤骨折，主要劳动力三个月不能干活"),
    ("epidemic", "返乡后不能外出，蔬菜滞销，收入下降明显"),
)
RULES = {"industry_failed": "industry_failed", "illness": "illness_rigid_spending"}
WHY = {
    "include": "上年收入尚可，今年收入减少、刚性支出增加，家庭没有存款，难以自行应对。",
    "reject": "核实已返岗复工，收入恢复，家庭能够自行应对。",
}
MEASURES = {
    "unstable_work": ("employment", "安排村防疫卡点公益岗位，月补贴 1200 元"),
    "illness": ("health", "落实大病保险和医疗救助二次报销"),
    "industry_failed": ("industry", "对接合作社统一收购，提供种苗补助"),
    "accident": ("social", "镇民政临时救助 3000 元"),
    "epidemic": ("employment", "安排村保洁岗位，帮助对接电商销售"),
}


class Watch:
    """The story of the cases, stage by stage."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.batches = itertools.count(1)
        self._meant: dict[int, str] = {}

    def by(self, user: str, day: dt.date) -> Scope:
        """What that officer held on that day."""
        return scope_of(self.staff.users[user], day)

    def tell(self, *, by: Scope, today: dt.date) -> int:
        """Cases, then measures and visits of everybody watched; returns how many cases there are."""
        with transaction.atomic():
            homes = list(_homes(len(STAGES)))
            for n, (home, stage) in enumerate(zip(homes, STAGES, strict=False)):
                self._case(home, stage, n, today)
            self._decide()
            self._measures(by, today)
            while care.plan_missing(by=by, today=today - dt.timedelta(25), limit=500) == 500:
                pass
            self._visits(today)
        return len(homes)

    def _case(self, home: Household, stage: str, n: int, today: dt.date) -> None:
        risk, said = RISKS[n % len(RISKS)]
        worker, clerk, leader = f"{home.village.code}-cw", f"{home.town.code[:9]}-zf-jb", f"{home.town.code[:9]}-zf-ld"  # type: ignore[union-attr]  # households lie in villages
        found_on = today - dt.timedelta(n % 3) if stage == "reported" else FOUND
        lead = self._lead(home, risk, said, n, found_on)
        case = record_leads([lead], by=self.by(worker, found_on), today=found_on).cases[0]
        if case.lowest < 5 and stage != "reported":
            hand_down(case, by=self.by(clerk, found_on), today=found_on)
        going = "publicised" if stage == "returned" else stage
        if going == "rejected":
            self._check(case, worker, "reject", risk, said)
            return
        steps: dict[str, Callable[[MonitoringCase], object]] = {
            "verified": lambda c: self._check(c, worker, "include", risk, said),
            "appraised": lambda c: self._appraise(c, worker),
            "posted": lambda c: self._post(c, worker, LATE_POST if going == "posted" else POSTED),
            "publicised": lambda c: village.close_posting(_posting(c), by=self.by(worker, CLOSED), today=CLOSED),
            "reviewed": lambda c: town.review(c, by=self.by(leader, REVIEWED), today=REVIEWED),
        }
        for step in ORDER[1 : ORDER.index(going) + 1]:
            if step in steps:
                steps[step](_fresh(case))
        if stage == "returned":
            send_back(
                _fresh(case), "back_to_check", reason="自付支出没有票据，请补充后重新核实。", by=self.by(clerk, REVIEWED), today=REVIEWED
            )
        self._meant[case.pk] = stage

    def work_out(self, case: MonitoringCase, outcome: str) -> None:
        """Take a case of a sweep to a rejection after the check, or (include) up to the county's meeting."""
        worker, leader = f"{case.village.code}-cw", f"{case.town.code[:9]}-zf-ld"  # type: ignore[union-attr]  # households lie in villages
        risk = case.risk_codes[0]
        self._check(case, worker, outcome, risk, f"按筛查线索核实（{MARK}）")
        if outcome == "include":
            self._appraise(_fresh(case), worker)
            self._post(_fresh(case), worker, POSTED)
            village.close_posting(_posting(_fresh(case)), by=self.by(worker, CLOSED), today=CLOSED)
            town.review(_fresh(case), by=self.by(leader, REVIEWED), today=REVIEWED)

    def meet(self, cases: list[MonitoringCase], *, number: str) -> None:
        """The meeting of 14 February of the one county the cases lie in."""
        if not cases:
            return
        place = _fresh(cases[0]).county
        clerk = self.by(f"{place.code[:6]}-fpb-jb", MEETING)  # type: ignore[union-attr]  # households lie in counties
        batch = county.open_batch(place, [_fresh(c) for c in cases], number=number, by=clerk, today=MEETING)  # type: ignore[arg-type]  # the same
        compared = f"公安、市场监管、住建、医保部门比对，未发现异常（{MARK}）"
        document = f"{place.name[:2]}扶组〔2020〕{next(self.batches)}号"  # type: ignore[union-attr]  # the same
        county.decide(batch, county.Resolution(compared, MEETING, MEETING, document), by=clerk, today=MEETING)

    def _lead(self, home: Household, risk: str, said: str, n: int, day: dt.date) -> Found:
        source = ("patrol", "application", "hotline", "department")[n % 4]
        if risk in RULES and n % 2:
            digest = hashlib.sha256(f"demo {home.pk} {risk}".encode()).hexdigest()
            values = (
                {"近三个月工资（元）": 0, "上年同期（元）": 9600}
                if risk == "unstable_work"
                else {"近六个月自付（元）": 12400, "阈值（元）": 10000}
            )
            return Found(
                home.pk, "sweep", risk, day, level="red", rule=RULES[risk], rule_version=1, rule_hash=digest, evidence=digest, values=values
            )
        green = risk == "accident"
        department = "区医保局" if source == "department" else ""
        return Found(home.pk, source, risk, day, department=department, description=f"{said}（{MARK}）", reporter="村干部", green=green)

    def _check(self, case: MonitoringCase, worker: str, conclusion: str, risk: str, said: str) -> None:
        case = _fresh(case)
        registered = case.household.registration == "exited"
        judged = checks.Judgement(
            checked_on=CHECKED,
            means="phone",
            conclusion=conclusion,
            problems=said,
            coping="unable" if conclusion == "include" else "able",
            reasons=WHY[conclusion],
            risks=(risk,) if conclusion == "include" else (),
            category=("unstable" if registered else "borderline") if conclusion == "include" else "",
            reason_code="" if conclusion == "include" else "resolved",
        )
        known = case.household.incomes.filter(is_latest=True).first()
        amounts = {n: getattr(known, n) for n in AMOUNTS} if known else dict.fromkeys(AMOUNTS, 0) | {"wage": 1_500_000}
        persons = known.persons if known else 4
        by = self.by(worker, CHECKED)
        upload = SimpleUploadedFile(f"授权承诺书（{MARK}）.pdf", PAPER, content_type="application/pdf")
        checks.check_household(case, judged, amounts, persons=persons, by=by, today=CHECKED, uploads=[upload])

    def _appraise(self, case: MonitoringCase, worker: str) -> None:
        said = village.Meeting(MET, "phone", 30, 26, f"电话逐户征询村民代表意见，介绍核实情况，多数同意（{MARK}）。")
        village.record_appraisal(case.village, {case: 23}, said, by=self.by(worker, MET), today=MET)  # type: ignore[arg-type]  # in a village

    def _post(self, case: MonitoringCase, worker: str, day: dt.date) -> None:
        by = self.by(worker, day)
        made = village.post(case.village, [case], starts_on=day, where="村务公开栏", by=by, today=day)  # type: ignore[arg-type]  # the same
        if case.pk % 2:
            said = {"content": f"反映该户有亲属在外经商（{MARK}）", "raised_by": "", "raised_on": day}
            objection = village.raise_objection(_fresh(case), **said, by=by, today=day)  # type: ignore[arg-type]  # plain values
            if made.ends_on < CLOSED:
                village.answer_objection(objection, answer="经查，亲属已分户，不共同生活。", upheld=False, by=by, today=day)

    def _decide(self) -> None:
        """The counties' meetings of 14 February over those who are to be decided; then help for some of them."""
        ready = [
            c
            for c in MonitoringCase.objects.filter(state="reviewed").select_related("county")
            if self._meant[c.pk] in ("determined", "done")
        ]
        for place, cases in itertools.groupby(sorted(ready, key=lambda c: c.county_id or 0), key=lambda c: c.county):
            if place is None:
                continue
            clerk = self.by(f"{place.code[:6]}-fpb-jb", MEETING)
            batch = county.open_batch(place, list(cases), number="2020年第1批", by=clerk, today=MEETING)
            said = county.Resolution(
                f"公安、市场监管、住建、医保部门比对，未发现异常（{MARK}）",
                MEETING,
                MEETING,
                f"{place.name[:2]}扶组〔2020〕{next(self.batches)}号",
            )
            county.decide(batch, said, by=clerk, today=MEETING)
        for case in MonitoringCase.objects.filter(state="determined").select_related("household__county", "village"):
            if self._meant[case.pk] != "done":
                continue
            by = self.by(f"{case.village.code}-cw", HELPED)
            kind, content = MEASURES[case.risks]
            care.add_measure(case.household, kind=kind, risk=case.risks, content=content, since=HELPED, by=by, today=HELPED)
            care.settle(
                case,
                officer="驻村干部",
                helper="" if case.household.helpers.filter(until=None).exists() else "镇挂钩干部",
                by=by,
                today=HELPED,
            )

    def _measures(self, by: Scope, today: dt.date) -> None:
        """Two in three of those watched before have a measure for their first risk."""
        asked = rule("risk_measures", on=today).value
        periods = ProgrammeStatus.objects.filter(programme="monitoring", until=None, since__lt=FOUND).exclude(standing="cleared")
        fresh = []
        for n, period in enumerate(periods.select_related("household").order_by("pk")):
            first = period.risks.split(",")[0]
            if n % 3 == 2 or not asked.get(first):
                continue
            row = Measure(kind=asked[first][0], risk=first, content=f"按“一户一策”落实（{MARK}）", since=dt.date(2020, 1, 10))
            row.put_beside(period.household)
            fresh.append(row)
        create_many(fresh, by=by, verb=policies.ADD_MEASURE, today=today)

    def _visits(self, today: dt.date) -> None:
        for n, planned in enumerate(
            FollowUp.objects.filter(done_on=None).select_related("household__county", "county", "village", "region")[:6]
        ):
            worker = self.by(f"{planned.village.code}-cw", today)
            finding = ("same", "better", "same", "worse")[n % 4]
            said = {"same": "风险无变化，措施正常落实", "better": "已返岗务工，收入恢复", "worse": "新增住院支出，需重新核实"}[finding]
            care.record_follow_up(
                planned, done_on=today - dt.timedelta(1), means="phone", finding=finding, said=said, by=worker, today=today
            )


AMOUNTS = (
    *("wage", "business", "business_expense", "property_dividend", "property_other", "transfer_family_planning", "transfer_dibao"),
    *("transfer_tekun", "transfer_pension", "transfer_ecological", "transfer_other", "out_of_pocket", "claims_paid"),
)
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _posting(case: MonitoringCase) -> PublicPosting:
    assert case.posting is not None  # noqa: S101 - a posted case has one
    return case.posting


def _fresh(case: MonitoringCase) -> MonitoringCase:
    beside = ("household__region", "household__county", "county", "village", "posting", "appraisal", "region")
    found: MonitoringCase = MonitoringCase.objects.select_related(*beside).get(pk=case.pk)
    return found


def _homes(wanted: int) -> Iterator[Household]:
    """Households that left poverty and are not watched, the demonstration's own town first, at most two of a village."""
    rows = Household.objects.filter(registration="exited", monitoring="", closed_on=None, no_labour=False).select_related("town", "village")
    near = rows.filter(town__code__startswith="440513100").order_by("code")[1:wanted:2]  # every other one stays free to try things on
    taken: dict[int | None, int] = {}
    for home in itertools.chain(
        near, rows.exclude(town__code__startswith="440513100").order_by("village_id", "code").iterator(chunk_size=500)
    ):
        if wanted == 0:
            return
        if taken.get(home.village_id, 0) < (8 if home.town and home.town.code.startswith("440513100") else 2):
            taken[home.village_id] = taken.get(home.village_id, 0) + 1
            wanted -= 1
            yield home
