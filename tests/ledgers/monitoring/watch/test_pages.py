"""Pages of the watch as people use them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from shouwang.kernel.audit.models import Event
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.worker import Worker
from shouwang.kernel.models import Setting
from shouwang.ledgers.monitoring.models import RuleVersion, SavedScenario, SweepRun, ThresholdChange
from shouwang.ledgers.monitoring.watch import book, snapshot
from shouwang.ledgers.monitoring.watch.forms import conditions, fits, shape_of, when_of
from tests.factories.accounts import make_user, sign_in
from tests.ledgers.monitoring.watch.conftest import TODAY, Watch, feed, home, swept

pytestmark = pytest.mark.django_db
FORM = {
    "name": "收入偏低（本地）", "risk": "other", "valid_from": "2020-02-17", "source": "区扶组会议纪要 2020-02-10", "within": "all", "between": "all",
    "material_field": "income_fen", "material_way": "falls", "material_percent": "10", "rows": "2",
    "c0-group": "1", "c0-field": "income_fen", "c0-op": "lt", "c0-against": "value", "c0-value": "6,000", "c1-field": "",
}  # fmt: skip
SHOCK = {
    "source": "wage",
    "percents": "50、20",
    "months": "6",
    "region": "",
    "who": "all",
    "risk": "",
    "measure": "relief",
    "amount": "500",
    "under": "monitoring",
}


@pytest.fixture(autouse=True)
def business_date(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:  # noqa: ARG001 - opens the database
    """The pages work on the demonstration's date, whatever made it; whitenoise warns of a missing folder."""
    settings.STATIC_ROOT = tmp_path
    Setting.objects.get_or_create(key=DEMO_DATE, defaults={"value": TODAY.isoformat()})
    yield


@pytest.fixture
def clerk(watch: Watch) -> Client:
    return sign_in(Client(), watch.author)


@pytest.fixture
def leader(watch: Watch) -> Client:
    return sign_in(Client(), watch.approver)


def text(response: Any) -> str:
    return str(response.content.decode())


def work() -> None:
    while Worker().step(timezone.now()):
        pass


def test_every_published_rule_stands_in_words_with_its_record(clerk: Client, watch: Watch) -> None:
    swept(watch.by(watch.author))
    page = text(clerk.get("/monitoring/rules/"))
    assert page.count("<tr>") == 1 + len({r.id for r in book.published().rules})
    assert "人均年收入小于监测范围（5,000 元）" in page and "?rule=income_below_line" in page
    assert "人均收入低于监测范围" in text(clerk.get("/monitoring/rules/income_below_line/"))
    assert clerk.get("/monitoring/rules/nothing/").status_code == 404


def test_every_published_risk_rule_reads_in_words_and_most_can_be_begun_from(clerk: Client, watch: Watch) -> None:  # noqa: ARG001 - a place to be
    risks = [r for r in book.published().rules if r.kind == "risk"]
    able = [r for r in risks if fits(r)]
    assert len(able) * 2 > len(risks)
    for rule in able:
        rows = conditions(None, rule)
        for row in rows:
            row.data, row.is_bound = {f"{row.prefix}-{k}": v for k, v in row.initial.items()}, True
            assert row.is_valid(), (rule.id, row.errors)
        shape = shape_of(rule)
        again = when_of(shape["between"], shape["within"], rows)
        assert sorted(map(str, _flat(again))) == sorted(map(str, _flat(rule.when.as_data()))), rule.id


def _flat(node: Any) -> list[Any]:
    """Conditions with their ratio in lowest terms."""
    if "field" in node:
        times, per = node.get("times", 1) * 100, node.get("per", 1)
        return [{**{k: v for k, v in sorted(node.items()) if k not in ("times", "per")}, "ratio": times // per}]
    return [c for items in node.values() for item in items for c in _flat(item)]


def test_a_rule_is_written_tried_and_approved_over_the_pages(clerk: Client, leader: Client, watch: Watch) -> None:
    swept(watch.by(watch.author))
    page = clerk.post("/monitoring/rules/new/", {**FORM, "more": "1"})
    assert (page.status_code, text(page).count('class="fs cond"')) == (200, 4) and 'value="6,000"' in text(page)
    assert clerk.post("/monitoring/rules/new/", FORM).status_code == 302
    row = RuleVersion.objects.get()
    assert row.body["when"] == {"all": [{"field": "income_fen", "op": "lt", "value": 600_000}]}
    address = f"/monitoring/rules/versions/{row.pk}"
    assert "先试算这一版" in text(clerk.get(f"{address}/"))
    assert clerk.post(f"{address}/try/").status_code == 302
    page = text(clerk.get(f"{address}/"))
    assert "海门镇" in page and "每户核实按 40 分钟计" in page and "0.7<small>小时" in page
    assert clerk.post(f"{address}/submit/").status_code == 302
    assert clerk.post(f"{address}/approve/").status_code == 403
    row.refresh_from_db()
    assert row.state == "submitted" and "批准" in text(leader.get(f"{address}/"))
    assert leader.post(f"{address}/approve/", {"version": row.version}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.approver) == ("approved", "leader")
    assert leader.post(f"{address}/fly/").status_code == 404
    assert clerk.post(f"{address}/follow/").status_code == 302
    assert clerk.get(f"/monitoring/rules/versions/{RuleVersion.objects.get(number=2).pk}/edit/").status_code == 200


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"c0-value": "很低"}, "不是数字"),
        ({"c0-value": ""}, "请填写“数值”"),
        ({"c0-value": "0"}, "阈值为 0"),
        ({"c0-value": "1.234"}, "最多两位小数"),
        ({"c0-percent": "多半"}, "不是百分数"),
        ({"c0-field": ""}, "至少要有一个条件"),
        ({"c0-field": "employment_status", "c0-op": "eq", "c0-value": "开心"}, "可填：就业、失业、返乡"),
        ({"c0-field": "monitored", "c0-op": "eq", "c0-value": "也许"}, "只能填“是”或“否”"),
    ],
)
def test_a_form_that_says_nothing_sensible_is_answered_with_the_field_and_the_remedy(
    clerk: Client, changed: dict[str, str], words: str
) -> None:
    answer = clerk.post("/monitoring/rules/new/", {**FORM, **changed})
    assert answer.status_code == 422 and words in text(answer)
    assert not RuleVersion.objects.exists()


def test_thresholds_are_proposed_and_approved_over_the_pages(clerk: Client, leader: Client) -> None:
    assert "省级锁定" in text(clerk.get("/monitoring/rules/thresholds/"))
    said = {"param": "own_single_other", "amount": "8000", "valid_from": "2020-02-17", "source": "区扶组会议纪要"}
    refused = clerk.post("/monitoring/rules/thresholds/new/", {**said, "amount": "20000"})
    assert refused.status_code == 422 and "只能加严不能放宽" in text(refused)
    assert clerk.post("/monitoring/rules/thresholds/new/", said).status_code == 302
    row = ThresholdChange.objects.get()
    assert (row.value, row.state) == (800_000, "submitted")
    assert clerk.post(f"/monitoring/rules/thresholds/{row.pk}/approve/").status_code == 403
    assert leader.post(f"/monitoring/rules/thresholds/{row.pk}/approve/", {"version": row.version}).status_code == 302
    assert "8,000 元" in text(leader.get("/monitoring/rules/thresholds/"))


def test_a_sweep_is_started_by_hand_and_its_page_says_everything(clerk: Client, watch: Watch) -> None:
    assert "还没有筛查过" in text(clerk.get("/monitoring/sweeps/"))
    assert clerk.post("/monitoring/sweeps/start/", {"mode": "full"}).status_code == 302
    row = SweepRun.objects.get()
    assert "可以离开本页" in text(clerk.get(f"/monitoring/sweeps/{row.pk}/"))
    work()
    page = text(clerk.get(f"/monitoring/sweeps/{row.pk}/"))
    for words in ("人均收入低于监测范围", "海门镇", "本次没有参加的规则", "没有医疗保障部门的“医保结算”数据", row.snapshot or "-"):
        assert words in page, words
    assert clerk.post("/monitoring/sweeps/start/", {"mode": "sideways"}).status_code == 302
    assert SweepRun.objects.count() == 1
    stranger = sign_in(Client(), make_user("town", watch.city.offices["440513100-zf"], "town_clerk"))
    assert stranger.get("/monitoring/sweeps/").status_code == 403


def test_a_simulation_says_who_falls_by_town_and_what_measures_hold(clerk: Client, watch: Watch) -> None:
    home(watch.city, "440513100002", 520_000, head_name="陈边缘")
    assert "还没有快照" in text(clerk.get("/monitoring/simulation/", SHOCK))
    swept(watch.by(watch.author))
    page = text(clerk.get("/monitoring/simulation/", SHOCK))
    for words in ("全部工资性收入降 20%，6 个月", "陈边缘", "海门镇", "基尼系数", "情景比较", "3 户 6 人有收入记录"):
        assert words in page, words
    assert "分不清县外和县内工资" in text(clerk.get("/monitoring/simulation/", {**SHOCK, "source": "out_wage"}))
    assert "须是 1 至 100 的整数" in text(clerk.get("/monitoring/simulation/", {**SHOCK, "percents": "150"}))
    assert "超过一次 50 个的上限" in text(
        clerk.get("/monitoring/simulation/", {**SHOCK, "percents": "1 2 3 4 5 6", "months": "1 2 3 4 5 6 7 8 9"})
    )


def test_the_audit_administrator_reads_rules_approvals_and_sweeps_and_no_household(clerk: Client, watch: Watch) -> None:
    row = swept(watch.by(watch.author))
    assert clerk.post("/monitoring/rules/new/", FORM).status_code == 302
    version = RuleVersion.objects.get()
    auditor = sign_in(Client(), make_user("aud", watch.city.offices["440513-fpb"], "audit_admin"))
    urls = (
        "/monitoring/rules/", "/monitoring/rules/income_below_line/", f"/monitoring/rules/versions/{version.pk}/",
        "/monitoring/rules/thresholds/", "/monitoring/sweeps/", f"/monitoring/sweeps/{row.pk}/",
    )  # fmt: skip
    for url in urls:
        page = auditor.get(url)
        assert page.status_code == 200, url
        shown = text(page)
        assert watch.poor.head_name not in shown and watch.poor.code not in shown
        main = shown[shown.index("<main") : shown.index("</main>")]
        for link in set(re.findall(r'<a [^>]*href="(/[^"?#]*)', main)):
            assert auditor.get(link).status_code == 200, (url, link)
        assert 'method="post"' not in main, url
    assert "拟定了规则" in text(auditor.get(urls[2])) and watch.author.name in text(auditor.get(urls[2]))
    assert ">1</td>" in text(auditor.get("/monitoring/rules/?kind=risk"))  # one lead, counted without a way to it
    for path in (f"/monitoring/rules/versions/{version.pk}/approve/", "/monitoring/sweeps/start/", "/monitoring/rules/new/"):
        assert auditor.post(path, {"mode": "full"}).status_code == 403, path
    assert auditor.get("/monitoring/leads/").status_code == 403


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """No place is small enough to be computed while somebody waits."""
    monkeypatch.setattr(snapshot, "value", lambda _name, **_kw: 0)


def test_a_large_place_is_simulated_in_the_background_once_and_the_result_is_kept(
    clerk: Client, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    home(watch.city, "440513100002", 520_000, head_name="陈边缘")
    swept(watch.by(watch.author))
    whole = text(clerk.get("/monitoring/simulation/", SHOCK))
    few(monkeypatch)
    waiting = text(clerk.get("/monitoring/simulation/", SHOCK))
    assert "在后台计算" in waiting and "陈边缘" not in waiting
    query = urlencode(SHOCK)
    assert clerk.post(f"/monitoring/simulation/export/?{query}", {"reason": "研判"}).status_code in (302, 422)
    first = clerk.post("/monitoring/simulation/start/", {"query": query, "op_id": "1" * 32})
    again = clerk.post("/monitoring/simulation/start/", {"query": query, "op_id": "2" * 32})
    assert first["Location"] == again["Location"]
    while Worker().step(timezone.now()):
        pass
    job = Job.objects.get(kind="monitoring.simulation")
    assert (job.state, job.result["link"]) == ("done", f"/monitoring/simulation/?{urlencode(sorted(SHOCK.items()))}"), job.message
    kept = text(clerk.get(job.result["link"]))
    body = lambda page: page[page.index("前后对比") : page.index("打印：")]  # noqa: E731 - used twice below
    assert "陈边缘" in kept and body(kept) == body(whole)
    assert clerk.post(f"/monitoring/simulation/export/?{query}", {"reason": "研判"}).status_code == 200
    swept(watch.by(watch.author))  # another snapshot is another question
    assert "在后台计算" in text(clerk.get("/monitoring/simulation/", SHOCK))


def test_a_large_place_is_tried_in_the_background_with_the_same_result(
    clerk: Client, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept(watch.by(watch.author))
    assert clerk.post("/monitoring/rules/new/", FORM).status_code == 302
    row = RuleVersion.objects.get()
    assert clerk.post(f"/monitoring/rules/versions/{row.pk}/try/")["Location"] == f"/monitoring/rules/versions/{row.pk}/"
    row.refresh_from_db()
    before = row.trial
    few(monkeypatch)
    assert clerk.post(f"/monitoring/rules/versions/{row.pk}/try/")["Location"].startswith("/jobs/")
    RuleVersion.objects.filter(pk=row.pk).update(trial={}, trial_digest="")
    while Worker().step(timezone.now()):
        pass
    row.refresh_from_db()
    assert row.trial == before != {} and row.trial_digest == row.read().digest
    assert Job.objects.get(kind="monitoring.trial").result["link"] == f"/monitoring/rules/versions/{row.pk}/"


def test_wages_from_outside_are_shocked_where_the_employment_feed_says_so(clerk: Client, watch: Watch, lake: Path) -> None:
    head = watch.well.members.get(relation="head")
    row = {
        "person": head.lake_key,
        "household": watch.well.lake_key,
        "day": dt.date(2020, 1, 5),
        "status": "employed",
        "place": "out_province",
        "wage_fen": 250_000,
    }
    feed(lake, "employment", [row])
    swept(watch.by(watch.author))
    page = text(clerk.get("/monitoring/simulation/", {**SHOCK, "source": "out_wage", "percents": "100", "months": "12", "measure": ""}))
    assert "林富足" in page and "县外务工工资降 100%，12 个月" in page


def test_a_scenario_is_saved_opened_and_exported_without_names(clerk: Client, watch: Watch) -> None:
    swept(watch.by(watch.author))
    query = "&".join(f"{k}={v}" for k, v in SHOCK.items())
    assert clerk.post("/monitoring/simulation/save/", {"query": query, "name": "务工减半"}).status_code == 302
    row = SavedScenario.objects.get()
    assert row.body["percents"] == "50、20"
    opened = clerk.get(f"/monitoring/simulation/{row.pk}/")
    assert "务工减半" in text(clerk.get(opened["Location"]))
    got = clerk.post(f"/monitoring/simulation/export/?{query}", {"reason": "报区领导小组研判"})
    cells = {
        str(c)
        for s in ("按镇（街道）", "口径说明")
        for r in CalamineWorkbook.from_filelike(BytesIO(got.content)).get_sheet_by_name(s).to_python()
        for c in r
    }
    assert {"海门镇", "演示数据"} <= cells and watch.poor.head_name not in cells
    assert Event.objects.filter(verb="monitoring.scenario.export", reason="报区领导小组研判").exists()
    stranger = sign_in(Client(), make_user("other", watch.city.offices["440514-fpb"], "office_clerk"))
    assert stranger.get(f"/monitoring/simulation/{row.pk}/").status_code == 404
