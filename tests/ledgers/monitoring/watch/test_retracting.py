"""A withdrawn file goes with all its effects: leads and cases that rested on it, unless somebody has begun to check."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.models import Event
from shouwang.ledgers.exchange.models import Delivery
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase
from tests.factories.accounts import make_office
from tests.factories.exchange import make_agreement, make_delivery
from tests.ledgers.monitoring.watch.conftest import Watch, feed, swept

pytestmark = pytest.mark.django_db
FEED = "medical_settlement"


@pytest.fixture
def sent(watch: Watch, lake: Path) -> Delivery:
    """January's settlements: a stay of 20,000 yuan in the well-to-do household."""
    bureau = make_office(
        "440513-ybj", "潮阳区医疗保障局", watch.city.at("440513"), Office.Kind.DEPARTMENT, watch.city.offices["440513-fpb"]
    )
    made = make_delivery(make_agreement(watch.city.at("440513"), bureau, FEED), name="一月.csv")
    write(lake, watch, 2_000_000)
    return made


def write(lake: Path, watch: Watch, own: int) -> None:
    row: dict[str, Any] = {"person": None, "household": watch.well.lake_key, "day": dt.date(2020, 1, 15), "kind": "inpatient"}
    feed(lake, FEED, [{**row, "total_fen": own, "insured_fen": own, "own_fen": own}])


def take_back(lake: Path, sent: Delivery) -> None:
    shutil.rmtree(lake / "feeds" / FEED)
    sent.state = "withdrawn"
    sent.save()


def states() -> list[tuple[str, str]]:
    return list(Lead.objects.order_by("pk").values_list("rule", "state"))


BOTH = [("income_below_line", "open"), ("illness_single_stay", "open")]


def test_leads_and_cases_of_a_withdrawn_file_go_with_it_and_come_back_with_the_next(watch: Watch, lake: Path, sent: Delivery) -> None:
    by = watch.by(watch.author)
    assert "retracted" not in swept(by).counts
    assert sorted(states()) == sorted(BOTH)
    take_back(lake, sent)
    assert swept(by).counts["retracted"] == 1
    assert sorted(states()) == [("illness_single_stay", "withdrawn"), ("income_below_line", "open")]
    case = MonitoringCase.objects.get(household=watch.well)
    assert (case.state, MonitoringCase.objects.get(household=watch.poor).state) == ("withdrawn", "reported")
    reasons = Event.objects.filter(verb__in=("monitoring.lead.withdraw", "monitoring.case.withdraw")).values_list("reason", flat=True)
    assert set(reasons) == {"依据的医保结算 2020-01（一月.csv）已由报送部门撤回，重新筛查不再命中"} and len(reasons) == 2
    assert "retracted" not in swept(by).counts
    write(lake, watch, 2_000_000)
    assert swept(by).counts["recorded"] == 1
    assert sorted(states())[:2] == [("illness_single_stay", "open"), ("illness_single_stay", "withdrawn")]


def test_what_another_file_still_says_stays(watch: Watch, lake: Path, sent: Delivery) -> None:
    by = watch.by(watch.author)
    swept(by)
    take_back(lake, sent)
    write(lake, watch, 1_500_000)
    assert "retracted" not in swept(by).counts
    assert sorted(states()) == sorted(BOTH)


def test_a_case_somebody_has_begun_stays_for_a_person_to_decide(watch: Watch, lake: Path, sent: Delivery) -> None:
    by = watch.by(watch.author)
    swept(by)
    MonitoringCase.objects.filter(household=watch.well).update(state="verified")
    take_back(lake, sent)
    assert "retracted" not in swept(by).counts
    assert sorted(states()) == sorted(BOTH)


def test_a_lead_that_is_gone_for_another_cause_stays(watch: Watch, lake: Path, sent: Delivery) -> None:
    """Nobody has withdrawn anything: the months have passed, and the household is still to be visited."""
    assert sent.state == "done"
    swept(watch.by(watch.author))
    shutil.rmtree(lake / "feeds" / FEED)
    assert "retracted" not in swept(watch.by(watch.author)).counts
    assert sorted(states()) == sorted(BOTH)
