"""Leads come in once, merge into one case per household, and a decided one comes back only with other evidence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.monitoring.actions import Found, record_lead, record_leads
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase
from shouwang.ledgers.registry.models import Household
from tests.factories.accounts import make_user, scope
from tests.factories.registry import TODAY, add_helper, add_status, make_household

SYSTEM = Scope.system()


def swept(home: Household, *, rule: str = "illness.own_pay", evidence: str = "e1", risk: str = "illness", **kw: object) -> Found:
    values = {"rule_version": 1, "rule_hash": "h" * 64, "values": {"自付": 12000, "阈值": 10000}}
    return Found(home.pk, "sweep", risk, TODAY, rule=rule, evidence=evidence, **{**values, **kw})  # type: ignore[arg-type]  # plain values


def said(home: Household, **kw: object) -> Found:
    usual = {"source": "patrol", "risk": "illness", "description": "大病住院，自付费用高"}
    return Found(home.pk, found_on=TODAY, **{**usual, **kw})  # type: ignore[arg-type]  # plain values


def test_leads_of_one_household_merge_into_one_case(home):
    done = record_leads([swept(home), swept(home, rule="work.lost", risk="unstable_work", level="red")], by=SYSTEM, today=TODAY)
    case = MonitoringCase.objects.get()
    assert (len(done.leads), len(done.cases), case.risks, case.level) == (2, 1, "illness,unstable_work", "red")
    later = record_lead(said(home, risk="schooling"), by=SYSTEM, today=TODAY)
    case.refresh_from_db()
    assert (later.cases, later.merged, case.risks, case.leads.count()) == ([], 1, "illness,unstable_work,schooling", 3)


def test_the_same_rule_and_evidence_is_written_once(home):
    record_lead(swept(home), by=SYSTEM, today=TODAY)
    again = record_leads([swept(home), swept(home)], by=SYSTEM, today=TODAY)
    assert (again.repeated, again.leads, Lead.objects.count()) == (2, [], 1)


def test_two_equal_leads_in_one_set_are_one(home):
    done = record_leads([swept(home), swept(home)], by=SYSTEM, today=TODAY)
    assert (len(done.leads), done.repeated) == (1, 1)


def test_a_decided_lead_comes_back_only_when_the_evidence_changes(home):
    lead = record_lead(swept(home), by=SYSTEM, today=TODAY).leads[0]
    MonitoringCase.objects.update(state="rejected", closed_on=TODAY, reason_code="untrue")
    Lead.objects.update(state="not_included", decided_on=TODAY, reason_code="untrue")
    assert record_lead(swept(home), by=SYSTEM, today=TODAY).repeated == 1
    back = record_lead(swept(home, evidence="e2"), by=SYSTEM, today=TODAY)
    lead.refresh_from_db()
    assert (lead.state, len(back.cases), MonitoringCase.objects.count()) == ("not_included", 1, 2)


def test_new_evidence_takes_the_place_of_an_open_lead(home):
    first = record_lead(swept(home), by=SYSTEM, today=TODAY).leads[0]
    record_lead(swept(home, evidence="e2"), by=SYSTEM, today=TODAY)
    first.refresh_from_db()
    assert (first.state, first.decided_on, MonitoringCase.objects.count()) == ("superseded", TODAY, 1)


def test_a_household_watched_for_the_same_risk_is_known_and_opens_no_case(home):
    add_status(home, programme="monitoring", standing="borderline", risks="illness,schooling")
    done = record_leads([swept(home), swept(home, rule="work.lost", risk="unstable_work")], by=SYSTEM, today=TODAY)
    assert (done.known, sorted(lead.state for lead in done.leads)) == (1, ["known", "open"])
    assert MonitoringCase.objects.get().risks == "unstable_work"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"risk": "laziness"}, "不在 2020-02-17 的代码表内"),
        ({"found_on": TODAY + dt.timedelta(1)}, "晚于今天"),
        ({"description": " 病 "}, "至少 4 个字"),
        ({"rule": "r", "evidence": ""}, "缺少规则摘要或证据摘要"),
    ],
)
def test_wrong_input_is_refused_and_nothing_is_written(home, change, words):
    with pytest.raises(Refused, match=words):
        record_leads([swept(home), replace(said(home), **change)], by=SYSTEM, today=TODAY)
    assert (Lead.objects.count(), MonitoringCase.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_household_out_of_scope_is_not_there(city, home):
    officer = scope(make_user("elsewhere", city.offices["440513100002-cwh"], "village_officer"))
    with pytest.raises(OutOfScope):
        record_lead(said(home), by=officer, today=TODAY)


def test_who_may_only_look_may_not_report(city, home):
    leader = scope(make_user("leader", city.offices["440513-fpb"], "office_leader"))
    with pytest.raises((OutOfScope, NotPermitted)):
        record_lead(said(home), by=leader, today=TODAY)


def test_a_helper_reports_about_the_own_household(city, home):
    helper = make_user("helper", city.offices["4405-rsj"], "helper")
    add_helper(home, user=helper)
    assert len(record_lead(said(home), by=scope(helper), today=TODAY).leads) == 1


def test_an_application_goes_to_the_town_and_a_complaint_to_the_county(city, home):
    village, town, county = (
        scope(make_user(name, city.offices[office], role))
        for name, office, role in (
            ("v", "440513100001-cwh", "village_officer"),
            ("t", "440513100-zf", "town_clerk"),
            ("c", "440513-fpb", "office_clerk"),
        )
    )
    application = record_lead(replace(said(home), source="application"), by=town, today=TODAY).cases[0]
    assert [application.covers(s, "monitoring.view") for s in (village, town, county)] == [False, True, True]
    assert [MonitoringCase.objects.within(s).count() for s in (village, town, county)] == [0, 1, 1]
    other = make_household(home.region)
    complaint = record_lead(said(other, complains=True), by=town, today=TODAY).leads[0]
    assert [complaint.covers(s, "monitoring.view") for s in (village, town, county)] == [False, False, True]
    assert [Lead.objects.within(s).filter(pk=complaint.pk).count() for s in (village, town, county)] == [0, 0, 1]


def test_the_office_that_acts_has_one_line_that_counts(city, home):
    record_leads([swept(home), swept(make_household(home.region))], by=SYSTEM, today=TODAY)
    item = WorkItem.objects.get(kind="monitoring.reported", state="open")
    assert (item.office, item.title) == (city.offices["440513100001-cwh"], "防返贫监测：待核实 2 户")
    assert (item.url, item.due_at.date()) == ("/monitoring/cases/?state=reported&region=440513100001", dt.date(2020, 2, 24))


def test_the_green_way_has_a_deadline_for_the_papers(home):
    case = record_lead(said(home, risk="accident", green=True), by=SYSTEM, today=TODAY).cases[0]
    assert (case.green, case.green_due_on) == (True, dt.date(2020, 3, 16))
    item = WorkItem.objects.get(kind="monitoring.green")
    assert (item.title, item.action, item.due_at and item.due_at.date()) == (
        "防返贫监测：绿色通道待补手续 1 户",
        "补手续",
        dt.date(2020, 3, 16),
    )


def test_a_large_set_costs_few_queries(city):
    homes = [make_household(city.at("440513100001")) for _ in range(60)]
    with CaptureQueriesContext(connection) as seen:
        record_leads([swept(h) for h in homes], by=SYSTEM, today=TODAY)
    assert len(seen) < 60
    assert (Lead.objects.count(), Event.objects.filter(verb="monitoring.lead.record").count()) == (60, 60)
