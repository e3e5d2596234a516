"""Surveys, recovery, measures that fit, and how all of it follows a household."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel import figures
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.shifts import HouseholdShift
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.impact import fitting, level_actions, survey_actions
from shouwang.ledgers.impact.following import on_household_change
from shouwang.ledgers.impact.models import CaseReport, EpidemicRiskLevel, FittedMeasure, ImpactRecord, ImpactSurvey
from shouwang.ledgers.impact.queries import level_on, open_impacts
from tests.factories.accounts import grant, make_user, scope
from tests.factories.impact import TODAY, add_impact, add_measure, add_survey, make_cases, make_level, make_shock
from tests.factories.moments import at
from tests.factories.registry import add_member, add_status, make_household

BY = Scope.system("核验")
D = dt.date
SAID = {"surveyed_on": TODAY, "means": "phone", "causes": [], "expected": None, "now": None, "recovery_on": None, "note": ""}


def asked(home, *, today=TODAY, **kw):
    return survey_actions.record_survey(home, {**SAID, **kw}, by=BY, today=today)


def test_survey_without_causes_says_not_affected(city):
    make_shock(city.city)
    assert asked(make_household(city.villages[0])).affected is False
    assert not ImpactRecord.objects.exists()


def test_causes_become_impacts_and_incomes_their_loss(city):
    make_shock(city.city)
    asked(make_household(city.villages[0]), causes=["work_blocked"], expected=300_000, now=120_000)
    rows = {r.cause: (r.loss, r.period) for r in ImpactRecord.objects.all()}
    assert rows == {"work_blocked": (None, "once"), "income": (180_000, "month")}


def test_asked_again_what_is_no_longer_said_ends_and_what_is_keeps_its_beginning(city):
    make_shock(city.city)
    home = make_household(city.villages[0])
    asked(home, surveyed_on=D(2020, 2, 10), causes=["work_blocked", "unsold"])
    asked(home, causes=["unsold"])
    rows = {r.cause: (r.began_on, r.recovered_on) for r in ImpactRecord.objects.all()}
    assert rows == {"work_blocked": (D(2020, 2, 10), TODAY), "unsold": (D(2020, 2, 10), None)}
    assert ImpactSurvey.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"surveyed_on": D(2020, 2, 18)}, "晚于今天"),
        ({"surveyed_on": D(2020, 1, 1)}, "没有登记"),
        ({"expected": 1, "now": 2}, "不构成损失"),
    ],
)
def test_bad_survey_is_refused_in_words_and_nothing_is_written(city, change, words):
    make_shock(city.city)
    with pytest.raises(Refused, match=words):
        asked(make_household(city.villages[0]), **change)
    assert not ImpactSurvey.objects.exists()


def test_survey_at_home_waits_for_a_level_that_allows_it(city):
    make_shock(city.city)
    home = make_household(city.villages[0])
    with pytest.raises(Refused, match="2020-02-10 当地没有公布风险等级，不能以“入户”方式排查，可以用：电话、微信（视频）"):
        asked(home, means="home", surveyed_on=D(2020, 2, 10))
    make_level(city.counties[0], "high")
    with pytest.raises(Refused, match="2020-02-17 当地高风险，不能以“入户”"):
        asked(home, means="home", surveyed_on=TODAY)
    make_level(city.counties[0], "low", from_on=D(2020, 2, 18))
    asked(home, means="home", surveyed_on=D(2020, 2, 18), today=D(2020, 2, 18))
    assert ImpactSurvey.objects.count() == 1


def test_coverage_counts_households_on_file_once(city):
    shock, homes = make_shock(city.city), [make_household(city.villages[0]) for _ in range(3)]
    for home in homes[:2]:
        add_status(home)
    add_survey(homes[0], shock)
    add_survey(homes[0], shock)
    add_survey(homes[2], shock)  # an ordinary household
    value = figures.value(figures.get("impact.survey_share"), TODAY, place=city.city.place)
    assert (value.numerator, value.denominator, value.text) == (1, 2, "50.0")


def test_impact_of_another_ledger_is_not_ended_here(city):
    row = add_impact(make_household(city.villages[0]), source_ledger="credit.loan")
    with pytest.raises(Refused, match="其他台账"):
        survey_actions.recover(row, TODAY, by=BY, today=TODAY)


def test_recovery_before_the_beginning_is_refused(city):
    row = add_impact(make_household(city.villages[0]), source_ledger="impact.survey")
    with pytest.raises(Refused, match="恢复日期须在"):
        survey_actions.recover(row, D(2020, 2, 1), by=BY, today=TODAY)
    assert survey_actions.recover(row, TODAY, by=BY, today=TODAY).recovered_on == TODAY


def test_compensation_is_for_wildlife_and_names_its_amount(city):
    home = make_household(city.villages[0])
    with pytest.raises(Refused, match="只有"):
        survey_actions.compensate(add_impact(home), "applied", None, by=BY, today=TODAY)
    farm = add_impact(home, "wildlife")
    with pytest.raises(Refused, match="补偿金额"):
        survey_actions.compensate(farm, "paid", None, by=BY, today=TODAY)
    assert survey_actions.compensate(farm, "paid", 500_000, by=BY, today=TODAY).compensated == 500_000


@pytest.mark.parametrize(
    ("causes", "able", "level", "codes"),
    [
        (["work_blocked"], {"labour"}, "low", ["batch_return", "nearby_post", "workshop", "public_post", "work_relief"]),
        (["work_blocked"], {"labour"}, "high", ["nearby_post", "workshop", "public_post"]),
        (["work_blocked"], {"no_labour"}, "low", []),
        (["stopped"], {"no_labour"}, "", ["prepare"]),
        (["stopped"], {"no_labour"}, "medium", ["restart"]),
        (["loan"], {"labour"}, "high", ["defer_loan"]),
        (["income"], {"no_labour", "land"}, "low", ["spring_inputs", "watch", "no_labour_cover"]),
        ([], {"labour"}, "low", []),
    ],
)
def test_measures_fit_causes_abilities_and_level(causes, able, level, codes):
    found = fitting.fitting(causes, able, level, TODAY)
    assert [s.code for s in found] == codes
    assert all(s.clause and "汕农扶组〔2020〕3号" in s.source for s in found)


def test_no_measure_before_the_notice():
    assert fitting.fitting(["loan"], {"labour"}, "", D(2020, 2, 13)) == []


def test_one_tap_makes_a_task_of_the_village_and_finishing_ends_it(city):
    home = make_household(city.villages[0])
    add_member(home)
    add_impact(home)
    make_level(city.counties[0])
    chosen = fitting.suggestions(home, list(open_impacts([home.pk], TODAY)), TODAY)[0]
    row = survey_actions.take_measure(home, chosen, by=BY, today=TODAY, now=at("2020-02-17 09:00"))
    item = WorkItem.objects.get(kind="impact.measure")
    assert (item.office.region, row.due_on) == (city.villages[0], D(2020, 3, 2))
    again = fitting.suggestions(home, list(open_impacts([home.pk], TODAY)), TODAY)[0]
    with pytest.raises(Refused, match="已在落实中"):
        survey_actions.take_measure(home, again, by=BY, today=TODAY, now=at("2020-02-17 09:00"))
    with pytest.raises(Refused, match="落实情况"):
        survey_actions.move_measure(row, "finish", " ", by=BY, today=TODAY)
    done = survey_actions.move_measure(row, "finish", "已介绍到镇上工厂", by=BY, today=TODAY)
    item.refresh_from_db()
    assert (done.state, done.done_on, item.state) == ("done", TODAY, "done")


def test_published_list_is_written_corrected_and_told(city):
    county = city.counties[0]
    rows = [level_actions.Published("440513", county.name, "low"), level_actions.Published("420106", "武昌区", "high")]
    said = {"document": "通告", "published_on": TODAY, "from_on": TODAY, "by": BY, "today": TODAY}
    assert level_actions.publish_levels(rows, **said) == 2
    assert level_actions.publish_levels(rows, **said) == 0
    worse = [level_actions.Published("440513", county.name, "high")]
    assert level_actions.publish_levels(worse, **said) == 1
    assert level_on(county, TODAY).code == "high"
    assert EpidemicRiskLevel.objects.get(unit_code="440513").version == 2
    assert EpidemicRiskLevel.objects.get(unit_code="420106").county is None


@pytest.mark.parametrize(
    ("change", "words"),
    [({"from_on": D(2020, 2, 16)}, "没有县域风险等级"), ({"published_on": D(2020, 2, 18)}, "晚于今天"), ({"rows": []}, "没有填写")],
)
@pytest.mark.usefixtures("city")
def test_impossible_list_is_refused_in_words(change, words):
    said = {"rows": [level_actions.Published("440513", "潮阳区", "low")], "document": "通告", "published_on": TODAY, "from_on": TODAY}
    with pytest.raises(Refused, match=words):
        level_actions.publish_levels(**{**said, **change}, by=BY, today=TODAY)
    assert not EpidemicRiskLevel.objects.exists()


def test_district_enters_its_own_unit_and_no_other(city):
    clerk = scope(make_user("qu", city.offices["440513-fpb"], "office_clerk"))
    said = {"document": "通告", "published_on": TODAY, "from_on": TODAY, "by": clerk, "today": TODAY}
    assert level_actions.publish_levels([level_actions.Published("440513", "潮阳区", "low")], **said) == 1
    for code in ("440514", "420106"):
        with pytest.raises(Refused, match=r"权限|市级登记"):
            level_actions.publish_levels([level_actions.Published(code, "某区", "low")], **said)
    assert EpidemicRiskLevel.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [({"fresh": 4}, "多于累计"), ({"day": D(2020, 2, 18)}, "晚于今天"), ({"total": 1, "fresh": 0}, "累计数不会减少")],
)
def test_impossible_case_report_is_refused(city, change, words):
    make_cases(city.counties[0], D(2020, 2, 10), fresh=2, total=2)
    said = {"day": TODAY, "fresh": 1, "total": 3, "cluster": False, "document": "通报"}
    with pytest.raises(Refused, match=words):
        level_actions.report_cases(city.counties[0], {**said, **change}, by=BY, today=TODAY)
    assert CaseReport.objects.count() == 1


def test_member_takes_the_own_impact_along_and_a_merge_is_undone_wholly(city):
    old, new = make_household(city.villages[0]), make_household(city.villages[1])
    member = add_member(old)
    mine, ours, over = add_impact(old, member=member), add_impact(old), add_impact(old, recovered_on=TODAY)
    on_household_change(HouseholdShift("transferred", old.pk, new.pk, (member.pk,), 5, TODAY))
    homes = {r.pk: (r.household_id, r.village_id) for r in ImpactRecord.objects.all()}
    assert homes[mine.pk] == (new.pk, new.village_id)
    assert homes[ours.pk] == (old.pk, old.village_id)
    on_household_change(HouseholdShift("merged", old.pk, new.pk, (), 6, TODAY))
    assert set(ImpactRecord.objects.filter(household=old).values_list("pk", flat=True)) == {over.pk}
    on_household_change(HouseholdShift("restored", new.pk, old.pk, (), 6, TODAY))
    assert set(ImpactRecord.objects.filter(household=old).values_list("pk", flat=True)) == {ours.pk, over.pk}


def test_move_takes_every_row_to_the_new_place(city):
    home = make_household(city.villages[0])
    add_impact(home)
    add_measure(home)
    add_survey(home, make_shock(city.city))
    home.put_in(city.villages[7])
    home.save()
    on_household_change(HouseholdShift("moved", home.pk, home.pk, (), 7, TODAY))
    for model in (ImpactRecord, FittedMeasure, ImpactSurvey):
        assert model.objects.get().village == city.villages[7]


def test_helper_surveys_the_own_household_only(city):
    helper = make_user("bang", city.offices["4405-rsj"])
    grant(helper, "helper")
    make_shock(city.city)
    other = make_household(city.villages[0])
    with pytest.raises(Refused, match="权限"):
        survey_actions.record_survey(other, SAID, by=scope(helper), today=TODAY)
