"""Sweeps: leads once, merged per household, never against a decision; a kill costs one piece."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from shouwang.engine import sweep as engine
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.worker import Worker
from shouwang.ledgers.monitoring.actions.intake import decide
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase, SweepRun
from shouwang.ledgers.monitoring.watch import book, jobs, recording, snapshot, sweeping
from tests.factories.registry import add_income
from tests.ledgers.monitoring.watch.conftest import POOR, TODAY, Watch, feed, home, swept

pytestmark = pytest.mark.django_db
NO_DOUBTS = {"doubts": 0, "new": 0, "back": 0, "cleared": 0}


def leads(watch: Watch) -> list[tuple[str, str]]:
    return list(Lead.objects.filter(household=watch.poor, source="sweep").order_by("pk").values_list("rule", "state"))


def test_a_sweep_records_what_rules_find_once_and_says_what_was_run(watch: Watch) -> None:
    row = swept(watch.by(watch.author))
    assert row.state == "done", row.message
    assert leads(watch) == [("income_below_line", "open")]
    assert not Lead.objects.filter(household=watch.well).exists()
    assert row.counts == {"found": 1, "recorded": 1, "repeated": 0, "merged": 0, "known": 0, "cases": 1, **NO_DOUBTS}
    assert row.towns == {"440513100": 1}
    lead = Lead.objects.get()
    assert (lead.values, lead.department) == ({"monitored": 0, "income_fen": POOR}, "")
    assert {r["id"] for r in row.manifest["rules"]} >= {"income_below_line"}
    assert {x["rule"] for x in row.manifest["left_out"]} >= {"work_lost"}  # no department has sent anything
    again = swept(watch.by(watch.author))
    assert again.counts == {"found": 1, "recorded": 0, "repeated": 1, "merged": 0, "known": 0, "cases": 0, **NO_DOUBTS}
    assert (Lead.objects.count(), MonitoringCase.objects.count()) == (1, 1)


def lower(watch: Watch, wage: int, day: dt.date) -> None:
    """A later statement with another income."""
    watch.poor.incomes.update(is_latest=False)
    add_income(watch.poor, persons=2, wage=wage * 2, checked_on=day, window_type="rolling")


def test_a_decided_lead_comes_back_only_after_a_material_change(watch: Watch) -> None:
    by = watch.by(watch.author)
    swept(by)
    decide(Lead.objects.filter(rule="income_below_line"), "reject", by=by, today=TODAY, reason_code="untrue")
    MonitoringCase.objects.update(state="rejected", closed_on=TODAY, reason_code="untrue")
    assert swept(by).counts["recorded"] == 0
    lower(watch, POOR - 20_000, dt.date(2020, 3, 1))  # 6.7 % less: the rule asks for 10 %
    assert swept(by, today=dt.date(2020, 3, 1)).counts["recorded"] == 0
    assert leads(watch) == [("income_below_line", "not_included")]
    lower(watch, POOR - 40_000, dt.date(2020, 4, 1))
    assert swept(by, today=dt.date(2020, 4, 1)).counts["recorded"] == 1
    assert leads(watch) == [("income_below_line", "not_included"), ("income_below_line", "open")]


def test_two_rules_of_a_household_make_one_case_and_it_is_red(watch: Watch) -> None:
    add_income(watch.poor, persons=2, wage=1_000_000, checked_on=dt.date(2019, 2, 1), is_latest=False)
    row = swept(watch.by(watch.author))
    assert (row.counts["recorded"], row.counts["cases"]) == (2, 1)
    assert {r for r, _ in leads(watch)} == {"income_below_line", "income_sharp_fall"}
    assert MonitoringCase.objects.get().level == "red"


def test_a_person_sweeps_the_own_district_and_no_other(watch: Watch) -> None:
    other = home(watch.city, "440514101201", POOR, head_name="吴邻区")
    row = swept(watch.by(watch.author))
    assert row.manifest["counties"] == [440513]
    assert not Lead.objects.filter(household=other).exists()


def test_the_night_sweeps_the_city(watch: Watch) -> None:
    other = home(watch.city, "440514101201", POOR, head_name="吴邻区")
    [row] = sweeping.start_nightly(today=TODAY)
    assert sweeping.start_nightly(today=TODAY) == []  # one is under way
    while Worker().step(timezone.now()):
        pass
    row.refresh_from_db()
    assert (row.state, row.manifest["counties"]) == ("done", [440513, 440514])
    assert Lead.objects.filter(household=other).count() == 1


class Killed(BaseException):
    """As a process that dies: nothing catches it."""


@pytest.mark.parametrize("where", ["county", "engine", "recording"])
def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(watch: Watch, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    for n in range(5):
        home(watch.city, "440513100002", POOR, head_name=f"陈第{n}")
    home(watch.city, "440514101201", POOR, head_name="吴邻区")
    monkeypatch.setattr(jobs, "PIECE", 2)
    [row] = sweeping.start_nightly(today=TODAY)
    calls = {"n": 0}
    target: Any = {"county": (snapshot, "write_county"), "engine": (engine, "settle"), "recording": (recording, "record")}[where]
    real = getattr(*target)

    def dies(*args: Any, **kw: Any) -> Any:
        calls["n"] += 1
        if calls["n"] == 2:
            raise Killed
        return real(*args, **kw)

    monkeypatch.setattr(*target, dies)
    with pytest.raises(Killed):
        Worker().step(timezone.now())
    Job.objects.filter(state="running").update(state="queued", lease_until=None, worker="")  # what the reaper does once the lease is over
    while Worker().step(timezone.now()):
        pass
    row.refresh_from_db()
    assert (row.state, row.counts["found"], row.counts["recorded"]) == ("done", 7, 7)
    assert (Lead.objects.count(), MonitoringCase.objects.count()) == (7, 7)


def test_a_second_sweep_of_a_place_waits_for_the_first(watch: Watch) -> None:
    by = watch.by(watch.author)
    row = sweeping.start("full", by=by, today=TODAY)
    with pytest.raises(Refused, match="正在进行"):
        sweeping.start("full", by=by, today=TODAY)
    Job.objects.filter(pk=row.job).update(state="cancelled", finished_at=timezone.now())
    assert sweeping.start("full", by=by, today=TODAY).pk != row.pk


def test_a_delta_needs_a_sweep_before_it(watch: Watch) -> None:
    with pytest.raises(Refused, match="还没有做过筛查"):
        sweeping.start("delta", by=watch.by(watch.author), today=TODAY)


def test_a_district_without_households_is_told_so(watch: Watch, lake: Path) -> None:
    from tests.factories.accounts import make_user, scope

    clerk = make_user("c2", watch.city.offices["440514-fpb"], "office_clerk")
    row = swept(scope(clerk, TODAY))
    assert row.state == "failed" and "还没有户档案" in row.message
    assert not (lake / "runs").exists()
    assert SweepRun.objects.count() == 1


def test_a_delta_finds_what_changed_and_what_is_new_in_the_lake_like_a_full_sweep(watch: Watch, lake: Path) -> None:
    by = watch.by(watch.author)
    quiet = home(watch.city, "440513100002", POOR, head_name="陈不变")
    feed(lake, "petitions", [petition(watch.well, 1)])
    swept(by)
    watch.well.incomes.update(is_latest=False)
    add_income(watch.well, persons=2, wage=2 * POOR, checked_on=TODAY, window_type="rolling")
    feed(lake, "petitions", [petition(quiet, 3), petition(quiet, 4)])
    row = swept(by, "delta")
    assert (row.state, row.mode, row.message) == ("done", "delta", "")
    assert set(Lead.objects.values_list("household", "rule")) == {
        (watch.poor.pk, "income_below_line"), (quiet.pk, "income_below_line"), (watch.well.pk, "income_below_line"),
        (quiet.pk, "other_petitions"),
    }  # fmt: skip


def petition(household: Any, day: int) -> dict[str, Any]:
    return {"person": None, "household": household.lake_key, "day": dt.date(2020, 1, day), "topic": "补助"}


def test_a_delta_under_other_rules_looks_at_everybody_and_says_so(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    by = watch.by(watch.author)
    swept(by)
    monkeypatch.setattr(book, "rules", lambda *_: book.published().without(["income_below_line"]))
    row = swept(by, "delta")
    assert row.state == "done" and "规则与上一次不同" in row.message and "因此查了全部户" in row.message
