"""Figures: live and frozen values, rounding, no data, drill-down, trend."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel import figures
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.figures import Figure, Value
from shouwang.kernel.models import FigureSnapshot
from shouwang.kernel.regions.models import Region
from shouwang.kernel.worklist.models import WorkItem
from tests.factories.accounts import City, make_region, make_user, scope, small_city
from tests.factories.moments import at

DAY = dt.date(2020, 2, 19)
CUT_OFF = at("2020-02-19 17:00")


def items(day: dt.date):
    return WorkItem.objects.filter(assigned_at__date__lte=day)


def done(day: dt.date):
    return items(day).filter(state="done")


COUNTED = Figure("t.items", "事项数", "项", "截至当日交办的事项。", items)
SUMMED = Figure("t.amount", "金额", "元", "层次之和。", items, measure="stage", scale=100, decimals=2)
RATE = Figure("t.rate", "办结率", "%", "已办÷交办。", done, denominator="t.items", decimals=2)
MEAN = Figure("t.mean", "每项金额", "元", "金额÷事项。", items, measure="stage", denominator="t.items", scale=100, decimals=2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setattr(figures, "_installed", {})
    figures.install([COUNTED, SUMMED, RATE, MEAN])


@pytest.fixture
def city():
    return small_city()


def item(city: City, code: str, *, day: dt.date = DAY, stage: int = 0, state: str = "open") -> WorkItem:
    """One row placed in the region, dated `day`."""
    row = WorkItem(
        ledger="t", record_id=str(WorkItem.objects.count()), kind="t", title="t", action="t", url="/", office=city.offices["4405-fpb"],
        stage=stage, state=state, assigned_at=timezone.make_aware(dt.datetime.combine(day, dt.time(9))),
    )  # fmt: skip
    row.put_in(city.at(code))
    row.save()
    return row


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(4086, 4291, "95.22"), (1, 3, "33.33"), (2, 3, "66.67"), (1, 1600, "0.06"), (1, 800, "0.13"), (0, 5, "0.00"), (5, 5, "100.00")],
)
def test_a_rate_is_rounded_half_up_from_unrounded_parts(numerator, denominator, shown):
    assert Value(RATE, numerator, denominator).plain == shown


def test_published_rates_of_the_handbook_come_out_of_the_counts():
    """domain.md §6: the rectification table of 2020-05-31."""
    assert [Value(RATE, n, d).plain for n, d in ((1183, 1333), (3668, 4383))] == ["88.75", "83.69"]


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_rate_never_leaves_its_true_value_by_more_than_half_a_digit(numerator, denominator):
    number = Value(RATE, numerator, denominator).number
    assert number is not None
    assert abs(number * denominator - 100 * Decimal(numerator)) <= Decimal("0.005") * denominator


@pytest.mark.parametrize("value", [Value(RATE, 0, 0), Value(RATE, 3, None), Value(SUMMED, None), Value(RATE, None, 4)])
def test_no_data_is_not_zero(value):
    assert (value.number, value.text, value.plain) == (None, "--", "--")


def test_a_count_of_nothing_is_zero_and_thousands_are_separated_on_screen_only():
    assert Value(COUNTED, 0).text == "0"
    big = Value(SUMMED, 123456789)
    assert (big.text, big.plain) == ("1,234,567.89", "1234567.89")


def test_a_code_is_defined_once():
    with pytest.raises(ValueError, match=r"t\.items is defined twice"):
        figures.install([COUNTED, COUNTED])


def test_sums_and_ratios_of_sums_say_no_data_where_there_is_none(city):
    here = city.at("440513").place
    assert [figures.value(f, DAY, place=here).text for f in (COUNTED, SUMMED, RATE, MEAN)] == ["0", "--", "--", "--"]
    item(city, "440513", stage=1)
    item(city, "440513", stage=2, state="done")
    assert [figures.value(f, DAY, place=here).text for f in (COUNTED, SUMMED, RATE, MEAN)] == ["2", "0.03", "50.00", "0.02"]


def test_parts_of_a_breakdown_add_up_to_the_whole(city):
    for code in ("440513100001", "440513100002", "440513101201", "440514101201"):
        item(city, code, stage=2)
    for level, parts in ((3, 2), (4, 3), (5, 4)):
        for figure in (COUNTED, SUMMED):
            found = figures.breakdown(figure, DAY, place=city.city.place, level=level)
            assert len(found) == parts
            assert sum(v.numerator or 0 for v in found.values()) == figures.value(figure, DAY, place=city.city.place).numerator
    inside = figures.breakdown(COUNTED, DAY, place=city.at("440513").place, level=4)
    assert {k: v.numerator for k, v in inside.items()} == {city.at("440513100").pk: 2, city.at("440513101").pk: 1}


def test_a_breakdown_of_a_rate_has_the_places_with_a_denominator_only(city):
    item(city, "440513100001")
    item(city, "440513100001", state="done")
    item(city, "440514101201")
    found = figures.breakdown(RATE, DAY, place=city.city.place, level=3)
    assert {k: v.plain for k, v in found.items()} == {city.at("440513").pk: "50.00", city.at("440514").pk: "0.00"}


def test_the_drill_down_shows_exactly_the_rows_counted(city):
    mine = {item(city, "440513100001").pk, item(city, "440513101201").pk}
    item(city, "440514101201")
    item(city, "440513100001", day=DAY + dt.timedelta(1))
    rows = figures.rows_of(COUNTED, DAY, place=city.at("440513").place)
    assert {r.pk for r in rows} == mine
    assert figures.value(COUNTED, DAY, place=city.at("440513").place).numerator == len(mine)


def test_a_late_entry_with_an_earlier_business_date_leaves_the_frozen_value_and_rows_alone(city):
    kept = [item(city, "440513100001").pk, item(city, "4405").pk, item(city, "440513").pk]
    figures.freeze(["t.items"], CUT_OFF, city=city.city, keep_rows=True)
    late = item(city, "440513100002", day=DAY - dt.timedelta(3))
    place = city.city.place
    assert figures.value(COUNTED, DAY, place=place).numerator == 4
    assert figures.frozen(COUNTED, CUT_OFF, [place.id])[place.id].numerator == 3
    assert figures.frozen_rows(COUNTED, CUT_OFF, place) == sorted(kept)
    next_day = CUT_OFF + dt.timedelta(days=1)
    figures.freeze(["t.items"], next_day, city=city.city, keep_rows=True)
    assert figures.frozen(COUNTED, next_day, [place.id])[place.id].numerator == 4
    assert late.pk in (figures.frozen_rows(COUNTED, next_day, place) or [])


def test_frozen_rows_are_those_of_the_frozen_value_at_every_level(city):
    for code in ("4405", "440513", "440513100", "440513100001", "440513101201", "440514101201"):
        item(city, code)
    figures.freeze(["t.items"], CUT_OFF, city=city.city, keep_rows=True)
    for region in (city.city, *city.counties, *city.towns):
        value = figures.frozen(COUNTED, CUT_OFF, [region.pk])[region.pk]
        assert len(figures.frozen_rows(COUNTED, CUT_OFF, region.place) or []) == value.numerator, region
    assert figures.frozen_rows(COUNTED, CUT_OFF, city.at("440513100001").place) is None


def test_a_place_without_rows_is_frozen_at_zero_and_a_late_entry_does_not_show(city):
    figures.freeze(["t.items", "t.amount", "t.rate"], CUT_OFF, city=city.city)
    item(city, "440514101201", stage=3)
    place = city.at("440514").place
    frozen = [figures.frozen(f, CUT_OFF, [place.id])[place.id] for f in (COUNTED, SUMMED, RATE)]
    assert [v.text for v in frozen] == ["0", "--", "--"]
    assert all(v.frozen_at for v in frozen)


def test_what_was_not_frozen_is_absent(city):
    figures.freeze(["t.items"], CUT_OFF, city=city.city)
    assert figures.frozen(COUNTED, CUT_OFF + dt.timedelta(seconds=1), [city.city.pk]) == {}
    assert figures.frozen_rows(COUNTED, CUT_OFF, city.city.place) is None
    younger = Figure("t.items", "事项数", "项", "另一口径。", items, version=2)
    assert figures.frozen(younger, CUT_OFF, [city.city.pk]) == {}


def test_freezing_again_writes_nothing(city):
    item(city, "440513100001")
    assert figures.freeze(["t.items"], CUT_OFF, city=city.city) == 7
    before = list(FigureSnapshot.objects.values_list("pk", "numerator", "frozen_at"))
    item(city, "440513100001")
    assert figures.freeze(["t.items"], CUT_OFF, city=city.city) == 0
    assert list(FigureSnapshot.objects.values_list("pk", "numerator", "frozen_at")) == before


def test_two_cities_are_frozen_apart(city):
    other = make_region("4401", "广州市", Region.CITY)
    item(city, "440513100001")
    figures.freeze(["t.items"], CUT_OFF, city=city.city)
    assert figures.freeze(["t.items"], CUT_OFF, city=other) == 1
    assert figures.frozen(COUNTED, CUT_OFF, [other.pk])[other.pk].numerator == 0


def test_another_worker_that_froze_in_the_meantime_is_left_as_it_stands(city, monkeypatch):
    def slow(day: dt.date):
        if not FigureSnapshot.objects.exists():  # the other worker finishes while this one counts
            monkeypatch.setattr(figures, "_installed", {"t.items": COUNTED})
            figures.freeze(["t.items"], CUT_OFF, city=city.city)
        return items(day)

    monkeypatch.setattr(figures, "_installed", {"t.items": Figure("t.items", "事项数", "项", "慢。", slow)})
    assert figures.freeze(["t.items"], CUT_OFF, city=city.city) == 0
    assert FigureSnapshot.objects.count() == 7


@given(st.sets(st.integers(1, 2**40), max_size=300))
def test_packed_ids_come_back_sorted(ids):
    assert figures.unpack(figures.pack(ids)) == sorted(ids)


def test_an_empty_blob_holds_no_ids():
    assert (figures.unpack(b""), figures.unpack(memoryview(figures.pack([])))) == ([], [])


def test_the_trend_takes_the_last_value_of_each_day_however_many_there_are(city):
    place = city.city.place
    for day in range(20):
        item(city, "440513100001", day=DAY + dt.timedelta(day))
        for hour in range(8, 16):
            figures.freeze(["t.items"], CUT_OFF.replace(hour=hour) + dt.timedelta(days=day), city=city.city)
    FigureSnapshot.objects.filter(cut_off__date=DAY + dt.timedelta(18)).delete()
    until = CUT_OFF + dt.timedelta(days=19)
    points = figures.series([COUNTED], place, until=until, points=14)["t.items"]
    assert [(d, v.numerator) for d, v in points] == [(DAY + dt.timedelta(n), n + 1) for n in range(6, 20) if n != 18]
    assert figures.series([COUNTED, RATE], place, until=CUT_OFF.replace(hour=7)) == {"t.items": [], "t.rate": []}


def test_a_place_outside_the_scope_is_not_shown(city):
    officer = make_user("d", city.offices["440513-fpb"], "office_clerk")
    own, other = city.at("440513100").place, city.at("440514").place
    assert figures.require_place(scope(officer), own) == own
    with pytest.raises(OutOfScope):
        figures.require_place(scope(officer), other)
    with pytest.raises(OutOfScope):
        figures.require_place(scope(officer), city.city.place)


def test_frozen_values_of_every_place_are_the_live_ones_and_days_share_what_is_the_same_query(city):
    for code, stage, state in (("440513100001", 3, "done"), ("440513100002", 4, "open"), ("440514101201", 5, "open")):
        item(city, code, stage=stage, state=state)
    cut_off, known = CUT_OFF, {}
    with CaptureQueriesContext(connection) as first:
        figures.freeze([f.code for f in (COUNTED, SUMMED, RATE, MEAN)], cut_off, city=city.city, measured=known)
    with CaptureQueriesContext(connection) as second:
        figures.freeze([f.code for f in (COUNTED, SUMMED, RATE, MEAN)], cut_off - dt.timedelta(hours=1), city=city.city, measured=known)
    grouped = [[q for q in c if "GROUP BY" in q["sql"]] for c in (first, second)]
    assert (len(grouped[0]), len(grouped[1])) == (3, 0)
    for figure in (COUNTED, SUMMED, RATE, MEAN):
        for region in (city.city, *city.counties, *city.towns):
            live = figures.value(figure, DAY, place=region.place)
            assert figures.frozen(figure, cut_off, [region.pk])[region.pk].number == live.number
