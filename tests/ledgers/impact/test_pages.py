"""Pages: what an officer sees and what the forms say of bad input."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel import figures
from shouwang.kernel.models import Setting
from shouwang.ledgers.impact.models import EpidemicRiskLevel, ImpactSurvey, Shock, YearBase
from tests.factories.accounts import make_user, sign_in
from tests.factories.impact import TODAY, add_impact, make_base, make_cases, make_level, make_shock
from tests.factories.moments import at
from tests.factories.registry import add_member, add_status, make_household


@pytest.fixture
def clerk(city, client):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    return sign_in(client, make_user("jb", city.offices["4405-fpb"], "office_clerk"))


def test_analysis_shows_change_since_the_baseline_and_share_of_last_year(city, clerk):
    make_shock(city.city)
    home = make_household(city.villages[0])
    add_status(home)
    add_impact(home, expected=300_000, now=100_000, loss=200_000)
    figures.freeze(["impact.work_records"], at("2020-02-14 08:00"), city=city.city)
    add_impact(home)
    make_base(city.city, "impact.work_records", amount=8)
    parts = clerk.get("/impact/").context["parts"]
    line = next(x for p in parts for x in p.lines if x.figure.code == "impact.work_records")
    assert (line.value.text, line.baseline_day, line.change, line.tone) == ("2", dt.date(2020, 2, 14), "+1 件", "dn")
    assert str(line.share) == "25.00"
    assert [v.text for v in line.below] == ["2", "0"]


def test_analysis_without_a_shock_compares_with_nothing(clerk):
    page = clerk.get("/impact/").content.decode()
    assert "没有登记正在发生的冲击事件" in page


def test_county_is_not_asked_for_units_elsewhere_which_the_city_enters(city, client, clerk):
    assert "外市的县级单元" in clerk.get("/impact/levels/publish/").content.decode()
    client = sign_in(client, make_user("qu", city.offices["440513-fpb"], "office_clerk"))
    assert "外市的县级单元" not in client.get("/impact/levels/publish/").content.decode()
    said = {"document": "通告", "published_on": "2020-02-17", "from_on": "2020-02-17", f"unit_{city.counties[0].pk}": "medium"}
    assert client.post("/impact/levels/publish/", {**said, "others": "东莞市\t441900\t高"}).status_code == 302
    assert [(r.unit_name, r.level) for r in EpidemicRiskLevel.objects.all()] == [(city.counties[0].name, "medium")]
    refused = client.post("/impact/levels/publish/", {**said, f"unit_{city.counties[0].pk}": ""})
    assert (refused.status_code, "没有填写任何县级单元的等级" in refused.content.decode()) == (422, True)


def test_levels_page_tells_the_preview_from_the_published(city, clerk):
    make_level(city.counties[0], "low")
    make_cases(city.counties[0], dt.date(2020, 2, 10), fresh=60, total=60, cluster=True)
    rows = clerk.get("/impact/levels/").context["rows"]
    first, second = rows[0], rows[1]
    assert (first["level"].code, first["preview"].level, first["differs"]) == ("low", "high", True)
    assert (second["level"], second["preview"].level, second["differs"]) == (None, "", False)


def test_wrong_lines_of_a_pasted_list_are_named_with_row_and_value(city, clerk):
    said = {"document": "通告", "published_on": "2020-02-17", "from_on": "2020-02-17", f"unit_{city.counties[0].pk}": "low"}
    text = "县级单元\t代码\t风险等级\n武昌区\t420106\t极高\n东莞市\t4419\t低风险"
    answer = clerk.post("/impact/levels/publish/", {**said, "others": text})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第 2 行“风险等级”的值“极高”" in page
    assert "第 3 行“代码”的值“4419”" in page
    assert not EpidemicRiskLevel.objects.exists()
    assert clerk.post("/impact/levels/publish/", {**said, "others": "武昌区\t420106\t高"}).status_code == 302
    assert EpidemicRiskLevel.objects.count() == 2


def test_survey_form_wants_both_amounts(city, clerk):
    make_shock(city.city)
    home = make_household(city.villages[0])
    answer = clerk.post(f"/impact/households/{home.pk}/survey/", {"day": "0", "means": "phone", "expected": "3000"})
    assert (answer.status_code, "须同时填写" in answer.content.decode()) == (422, True)
    done = clerk.post(f"/impact/households/{home.pk}/survey/", {"day": "0", "means": "phone", "expected": "3000", "now": "1200.50"})
    assert (done.status_code, ImpactSurvey.objects.get().affected) == (302, True)


def test_measure_that_no_longer_fits_is_refused(city, clerk):
    home = make_household(city.villages[0])
    answer = clerk.post(f"/impact/households/{home.pk}/take/backlog/", follow=True)
    assert "现在不适用" in answer.content.decode()


def test_household_page_offers_measures_with_their_clause(city, clerk):
    make_level(city.counties[0])
    home = make_household(city.villages[0])
    add_member(home)
    add_impact(home, "loan")
    page = clerk.get(f"/impact/households/{home.pk}/").content.decode()
    assert "适当延长受疫情影响还款困难贫困户的还款期限" in page
    assert clerk.post(f"/impact/households/{home.pk}/take/defer_loan/").status_code == 302


def test_shock_with_a_code_taken_is_refused_and_one_can_end(city, clerk):
    said = {"name": "台风", "code": "typhoon-2020", "kind": "typhoon", "region": city.city.pk, "document": "预警"}
    said |= {"starts_on": "2020-02-10", "baseline_on": "2020-02-09"}
    assert clerk.post("/impact/shocks/new/", said).status_code == 302
    assert "已被使用" in clerk.post("/impact/shocks/new/", said).content.decode()
    shock = Shock.objects.get()
    clerk.post(f"/impact/shocks/{shock.pk}/end/", {"ends_on": "2020-02-10"})
    shock.refresh_from_db()
    assert shock.ends_on is None
    clerk.post(f"/impact/shocks/{shock.pk}/end/", {"ends_on": "2020-02-16"})
    shock.refresh_from_db()
    assert shock.ends_on == dt.date(2020, 2, 16)


def test_base_of_a_count_is_whole_and_of_money_exact(city, clerk):
    said = {"region": city.city.pk, "year": "2019", "document": "统计"}
    assert clerk.post("/impact/bases/", {**said, "figure": "registry.households", "number": "1.5"}).status_code == 422
    assert clerk.post("/impact/bases/", {**said, "figure": "impact.work_loss", "number": "1.50"}).status_code == 302
    assert YearBase.objects.get().amount == 150


def test_impact_page_hides_amounts_from_who_does_not_see_incomes(city, client):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    row = add_impact(make_household(city.villages[0]), loss=123_456)
    department = sign_in(client, make_user("nyj", city.offices["4405-nyj"], "department_clerk"))
    page = department.get(f"/impact/records/{row.pk}/").content.decode()
    assert ("1,234.56" in page, "无权查看" in page) == (False, True)


def test_village_has_no_analysis_and_no_line_of_the_menu_to_it(city, client):
    village = sign_in(client, make_user("cun", city.offices["440513100001-cwh"], "village_officer"))
    assert village.get("/impact/").status_code == 403
    assert 'href="/impact/"' not in village.get("/impact/surveys/").content.decode()
