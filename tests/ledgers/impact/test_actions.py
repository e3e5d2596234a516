"""Impacts written by other ledgers: once per source and cause, set-wise, exact."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.impact.actions import Impact, Recorded, end_impacts, record_impact, record_impacts
from shouwang.ledgers.impact.models import ImpactRecord
from tests.factories.impact import TODAY, make_shock
from tests.factories.registry import make_household

BY = Scope.system("核验")
D = dt.date


def said(home, n=1, **kw):
    usual = {"cause": "unsold", "source_ledger": "produce.lot", "source_id": str(n), "began_on": D(2020, 2, 10), "household_id": home.pk}
    return Impact(**{**usual, "subject_kind": "product", "subject": "番石榴", "expected": 900_000, "now": 240_000, **kw})


def test_impact_is_written_once_with_loss_place_and_shock(city):
    shock, home = make_shock(city.city), make_household(city.villages[0])
    assert record_impact(said(home), by=BY, today=TODAY) == Recorded(created=1)
    row = ImpactRecord.objects.get()
    assert (row.loss, row.shock, row.village, row.household, row.recovered_on) == (660_000, shock, city.villages[0], home, None)
    assert record_impact(said(home), by=BY, today=TODAY) == Recorded(unchanged=1)
    assert Event.objects.filter(ledger="impact.impactrecord").count() == 1


def test_said_again_with_other_numbers_the_row_changes(city):
    home = make_household(city.villages[0])
    record_impact(said(home), by=BY, today=TODAY)
    assert record_impact(replace(said(home), now=500_000, recovered_on=TODAY), by=BY, today=TODAY) == Recorded(changed=1)
    row = ImpactRecord.objects.get()
    assert (row.now, row.loss, row.recovered_on, row.version) == (500_000, 400_000, TODAY, 2)


def test_same_source_may_have_two_causes(city):
    home = make_household(city.villages[0])
    done = record_impacts([said(home), said(home, cause="income")], by=BY, today=TODAY)
    assert done == Recorded(created=2)


def test_shock_that_lies_elsewhere_or_was_over_is_not_the_cause(city):
    home = make_household(city.villages[0])
    make_shock(city.at("440514"))
    make_shock(city.city, ends_on=D(2020, 2, 1))
    record_impact(said(home), by=BY, today=TODAY)
    assert ImpactRecord.objects.get().shock is None


def test_impact_of_a_project_lies_at_its_region(city):
    item = Impact("stopped", "projects.project", "7", D(2020, 2, 10), region=city.towns[0], subject_kind="project", loss=100)
    record_impact(item, by=BY, today=TODAY)
    row = ImpactRecord.objects.get()
    assert (row.household, row.town, row.village, row.loss) == (None, city.towns[0], None, 100)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"now": 950_000}, "不构成损失"), ({"began_on": D(2020, 2, 18)}, "晚于今天"), ({"loss": -1, "now": None}, "不构成损失")],
)
def test_impossible_impact_is_refused_in_words_and_nothing_is_written(city, change, words):
    home = make_household(city.villages[0])
    with pytest.raises(Refused, match=words):
        record_impacts([said(home, 1), said(home, 2, **change)], by=BY, today=TODAY)
    assert not ImpactRecord.objects.exists()


@pytest.mark.parametrize("change", [{"cause": "bad"}, {"subject_kind": "bad"}, {"household_id": None}])
def test_unknown_code_or_no_place_is_an_error(city, change):
    with pytest.raises(ValueError, match=r"unknown|neither"):
        record_impact(said(make_household(city.villages[0]), **change), by=BY, today=TODAY)


def test_key_said_twice_is_an_error(city):
    home = make_household(city.villages[0])
    with pytest.raises(ValueError, match="twice"):
        record_impacts([said(home), said(home)], by=BY, today=TODAY)


def test_impacts_of_a_source_end_together_once(city):
    home = make_household(city.villages[0])
    record_impacts([said(home, 1), said(home, 1, cause="income"), said(home, 2)], by=BY, today=TODAY)
    assert end_impacts("produce.lot", ["1"], recovered_on=TODAY, by=BY, today=TODAY) == 2
    assert end_impacts("produce.lot", ["1"], recovered_on=TODAY, by=BY, today=TODAY) == 0
    assert ImpactRecord.objects.filter(recovered_on=None).count() == 1


def test_queries_do_not_grow_with_the_number(city):
    home = make_household(city.villages[0])
    counts = []
    for numbers in (range(2), range(2, 152)):
        for now in (240_000, 0):
            with CaptureQueriesContext(connection) as captured:
                record_impacts([said(home, n, now=now) for n in numbers], by=BY, today=TODAY)
            counts.append(len(captured))
    assert max(counts[2:]) <= max(counts[:2]) + 4, counts  # SQLite takes a large update in pieces
    assert ImpactRecord.objects.filter(now=0, loss=900_000).count() == 152
