"""Pages: what is shown to whom, what is lost is 404, and nothing on the public sheet identifies anybody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from shouwang.kernel import sections
from shouwang.kernel.sheets import file_name
from shouwang.ledgers.monitoring import matching, rules
from shouwang.ledgers.monitoring.ledger import LEDGER
from shouwang.ledgers.monitoring.models import FollowUp, MonitoringCase, PublicPosting
from shouwang.ledgers.monitoring.record_tables import MONITORED
from shouwang.ledgers.registry.models import HelperAssignment, Household
from tests.factories.accounts import make_user, sign_in
from tests.factories.monitoring import add_case, add_lead, paper
from tests.factories.registry import TODAY, add_helper, add_member, add_status, make_household
from tests.ledgers.monitoring import road
from tests.ledgers.monitoring.road import brought_to, judgement

CHECK = {
    "day": "0",
    "means": "phone",
    "persons": "3",
    "problems": judgement().problems,
    "coping": "unable",
    "conclusion": "include",
    "category": "borderline",
    "risks": ["illness"],
    "reasons": judgement().reasons,
    "reason_code": "",
}


def client(city: Any, office: str, role: str, name: str = "看页人") -> Client:
    return sign_in(Client(), make_user(f"p-{office}-{role}", city.offices[office], role, name=name))


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def worker(city: Any) -> Client:
    return client(city, "440513100001-cwh", "village_officer")


def test_a_worker_reports_and_checks_through_the_pages(home, worker):
    assert "陈样板" in text(worker.get("/monitoring/report/?q=陈"))
    lead = {"source": "patrol", "risk": "illness", "level": "red", "description": "大病住院，自付费用高", "day": "0"}
    reported = worker.post(f"/monitoring/report/{home.pk}/", lead)
    assert reported.status_code == 302
    case = MonitoringCase.objects.get()
    amounts = dict.fromkeys(road.AMOUNTS, "0") | {"wage": "10000", "out_of_pocket": "12000"}
    more = dict.fromkeys(
        ("property_dividend", "property_other", "transfer_family_planning", "transfer_dibao", "transfer_tekun", "transfer_pension"), "0"
    )
    more |= {"transfer_ecological": "0", "transfer_other": "0", "version": case.version}
    page = worker.get(f"/monitoring/cases/{case.pk}/check/")
    assert "可用的核实方式：电话、视频" in text(page)
    refused = worker.post(f"/monitoring/cases/{case.pk}/check/", {**CHECK, **amounts, **more})
    assert (refused.status_code, "授权承诺书" in text(refused)) == (422, True)
    done = worker.post(f"/monitoring/cases/{case.pk}/check/", {**CHECK, **amounts, **more, "authorisation": paper()})
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.risks, case.category) == ("verified", "illness", "borderline")


def test_green_is_for_accidents_only(home, worker):
    lead = {"source": "patrol", "risk": "illness", "level": "red", "description": "大病住院", "day": "0", "green": "on"}
    answer = worker.post(f"/monitoring/report/{home.pk}/", lead)
    assert (answer.status_code, "只用于意外事故和自然灾害" in text(answer)) == (422, True)


def test_the_rest_of_the_procedure_through_the_pages(home, who, worker):
    case = brought_to("verified", home, who)
    minutes = {"day": "0", "means": "phone", "expected": "30", "present": "24", "recused": "", "minutes": "逐户介绍，多数同意纳入。"}
    vote = {**minutes, "case": [case.pk], f"agreed-{case.pk}": "x"}
    assert "不是数字" in text(worker.post(f"/monitoring/villages/{case.village_id}/appraise/", vote))
    assert worker.post(f"/monitoring/villages/{case.village_id}/appraise/", {**vote, f"agreed-{case.pk}": "20"}).status_code == 302
    posted = worker.post(f"/monitoring/villages/{case.village_id}/post/", {"day": "0", "where": "村务公开栏", "case": [case.pk]})
    posting = PublicPosting.objects.get()
    assert posted.url == f"/monitoring/postings/{posting.pk}/"
    worker.post(f"/monitoring/cases/{case.pk}/object/", {"content": "该户有小汽车", "raised_by": "", "raised_on": ""})
    objection = case.objections.get()
    worker.post(f"/monitoring/objections/{objection.pk}/answer/", {"answer": "经查系其弟所有", "upheld": "no"})
    objection.refresh_from_db()
    assert objection.upheld is False
    early = worker.post(f"/monitoring/postings/{posting.pk}/close/", HTTP_REFERER=f"http://testserver/monitoring/postings/{posting.pk}/")
    assert (early.status_code, PublicPosting.objects.get().closed_on) == (302, None)


def test_the_public_sheet_identifies_nobody(home, who, worker):
    member = add_member(home, name="陈小样", relation="son", id_number="440513201001010012", phone="13800138001", health="severe")
    Household.objects.filter(pk=home.pk).update(hamlet="第三组")
    case = brought_to("posted", home, who)
    shown = text(worker.get(f"/monitoring/postings/{case.posting_id}/sheet/"))
    article = shown[shown.index("<article") : shown.index("</article>")]
    for secret in ("陈样板", member.name, "440513201001010012", "13800138001", home.code, "因病", "大病", "住院", "1.2 万"):
        assert secret not in article
    for due in ("陈**", "第三组", "边缘户", "刚性支出较大", "12317", "2020年2月17日至2020年2月21日"):
        assert due in article


@pytest.mark.parametrize(
    ("day", "title", "chips"),
    [
        (dt.date(2019, 12, 1), "监测对象", ["脱贫监测户", "边缘户", "缺对应措施"]),
        (dt.date(2020, 3, 20), "监测对象", ["脱贫不稳定户", "边缘易致贫户", "缺对应措施"]),
        (dt.date(2021, 6, 1), "监测对象", ["脱贫不稳定户", "边缘易致贫户", "突发严重困难户", "缺对应措施"]),
        (dt.date(2026, 1, 2), "防止返贫致贫对象", ["脱贫不稳定户", "边缘易致贫户", "突发严重困难户", "缺对应措施"]),
    ],
)
def test_list_menu_and_export_are_called_as_on_the_day(who, day, title, chips):
    now = timezone.make_aware(dt.datetime.combine(day, dt.time(9)))
    view = MONITORED.view(QueryDict(""), who.town, now=now)
    assert (view.title, [q.label for q in view.quick_views]) == (title, chips)
    assert next(item.named(day) for item in LEDGER.menu if item.url_name == "monitored") == title
    assert file_name(MONITORED, MONITORED.read(QueryDict(""), who.town), who.town, day).startswith(f"{title}_")


def test_words_are_those_of_the_day():
    assert [rules.term("object", TODAY.replace(year=y)) for y in (2020, 2026)] == ["监测对象", "防止返贫致贫对象"]


@pytest.mark.parametrize("office", ["440513100002-cwh", "440514-fpb"])
def test_what_is_out_of_scope_is_not_there(city, home, who, office):
    case = brought_to("posted", home, who)
    stranger = client(city, office, "office_clerk" if office.endswith("fpb") else "village_officer")
    addresses = (
        *(f"/monitoring/cases/{case.pk}/{end}" for end in ("", "check/")),
        *(f"/monitoring/postings/{case.posting_id}/{end}" for end in ("", "sheet/")),
        f"/monitoring/households/{home.pk}/", f"/monitoring/report/{home.pk}/", f"/monitoring/leads/{case.leads.get().pk}/",
        f"/monitoring/appraisals/{case.appraisal_id}/", f"/monitoring/villages/{case.village_id}/post/",
    )  # fmt: skip
    assert {a: stranger.get(a).status_code for a in addresses} == dict.fromkeys(addresses, 404)


def test_scope_lost_while_the_page_was_open_is_404(city, home, who):
    user = make_user("helper", city.offices["4405-rsj"], "helper", name="黄帮扶")
    add_helper(home, user=user, name="黄帮扶")
    brought_to("determined", home, who)
    planned, window = FollowUp.objects.get(), sign_in(Client(), user)
    assert window.get(f"/monitoring/follow-ups/{planned.pk}/").status_code == 200
    HelperAssignment.objects.update(until=TODAY)
    said = {"day": "0", "means": "phone", "finding": "same", "said": "病情稳定"}
    assert window.post(f"/monitoring/follow-ups/{planned.pk}/", said).status_code == 404
    assert FollowUp.objects.get().done_on is None


def test_a_complaint_is_not_shown_to_the_village_anywhere(city, home, worker):
    case = add_case(home, lowest=3)
    add_lead(home, case, lowest=3, complains=True, description="村干部优亲厚友", reporter="")
    pages = ("/monitoring/cases/?all=1", "/monitoring/leads/?all=1", f"/monitoring/households/{home.pk}/", f"/registry/{home.pk}/")
    assert [p for p in pages if "优亲厚友" in text(worker.get(p)) or f"/monitoring/cases/{case.pk}/" in text(worker.get(p))] == []
    assert worker.get(f"/monitoring/cases/{case.pk}/").status_code == 404
    assert "优亲厚友" in text(client(city, "440513-fpb", "office_clerk").get(f"/monitoring/cases/{case.pk}/"))


def test_the_households_page_tells_the_story_on_one_time_line(home, who, worker):
    brought_to("determined", home, who)
    page = text(worker.get(f"/registry/{home.pk}/"))
    assert "防止返贫监测和帮扶" in page
    history = text(worker.get(f"/registry/{home.pk}/history/"))
    for act in ("登记了监测线索", "民主评议通过", "镇（街道）初审通过", "区（县）审定纳入监测", "登记了家庭收入"):
        assert act in history
    assert [s.key for s in sections.sections_of(who.village, home.pk, TODAY)] == ["monitoring"]


def test_a_missing_measure_is_said_on_the_page_the_list_and_the_figure(home, worker):
    add_status(home, programme="monitoring", standing="borderline", risks="illness,water")
    other = make_household(home.region, head_name="黄有措")
    add_status(other, programme="monitoring", standing="borderline", risks="other")
    said = {"kind": "health", "risk": "illness", "content": "慢性病报销", "provider": "", "day": "0"}
    worker.post(f"/monitoring/households/{home.pk}/measures/", said)
    assert "风险“因安全饮水”没有对应的帮扶措施" in text(worker.get(f"/monitoring/households/{home.pk}/"))
    listed = text(worker.get("/monitoring/households/?lacking=1"))
    assert [h.pk for h in matching.without_measure(Household.objects.all(), TODAY)] == [home.pk]
    assert (f"/monitoring/households/{home.pk}/" in listed, f"/monitoring/households/{other.pk}/" in listed) == (True, False)


def test_who_checks_sees_what_the_leads_say_and_the_masked_telephone(home, worker, city):
    home.phone = "15400000001"
    home.save()
    case = add_case(home)
    add_lead(home, case, source="sweep", rule="income_below_line", rule_version=1, rule_hash="0" * 64, evidence="1" * 64, description="")
    add_lead(home, case, description="摔伤住院，自付八千元")
    page = text(worker.get(f"/monitoring/cases/{case.pk}/check/"))
    assert "线索（2020-02-17 规则筛查）：人均收入低于监测范围。请核对是否属实。" in page
    assert "线索（2020-02-17 干部走访排查）：摔伤住院，自付八千元。请核对是否属实。" in page
    whole = f"/registry/reveal/household/{home.pk}/phone/"
    assert ("154****0001" in page, "15400000001" in page, whole in page) == (True, False, True)
    assert whole not in text(client(city, "440513-fpb", "office_leader").get(f"/monitoring/cases/{case.pk}/"))
    record = text(worker.get(f"/monitoring/cases/{case.pk}/"))
    assert "人均收入低于监测范围" in record and "摔伤住院，自付八千元" in record
