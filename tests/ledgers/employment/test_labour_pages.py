"""Pages of workers, the workbook of surveys, and following the household."""

import datetime as dt

import pytest
from django.test import Client

from shouwang.kernel.columns.fields import Line
from shouwang.kernel.columns.sheet import Bundle, Context
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.shifts import HouseholdShift
from shouwang.ledgers.employment.following import on_household_change
from shouwang.ledgers.employment.intake import surveys
from shouwang.ledgers.employment.models import Worker
from tests.factories.accounts import make_user, sign_in
from tests.factories.employment import TODAY, add_record, add_training, make_worker
from tests.factories.registry import make_household

BY = Scope.system("核验")


@pytest.fixture
def client(city):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    office = city.offices["440513100-zf"]
    return sign_in(Client(), make_user("clerk", office, "town_clerk"))


def test_survey_is_saved_and_leads_to_the_next_person(client, village):
    first, second = make_worker(village, phone="13700137000"), make_worker(village)
    page = client.get("/employment/next/", follow=True)
    assert page.redirect_chain == [(f"/employment/workers/{first.pk}/survey/", 302)]
    text = page.content.decode()
    assert "137****7000" in text
    assert "13700137000" not in text
    answer = client.post(f"/employment/workers/{first.pk}/survey/", {"status": "wants", "reason": "no_transport", "next": "1"})
    assert answer.status_code == 302
    assert client.get(answer["Location"])["Location"] == f"/employment/workers/{second.pk}/survey/"
    first.refresh_from_db()
    assert (first.status, first.reason) == ("wants", "no_transport")


def test_who_surveys_may_have_the_telephone_and_who_only_reads_may_not(city, client, village):
    worker = make_worker(village, phone="13700137000")
    whole = f"/registry/reveal/member/{worker.member_id}/phone/"
    officer = sign_in(Client(), make_user("village", city.offices[f"{village.code}-cwh"], "village_officer"))
    reader = sign_in(Client(), make_user("reader", city.offices["4405-nyj"], "department_clerk"))
    assert whole in officer.get(f"/employment/workers/{worker.pk}/survey/").content.decode()
    shown = [whole in c.get(f"/employment/workers/{worker.pk}/").content.decode() for c in (client, officer, reader)]
    assert shown == [True, True, False]


def test_survey_form_has_at_most_seven_fields(client, village):
    worker = make_worker(village)
    form = client.get(f"/employment/workers/{worker.pk}/survey/").context["form"]
    assert len(form.fields) == 7


def test_contradiction_is_shown_at_its_field(client, village):
    worker = make_worker(village)
    page = client.post(f"/employment/workers/{worker.pk}/survey/", {"status": "out_province", "place": "东莞"})
    assert page.status_code == 422
    assert "属省内市外务工" in page.content.decode()


def test_call_that_reached_nobody_goes_on(client, village):
    worker = make_worker(village)
    answer = client.post(f"/employment/workers/{worker.pk}/call/", {"outcome": "wrong_number", "next": "1"})
    assert answer["Location"] == f"/employment/next/?after={worker.pk}"
    assert Worker.objects.get().tried_outcome == "wrong_number"


def test_worker_page_shows_work_and_training(client, village):
    worker = make_worker(village, status="out_city")
    add_record(worker)
    add_training(worker)
    text = client.get(f"/employment/workers/{worker.pk}/").content.decode()
    for words in ("东莞市长安某电子厂", "缝纫技能培训", "省内市外务工"):
        assert words in text


def test_work_is_recorded_and_ended_from_the_page(client, village):
    worker = make_worker(village)
    form = {
        "started_on": "2020-02-03",
        "place": "汕头市澄海区",
        "employer": "某玩具厂",
        "industry": "toys",
        "monthly_income": "3500",
        "channel": "company",
        "contract": "none",
    }
    assert client.post(f"/employment/workers/{worker.pk}/work/", form).status_code == 302
    row = worker.records.get()
    assert (row.monthly_income, row.place_code) == (350_000, "440515")
    client.post(f"/employment/records/{row.pk}/end/", {"ended_on": "2020-02-10", "reason": "回家"})
    row.refresh_from_db()
    assert row.ended_on == dt.date(2020, 2, 10)


def bundle(**values):
    return Bundle(values["code"], [Line(2, values)])


def judged(*bundles):
    return surveys.judge(bundles, Context(BY, TODAY, frozenset({"code", "status"})))


def test_workbook_row_is_judged_written_and_withdrawn(village):
    worker = make_worker(village, status="in_county", surveyed_on=dt.date(2020, 1, 5))
    (plan,) = judged(bundle(code=worker.member.code, status="wants", reason="not_restarted"))
    assert (plan.verdicts, plan.changes[2]) == ({2: "update"}, ["就业状况", "未就业原因"])
    (done,) = surveys.write([plan], Context(BY, TODAY, frozenset()))
    worker.refresh_from_db()
    assert (worker.status, worker.surveyed_on) == ("wants", TODAY)
    assert surveys.withdraw([done], Context(BY, TODAY, frozenset())) == {done.key: ""}
    worker.refresh_from_db()
    assert (worker.status, worker.reason, worker.surveyed_on) == ("in_county", "", dt.date(2020, 1, 5))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "M404"}, "人编号"),
        ({"status": "wants"}, "未就业原因"),
        ({"status": "out_city", "place": "某某"}, "务工地"),
        ({"name": "别的人", "status": "in_county"}, "姓名"),
    ],
)
def test_workbook_row_that_cannot_be_taken_names_the_field(village, values, field):
    worker = make_worker(village)
    (plan,) = judged(bundle(**{"code": worker.member.code, **values}))
    assert [e.field for e in plan.bundle.lines[0].errors] == [field]
    assert plan.verdicts == {2: "error"}


def test_judging_changes_nothing(village):
    worker = make_worker(village)
    judged(bundle(code=worker.member.code, status="in_county"))
    worker.refresh_from_db()
    assert worker.status == "unsurveyed"


def test_rows_of_a_person_go_over_with_the_person(village, city):
    worker = make_worker(village, status="out_city")
    record, training = add_record(worker), add_training(worker)
    other = make_household(city.at("440514103201"))
    shift = HouseholdShift("transferred", worker.household_id, other.pk, (worker.member_id,), 1, TODAY)
    on_household_change(shift)
    for row in (worker, record, training):
        row.refresh_from_db()
        assert (row.household_id, row.village_id) == (other.pk, other.village_id)
