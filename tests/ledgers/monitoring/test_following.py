"""Splits, merges and moves: an open case goes along, two open cases stop a merge, undoing brings back what was carried."""

from __future__ import annotations

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.shifts import HouseholdShift
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.monitoring.actions.care import plan_missing
from shouwang.ledgers.monitoring.following import on_household_change
from shouwang.ledgers.monitoring.models import Discrepancy, FollowUp, MonitoringCase
from shouwang.ledgers.monitoring.queries import rule_outcomes
from tests.factories.monitoring import add_case, add_discrepancy, add_follow_up, add_lead, add_measure
from tests.factories.registry import TODAY, add_status, make_household

SYSTEM = Scope.system()
ENDED = {"state": "cleared", "decided_on": TODAY}


def shift(kind: str, old: int, new: int) -> HouseholdShift:
    return HouseholdShift(kind, old, new, (), 7, TODAY)


def test_everything_moves_with_a_household_that_moves(city, home):
    case = add_case(home)
    rows = [case, add_lead(home, case), add_measure(home), add_follow_up(home)]
    there = city.at("440514101201")
    home.put_in(there)
    home.save()
    on_household_change(shift("moved", home.pk, home.pk))
    for row in rows:
        row.refresh_from_db()
        assert (row.village_id, row.county_id) == (there.pk, there.county_id)
    assert [i.office.code for i in WorkItem.objects.filter(state="open")] == ["440514101201-cwh"]


def test_an_open_case_goes_into_the_household_that_stays_and_comes_back(home):
    other = make_household(home.region)
    case = add_case(home)
    add_follow_up(home)
    on_household_change(shift("merged", home.pk, other.pk))
    case.refresh_from_db()
    assert (case.household_id, case.carried_by, FollowUp.objects.count()) == (other.pk, 7, 0)
    on_household_change(shift("restored", other.pk, home.pk))
    case.refresh_from_db()
    assert (case.household_id, case.carried_by) == (home.pk, None)


def test_two_open_cases_stop_a_merge(home):
    other = make_household(home.region)
    add_case(home), add_case(other)
    with pytest.raises(Refused, match="都有在办的监测个案"):
        on_household_change(shift("merged", home.pk, other.pk))
    assert MonitoringCase.objects.get(household=home).carried_by is None


def test_a_split_leaves_the_case_where_it_was(home):
    other = make_household(home.region)
    case = add_case(home)
    on_household_change(shift("split", home.pk, other.pk))
    case.refresh_from_db()
    assert case.household_id == home.pk


def test_visits_are_planned_once_for_everybody_watched(home):
    add_status(home, programme="monitoring", standing="borderline", risks="illness")
    make_household(home.region)
    assert [plan_missing(by=SYSTEM, today=TODAY) for _ in range(2)] == [1, 0]
    assert FollowUp.objects.get().household_id == home.pk


def test_each_rule_is_measured_by_what_was_decided(home):
    said = {"source": "sweep", "rule_hash": "h", "rule_version": 1}
    states = ("included", "not_included", "not_included", "known", "open", "superseded")
    for n, state in enumerate(states):
        more = {
            "state": state,
            "decided_on": None if state == "open" else TODAY,
            "reason_code": "untrue" if state == "not_included" else "",
        }
        add_lead(home, rule="illness", evidence=str(n), **said, **more)
    (found,) = rule_outcomes(SYSTEM)
    assert (found.leads, found.decided, str(found.precision), str(found.false_alarms)) == (5, 3, "33.3", "66.7")


def test_open_discrepancies_go_into_the_household_that_stays_and_come_back(home):
    other = make_household(home.region)
    wages, asked, done = (
        add_discrepancy(home),
        add_discrepancy(home, rule="quality_water"),
        add_discrepancy(home, rule="verify_cars", **ENDED),
    )
    known = add_discrepancy(other, rule="quality_water")
    on_household_change(shift("merged", home.pk, other.pk))
    said = {d.pk: (d.household_id, d.state, d.decided_on) for d in Discrepancy.objects.all()}
    assert said == {
        wages.pk: (other.pk, "open", None),
        asked.pk: (home.pk, "cleared", TODAY),
        done.pk: (home.pk, "cleared", TODAY),
        known.pk: (other.pk, "open", None),
    }
    assert [i.title for i in WorkItem.objects.filter(kind="monitoring.discrepancy", state="open")] == ["防返贫监测：比对疑点待核对 2 条"]
    on_household_change(shift("restored", other.pk, home.pk))
    assert list(Discrepancy.objects.filter(state="open").order_by("pk").values_list("pk", "household_id", "carried_by")) == [
        (wages.pk, home.pk, None),
        (known.pk, other.pk, None),
    ]
