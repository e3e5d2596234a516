"""The labour ledger: taken from the registry, surveyed, worked, trained."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import figures, queries
from shouwang.ledgers.employment.actions import labour
from shouwang.ledgers.employment.models import Worker, WorkRecord
from tests.factories.employment import TODAY, add_record, make_worker
from tests.factories.registry import add_member, add_status, make_household

BY = Scope.system("核验")
DAY = dt.timedelta(1)
FIGURES = {f.code: f for f in figures.FIGURES}
WORK = {
    "planned": False,
    "started_on": dt.date(2020, 1, 6),
    "ended_on": None,
    "place": "东莞市长安镇",
    "employer": "某电子厂",
    "industry": "electronics",
    "monthly_income": 420_000,
    "channel": "friends",
    "contract": "under_1",
    "point_to_point": False,
}


def test_members_able_to_work_of_households_on_file_are_enrolled_once(village):
    home = make_household(village)
    add_member(home)
    add_member(home, relation="son", birth_date=dt.date(2008, 1, 1))
    add_member(home, relation="daughter", birth_date=dt.date(2003, 1, 1), school_status="senior")
    add_member(home, relation="mother", labour="none")
    add_status(home)
    add_member(make_household(village))  # an ordinary household
    assert labour.enrol(by=BY, today=TODAY) == 1
    assert labour.enrol(by=BY, today=TODAY) == 0
    assert Worker.objects.get().status == "unsurveyed"


def test_survey_sets_what_was_said_and_who_asked(village):
    worker = make_worker(village)
    labour.log_call(worker, "no_answer", by=BY, today=TODAY)
    done = labour.survey(worker, {"status": "out_city", "place": "东莞长安", "wage": 450_000}, by=BY, today=TODAY)
    assert (done.status, done.place_code, done.place_name, done.place_detail) == ("out_city", "441900", "广东省东莞市", "长安")
    assert (done.wage, done.surveyed_on, done.surveyed_by, done.tries) == (450_000, TODAY, "核验", 0)
    assert Event.objects.filter(verb="employment.worker.survey", record_id=str(worker.pk)).count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"status": "wants"}, "reason"),
        ({"status": "cannot", "reason": ""}, "reason"),
        ({"status": "out_city", "place": ""}, "place"),
        ({"status": "out_province", "place": "东莞"}, "place"),
        ({"status": "unsurveyed"}, "status"),
    ],
)
def test_survey_that_contradicts_itself_is_refused(village, said, field):
    worker = make_worker(village)
    with pytest.raises(Refused) as no:
        labour.survey(worker, said, by=BY, today=TODAY)
    assert no.value.field == field
    worker.refresh_from_db()
    assert worker.status == "unsurveyed"


def test_out_of_work_without_a_reason_cannot_be_stored(village):
    worker = make_worker(village)
    with pytest.raises(IntegrityError), transaction.atomic():
        Worker.objects.filter(pk=worker.pk).update(status="cannot", surveyed_on=TODAY)


def test_unchanged_survey_moves_the_day_only(village):
    worker = make_worker(village, status="wants", surveyed_on=TODAY - dt.timedelta(40))
    done = labour.confirm(worker, by=BY, today=TODAY)
    assert (done.status, done.reason, done.surveyed_on) == ("wants", "not_restarted", TODAY)


def test_unchanged_survey_of_somebody_never_asked_is_refused(village):
    with pytest.raises(Refused, match="没有摸底过"):
        labour.confirm(make_worker(village), by=BY, today=TODAY)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"birth_date": dt.date(2004, 2, 18)}, "未满 16 周岁"),
        ({"birth_date": dt.date(2003, 1, 1), "school_status": "senior"}, "在校生"),
        ({"left_on": dt.date(2020, 1, 1)}, "已于 2020-01-01 减少"),
    ],
)
def test_who_may_not_work_is_refused_everywhere(village, member, words):
    worker = make_worker(village, **member)
    for act in (
        lambda: labour.survey(worker, {"status": "in_county"}, by=BY, today=TODAY),
        lambda: labour.record_work(worker, WORK, by=BY, today=TODAY),
        lambda: labour.record_training(worker, {"started_on": TODAY, "days": 3, "skill": "sewing"}, by=BY, today=TODAY),
    ):
        with pytest.raises(Refused, match=words):
            act()


def test_sixteenth_birthday_may_work(village):
    worker = make_worker(village, birth_date=dt.date(2004, 2, 17))
    assert labour.survey(worker, {"status": "in_county"}, by=BY, today=TODAY).status == "in_county"


def test_work_that_goes_on_is_the_survey_too(village):
    worker = make_worker(village)
    labour.record_work(worker, WORK, by=BY, today=TODAY)
    worker.refresh_from_db()
    assert (worker.status, worker.place_code, worker.wage, worker.surveyed_on) == ("out_city", "441900", 420_000, TODAY)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ended_on": dt.date(2020, 1, 6)}, "ended_on"),
        ({"started_on": dt.date(2020, 3, 1)}, "started_on"),
        ({"planned": True}, "started_on"),
        ({"ended_on": dt.date(2020, 2, 18)}, "ended_on"),
        ({"monthly_income": 9_999}, "monthly_income"),
        ({"monthly_income": 3_000_001}, "monthly_income"),
        ({"place": "深圳市"}, "place"),
    ],
)
def test_work_record_with_impossible_values_is_refused(village, change, field):
    worker = make_worker(village)
    with pytest.raises(Refused) as no:
        labour.record_work(worker, WORK | change, by=BY, today=TODAY)
    assert no.value.field == field
    assert not WorkRecord.objects.exists()


def test_overlapping_work_record_is_refused_and_names_the_other(village):
    worker = make_worker(village)
    add_record(worker, started_on=dt.date(2019, 3, 1))
    with pytest.raises(Refused, match="2019-03-01 ～ 至今 东莞市长安某电子厂"):
        labour.record_work(worker, WORK, by=BY, today=TODAY)


def test_work_begins_on_the_day_the_last_ended(village):
    worker = make_worker(village)
    labour.end_work(add_record(worker), dt.date(2020, 1, 6), reason="合同到期", by=BY, today=TODAY)
    assert labour.record_work(worker, WORK, by=BY, today=TODAY).pk


@given(a=st.integers(0, 40), n=st.integers(1, 20), b=st.integers(0, 40), m=st.integers(1, 20), open_end=st.booleans())
def test_overlap_is_a_shared_day(a, n, b, m, open_end):
    base = dt.date(2020, 1, 1)
    start, end = base + dt.timedelta(a), base + dt.timedelta(a + n)
    other = WorkRecord(started_on=base + dt.timedelta(b), ended_on=None if open_end else base + dt.timedelta(b + m))
    shared = {base + dt.timedelta(d) for d in range(a, a + n)} & {base + dt.timedelta(d) for d in range(b, 200 if open_end else b + m)}
    assert labour.overlaps(other, start, end) is bool(shared)


@pytest.mark.parametrize(("day", "words"), [(dt.date(2019, 3, 1), "须晚于上岗日期"), (dt.date(2020, 2, 18), "晚于今天")])
def test_leaving_on_an_impossible_day_is_refused(village, day, words):
    with pytest.raises(Refused, match=words):
        labour.end_work(add_record(make_worker(village)), day, reason="离岗", by=BY, today=TODAY)


def test_training_teaches_a_skill_where_none_was_known(village):
    worker = make_worker(village)
    said = {"subject": "缝纫", "skill": "sewing", "started_on": TODAY, "days": 5, "organiser": "区人社局", "certificate": ""}
    labour.record_training(worker, said, by=BY, today=TODAY)
    worker.refresh_from_db()
    assert worker.skill == "sewing"
    with pytest.raises(Refused, match="培训天数 367"):
        labour.record_training(worker, said | {"days": 367}, by=BY, today=TODAY)


def test_next_to_call_leaves_out_who_was_surveyed_or_tried_today(village):
    surveyed = make_worker(village, status="in_county")
    tried, skipped, waiting = (make_worker(village) for _ in range(3))
    labour.log_call(tried, "no_answer", by=BY, today=TODAY)
    assert queries.next_to_call(BY, TODAY) == skipped
    assert queries.next_to_call(BY, TODAY, after=skipped.pk) == waiting
    assert queries.left_to_call(BY, TODAY) == 3
    assert surveyed.pk not in {w.pk for w in (skipped, waiting)}
    assert queries.next_to_call(BY, TODAY + dt.timedelta(1), after=skipped.pk) == waiting


def test_who_goes_back_to_school_falls_off_the_figures(village):
    worker = make_worker(village, status="in_county")
    assert queries.in_force(Worker.objects.all(), TODAY).count() == 1
    worker.member.school_status = "senior"
    worker.member.save()
    assert queries.in_force(Worker.objects.all(), TODAY).count() == 0


def test_who_left_work_is_asked_again_and_counted_as_at_work_no_longer(village):
    def at_work():
        return FIGURES["employment.at_work"].rows(TODAY).count()

    worker = make_worker(village, status="out_city", place_code="441900", place_name="东莞市", wage=420_000, surveyed_on=TODAY - 9 * DAY)
    record = add_record(worker)
    assert at_work() == 1
    labour.end_work(record, TODAY - DAY, reason="企业裁员", by=BY, today=TODAY)
    worker.refresh_from_db()
    assert (worker.status, worker.surveyed_on, worker.wage, worker.place_name, at_work()) == ("unsurveyed", None, None, "", 0)
    assert queries.next_to_call(BY, TODAY) is not None


@pytest.mark.parametrize(("status", "day"), [("wants", TODAY - 9 * DAY), ("out_city", TODAY)])
def test_what_a_survey_after_the_last_day_says_stands(village, status, day):
    worker = make_worker(village, status=status, surveyed_on=day, reason="no_post" if status == "wants" else "")
    labour.end_work(add_record(worker), TODAY - DAY, reason="核实", by=BY, today=TODAY)
    worker.refresh_from_db()
    assert (worker.status, worker.surveyed_on) == (status, day)
