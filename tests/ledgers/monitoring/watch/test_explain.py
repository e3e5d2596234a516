"""A lead's page says why: words, values against thresholds, rows with masked names, what would have kept it silent."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import Lead
from shouwang.ledgers.monitoring.watch.explaining import explained
from tests.factories.accounts import grant, make_user, scope
from tests.ledgers.monitoring.watch.conftest import POOR, TODAY, Watch, feed, swept

pytestmark = pytest.mark.django_db


@pytest.fixture
def stay(watch: Watch, lake: Path) -> Lead:
    """A lead about a costly stay in hospital."""
    head = watch.well.members.get(relation="head")
    rows = [
        {"person": head.lake_key, "household": watch.well.lake_key, "day": dt.date(2020, 1, day), "kind": kind, "total_fen": own * 2, "insured_fen": own, "own_fen": own}
        for day, kind, own in ((8, "inpatient", 1_250_000), (20, "outpatient", 5_000))
    ]  # fmt: skip
    feed(lake, "medical_settlement", rows)
    swept(watch.by(watch.author))
    return Lead.objects.get(rule="illness_single_stay")


def test_words_value_threshold_rows_and_what_would_have_kept_it_silent(watch: Watch, stay: Lead) -> None:
    said = explained(stay, watch.by(watch.author), TODAY)
    assert said is not None and "住院" in said.words and "10,000 元" in said.words
    assert stay.department == "医疗保障"
    met = [c for c in said.compared if c.met and c.field == "inpatient_own_max_3m"]
    assert [c.value_words for c in met][:1] == ["12,500 元"]
    [source] = [s for s in said.sources if s.source == "医保结算"]
    assert source.rows == (("2020-01-08", "林**", "住院", "25,000", "12,500", "12,500"),)
    assert said.unless and "现为 12,500 元" in said.unless[0]


def test_who_does_not_see_health_sees_that_there_are_rows_and_none_of_them(watch: Watch, stay: Lead) -> None:
    user = make_user("narrow", watch.city.offices["440513-fpb"])
    grant(user, "office_clerk", watch.city.at("440513"), groups=["base", "case"])
    said = explained(stay, scope(user, TODAY), TODAY)
    assert said is not None
    [source] = [s for s in said.sources if s.source == "医保结算"]
    assert (source.rows, source.total, bool(source.hidden)) == ((), 1, True)
    blind = make_user("blind", watch.city.offices["440513-fpb"])
    grant(blind, "office_clerk", watch.city.at("440513"), groups=["base"])
    assert explained(stay, scope(blind, TODAY), TODAY) is None


def test_past_its_snapshot_a_lead_still_says_its_words_and_values(watch: Watch, stay: Lead, lake: Path) -> None:
    shutil.rmtree(lake / "snapshots")
    said = explained(stay, watch.by(watch.author), TODAY)
    assert said is not None and said.compared == () and "住院" in said.words
    assert ("近3个月单次住院个人自付（最高一次）", "12,500 元") in said.values


def test_a_lead_of_the_registry_alone_is_explained_too(watch: Watch) -> None:
    swept(watch.by(watch.author))
    said = explained(Lead.objects.get(household=watch.poor), Scope.system(), TODAY)
    assert said is not None
    assert [(c.words, c.value_words, c.met) for c in said.compared] == [
        ("监测对象：否", "否", True), ("人均年收入小于监测范围（5,000 元）", f"{POOR // 100:,} 元", True),
    ]  # fmt: skip
    assert said.unless == ("若人均年收入达到 5,000 元（现为 3,000 元），则不触发",) or "监测对象" in said.unless[0]
