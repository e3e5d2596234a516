"""Discrepancies: hits that are no risks reach a village in one line, end when mended, and are answered once."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused, Stale
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.monitoring.models import Discrepancy, Lead
from shouwang.ledgers.monitoring.queries import rule_outcomes
from shouwang.ledgers.monitoring.watch import discrepancies
from shouwang.ledgers.registry.models import Household
from tests.factories.accounts import make_user, scope, sign_in
from tests.ledgers.monitoring.watch.conftest import TODAY, WELL, Watch, feed, home, swept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubted")]
UNSAFE = "quality_housing_differs"


def graded(household: Any, grade: str = "d", day: dt.date = dt.date(2020, 1, 10)) -> dict[str, Any]:
    return {"person": None, "household": household.lake_key, "day": day, "grade": grade, "lived_in": True}


@pytest.fixture
def doubted(watch: Watch, lake: Path) -> list[Household]:
    """Two households of one village whose houses the housing department says are unsafe."""
    homes = [watch.well, home(watch.city, "440513101201", WELL, head_name="林另户")]
    feed(lake, "housing", [graded(h) for h in homes])
    return homes


def items() -> list[tuple[str, str, str]]:
    rows = WorkItem.objects.filter(kind="monitoring.discrepancy").order_by("pk")
    return [(i.office.code, i.title, i.state) for i in rows]


def states() -> list[tuple[str, str]]:
    return list(Discrepancy.objects.order_by("household", "pk").values_list("household__head_name", "state"))


def test_hits_of_data_checks_reach_one_office_in_one_line_and_make_no_lead(watch: Watch) -> None:
    row = swept(watch.by(watch.author))
    assert {k: row.counts[k] for k in ("doubts", "new", "back", "cleared")} == {"doubts": 2, "new": 2, "back": 0, "cleared": 0}
    assert states() == [("林富足", "open"), ("林另户", "open")]
    assert not Lead.objects.filter(rule=UNSAFE).exists()  # the risk rule about the same house makes the case
    [(_, title, state)] = items()
    assert (title, state) == ("防返贫监测：比对疑点待核对 2 条", "open")
    item = WorkItem.objects.get(kind="monitoring.discrepancy")
    assert item.action == "核对" and item.url.startswith("/monitoring/discrepancies/?state=open&region=4405131")
    first = Discrepancy.objects.first()
    assert first is not None and (first.kind, first.rule, first.department) == ("quality", UNSAFE, "住房和城乡建设")
    again = swept(watch.by(watch.author))
    assert (again.counts["doubts"], again.counts["new"], Discrepancy.objects.count(), len(items())) == (2, 0, 2, 1)


def test_a_discrepancy_that_is_mended_ends_by_itself_and_so_does_the_line(watch: Watch, doubted: list[Household]) -> None:
    by = watch.by(watch.author)
    swept(by)
    Household.objects.filter(pk=doubted[0].pk).update(housing_grade="d")  # the file now says what the department says
    assert swept(by).counts["cleared"] == 1
    assert states() == [("林富足", "cleared"), ("林另户", "open")]
    assert items()[0][1:] == ("防返贫监测：比对疑点待核对 1 条", "open")
    Household.objects.filter(pk=doubted[1].pk).update(housing_grade="d")
    swept(by, "delta")
    assert [s for _, s in states()] == ["cleared", "open"]  # nothing has written that household, so the delta took the old row over
    swept(by)
    assert ([s for _, s in states()], items()[0][2]) == (["cleared", "cleared"], "done")


def test_a_rule_without_data_says_nothing_about_what_it_found_before(watch: Watch, lake: Path) -> None:
    by = watch.by(watch.author)
    swept(by)
    shutil.rmtree(lake / "feeds" / "housing")
    assert swept(by).counts["cleared"] == 0
    assert [s for _, s in states()] == ["open", "open"]


@pytest.mark.parametrize("move", ["confirm", "explain"])
def test_what_is_answered_does_not_come_back_unless_the_facts_change(watch: Watch, doubted: list[Household], lake: Path, move: str) -> None:
    by = watch.by(watch.author)
    swept(by)
    for row in Discrepancy.objects.all():
        discrepancies.answer(row, move, "已入户核对，住建鉴定属实", by=by, today=TODAY)
    assert items()[0][2] == "done"
    late = TODAY + dt.timedelta(60)
    assert swept(by, today=late).counts["new"] == 0
    feed(lake, "housing", [graded(doubted[0], "c", TODAY)], period="2020-04")
    assert swept(by, today=late).counts["new"] == 0  # C after D: the rule asks for a worse grade
    assert Discrepancy.objects.filter(state="open").count() == 0


def test_what_is_said_to_be_corrected_and_is_still_there_after_the_patience_comes_back(watch: Watch, doubted: list[Household]) -> None:
    by = watch.by(watch.author)
    swept(by)
    row = Discrepancy.objects.get(household=doubted[0])
    discrepancies.answer(row, "correct", "已请住建更正鉴定等级", by=by, today=TODAY)
    assert swept(by, today=TODAY + dt.timedelta(45)).counts["back"] == 0
    later = TODAY + dt.timedelta(46)
    assert swept(by, today=later).counts["back"] == 1
    row.refresh_from_db()
    assert (row.state, row.decided_on, row.due_on > later) == ("open", None, True)
    assert row.answer == "已请住建更正鉴定等级"  # what was said stays to be read


def test_an_answer_needs_words_a_conclusion_and_the_right_to_check(watch: Watch, doubted: list[Household]) -> None:
    by = watch.by(watch.author)
    swept(by)
    row = Discrepancy.objects.get(household=doubted[0])
    with pytest.raises(Refused, match="核对结论"):
        discrepancies.answer(row, "clear", "已入户核对", by=by, today=TODAY)
    with pytest.raises(Refused, match="至少 4 个字"):
        discrepancies.answer(row, "confirm", " 属实 ", by=by, today=TODAY)
    leader = scope(watch.approver, TODAY)
    with pytest.raises(NotPermitted):
        discrepancies.answer(row, "confirm", "已入户核对", by=leader, today=TODAY)
    version = row.version
    discrepancies.answer(row, "confirm", "已入户核对", by=by, today=TODAY, version=version)
    with pytest.raises((Refused, Stale)):
        discrepancies.answer(row, "confirm", "已入户核对", by=by, today=TODAY, version=version)
    row.refresh_from_db()
    assert (row.state, row.answer, row.decided_on) == ("confirmed", "已入户核对", TODAY)
    [done] = [o for o in rule_outcomes(by) if o.rule == UNSAFE]
    assert (done.leads, done.open, done.included, done.not_included, done.doubts, done.precision) == (2, 1, 1, 0, True, 100)
    assert Event.objects.filter(verb="monitoring.discrepancy.confirm").count() == 1


def test_a_village_worker_answers_on_the_page(watch: Watch, doubted: list[Household], client: Client) -> None:
    swept(watch.by(watch.author))
    row = Discrepancy.objects.get(household=doubted[0])
    worker = make_user("worker", watch.city.offices["440513101-zf"], "town_clerk")
    sign_in(client, worker)
    listed = client.get("/monitoring/discrepancies/?state=open").content.decode()
    assert "登记住房安全而住建鉴定为C、D级" in listed and "共 2 条" in " ".join(listed.split())
    shown = client.get(f"/monitoring/discrepancies/{row.pk}/").content.decode()
    assert "为什么出现这条疑点" in shown and "登记答复" in shown
    sent = {"move": "confirm", "said": "已入户核对属实", "version": row.version, "op_id": "a" * 32}
    assert client.post(f"/monitoring/discrepancies/{row.pk}/answer/", sent).status_code == 302
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert "登记答复" not in client.get(f"/monitoring/discrepancies/{row.pk}/").content.decode()


def test_the_household_s_page_names_what_is_open(watch: Watch, doubted: list[Household], client: Client) -> None:
    swept(watch.by(watch.author))
    sign_in(client, watch.author)
    for url in (f"/registry/{doubted[0].pk}/", f"/monitoring/households/{doubted[0].pk}/"):
        assert "登记住房安全而住建鉴定为C、D级" in client.get(url).content.decode(), url
