"""Words by date: lists, figures, exports and reports name households under watch as the day does; codes of a later day's list still filter."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.test import Client

from shouwang.kernel import figures, sheets, testing
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.errors import Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch import burden, wording
from shouwang.ledgers.dispatch.actions import drafting
from shouwang.ledgers.monitoring.ledger import LEDGER
from shouwang.ledgers.monitoring.lifecycle import CASE
from shouwang.ledgers.monitoring.record_tables import MONITORED
from shouwang.ledgers.monitoring.tables import CASES
from shouwang.ledgers.registry import history
from shouwang.ledgers.registry.actions import Decision, change_programme_status
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.tables import HOUSEHOLDS, MEMBERS
from shouwang.portal import catalog
from tests.factories.accounts import City, make_user, sign_in
from tests.factories.moments import at
from tests.factories.monitoring import add_case
from tests.factories.registry import add_member, add_status, make_household

SYSTEM = Scope.system()
FEB_2020, APRIL_2020, MAY_2021, Y2026 = dt.date(2020, 2, 17), dt.date(2020, 4, 1), dt.date(2021, 5, 14), dt.date(2026, 3, 1)
SUDDEN = ("monitoring.sudden_households", "monitoring.sudden_persons")


def on(day: dt.date) -> None:
    Setting.objects.filter(key=DEMO_DATE).update(value=day.isoformat())


@pytest.mark.parametrize(
    ("day", "text", "said"),
    [
        (dt.date(2014, 1, 1), "监测对象", "监测对象"),
        (FEB_2020, "监测对象类别为边缘易致贫户", "监测对象类别为边缘户"),
        (FEB_2020, "脱贫不稳定户人数", "脱贫监测户人数"),
        (APRIL_2020, "纳入监测（边缘易致贫户）", "纳入监测（边缘易致贫户）"),
        (Y2026, "建档立卡户和监测对象", "建档立卡户和防止返贫致贫对象"),
        (Y2026, "纳入监测（脱贫不稳定户）", "纳入帮扶（脱贫不稳定户）"),
        (Y2026, "监测户", "防止返贫致贫户"),
        (Y2026, "防返贫监测个案", "防返贫监测个案"),
    ],
)
def test_a_text_takes_the_words_of_its_day(day, text, said):
    assert in_words(text, day) == said


def test_figures_are_named_as_on_the_day(db):  # noqa: ARG001 - the catalogue is installed with the database
    codes = ("registry.monitored_households", "registry.unstable_households", "registry.borderline_persons", "monitoring.identified_year")
    said = {day: [figures.get(c, day).name for c in codes] for day in (FEB_2020, APRIL_2020, Y2026)}
    assert said == {
        FEB_2020: ["监测对象户数", "脱贫监测户数", "边缘户人数", "本年识别监测对象户数"],
        APRIL_2020: ["监测对象户数", "脱贫不稳定户数", "边缘易致贫户人数", "本年识别监测对象户数"],
        Y2026: ["防止返贫致贫对象户数", "脱贫不稳定户数", "边缘易致贫户人数", "本年识别防止返贫致贫对象户数"],
    }
    assert not [f.code for f in LEDGER.figures for text in (f.on(Y2026).name, f.on(Y2026).definition) if "监测对象" in text]


@pytest.fixture
def struck(home, city: City):
    """A household struck suddenly, entered when the class was not yet known, beside one that is watched for another cause."""
    add_status(home, programme="monitoring", standing="sudden", risks="accident")
    other = make_household(city.at("440513100001"))
    add_member(other)
    add_status(other, programme="monitoring", standing="borderline", risks="illness")
    return home


@pytest.mark.parametrize("day", [FEB_2020, APRIL_2020, MAY_2021])
@pytest.mark.parametrize("code", SUDDEN)
@pytest.mark.usefixtures("struck")
def test_sudden_hardship_drills_down_to_the_rows_counted_on_every_day(city, day, code):
    on(day)
    figure = figures.get(code)
    assert figures.value(figure, day, place=city.city.place).numerator == 1
    scope = testing.holding("figures.view", city.city.place, None, *{t.permission for t in (MONITORED, HOUSEHOLDS, MEMBERS)})
    assert testing.figure_rows(figure, day, city.city.place, scope, at(f"{day} 10:00")) == []


def test_a_class_of_a_later_day_filters_but_is_not_offered(struck):
    for day, offered in ((FEB_2020, ["边缘户"]), (MAY_2021, ["边缘易致贫户", "突发严重困难户"])):
        on(day)
        now = at(f"{day} 10:00")
        for table in (MONITORED, HOUSEHOLDS):
            plain, view = (table.view(QueryDict(q), SYSTEM, now=now) for q in ("", "monitoring=sudden"))
            (field,) = [f for f in plain.filters if f.key == "monitoring"]
            assert [o.label for o in field.options if o.value in ("borderline", "sudden")] == offered
            assert ([r.pk for r in view.rows], view.messages) == ([struck.pk], [])
            assert view.chips[0].label.endswith("：突发严重困难户")
            (field,) = [f for f in view.filters if f.key == "monitoring"]
            assert [o.value for o in field.options if o.selected] == ["sudden"]


def test_lists_and_exports_of_2026_speak_of_objects_of_2026(struck):
    on(Y2026)
    now = at("2026-03-01 10:00")
    view = HOUSEHOLDS.view(QueryDict("watched=1&monitoring=borderline"), SYSTEM, now=now)
    assert {c.label for c in view.chips} == {"防止返贫致贫对象类别：边缘易致贫户", "防止返贫致贫对象：是"}
    assert sheets.conditions(HOUSEHOLDS, HOUSEHOLDS.read(QueryDict("watched=1"), SYSTEM), Y2026) == "防止返贫致贫对象：是"
    assert MONITORED.worded(MONITORED.title, Y2026) == "防止返贫致贫对象"
    assert HOUSEHOLDS.read(QueryDict("monitoring=nothing"), SYSTEM).messages == [
        "筛选条件“防止返贫致贫对象类别”的值“nothing”无效，已忽略。请在筛选栏重新选择。"
    ]
    assert add_case(struck, opened_on=FEB_2020).purpose_word == "纳入监测"
    assert dict(next(f for f in CASES.filters if f.key == "purpose").options(SYSTEM))["include"] == "纳入帮扶"


def test_a_figures_page_speaks_the_words_of_its_cut_off(city, client: Client):
    on(Y2026)
    sign_in(client, make_user("officer", city.offices["440513-fpb"], "office_clerk"))
    page = "/figures/registry.monitored_households/"
    then = int(at("2020-02-10 08:00").timestamp())
    said = [client.get(address).content.decode() for address in (page, f"{page}?at={then}", "/figures/")]
    assert ["<h1>防止返贫致贫对象户数</h1>" in said[0], "<h1>监测对象户数</h1>" in said[1], "防止返贫致贫对象户数" in said[2]] == [True] * 3
    assert "防止返贫致贫对象" not in said[1].split("<h1>")[1].split("下级区划")[0]


def test_a_report_speaks_the_words_of_its_cut_off():
    codes = ["registry.monitored_households", "registry.below_line_households", "monitoring.identified_year"]
    office = SimpleNamespace(region=SimpleNamespace(name="潮阳区"), region_id=1)
    material = SimpleNamespace(values={(c, 1): figures.Value(figures.get(c), 3) for c in codes})
    said = [
        drafting._sentences("impact", SimpleNamespace(figures=codes, cut_off_day=day), SimpleNamespace(office=office), material)
        for day in (FEB_2020, Y2026)
    ]
    assert ["纳入监测的{{registry.monitored_households}}户" in said[0], "纳入帮扶的{{registry.monitored_households}}户" in said[1]] == [
        True
    ] * 2
    text = "新增{{monitoring.identified_year}}户"
    assert wording.to_names(text, Y2026) == "新增【本年识别防止返贫致贫对象户数】户"
    assert wording.to_codes(wording.to_names(text, Y2026), codes, Y2026) == text
    for label in ("监测对象户数", "防止返贫致贫对象户数"):
        found = burden.matching_figure(label, Y2026)
        assert found is not None and found.code == "registry.monitored_households"


@pytest.mark.parametrize(
    ("day", "sentence", "change"),
    [
        (FEB_2020, "纳入监测，边缘户", "监测对象类别：-- → 边缘户"),
        (APRIL_2020, "纳入监测，边缘易致贫户", "监测对象类别：-- → 边缘易致贫户"),
        (Y2026, "纳入帮扶，边缘易致贫户", "防止返贫致贫对象类别：-- → 边缘易致贫户"),
    ],
)
def test_an_act_is_told_in_the_words_of_its_own_day_for_ever(home, day, sentence, change):
    Household.objects.filter(pk=home.pk).update(registration="")
    household = Household.objects.get(pk=home.pk)
    decision = Decision(day, "汕阳扶组〔2020〕2号", risks=("illness",))
    change_programme_status(household, "watch_borderline", decision, reason="区审定", by=SYSTEM, today=day)
    event = Event.objects.get(ledger="registry.household", verb="registry.status.watch_borderline")
    assert event.sentence == sentence
    line = history.entry(event, {}, lambda _group: True)
    assert (line["text"], change in line["changes"]) == (sentence, True)


def test_a_refused_move_speaks_the_words_of_the_day(home):
    add_status(home, programme="monitoring", standing="borderline", risks="illness")
    with pytest.raises(Refused) as refused:
        change_programme_status(
            home, "watch_unstable", Decision(FEB_2020, "文号", risks=("illness",)), reason="区", by=SYSTEM, today=FEB_2020
        )
    assert "当前状态为“边缘户”，不能“纳入监测（脱贫监测户）”" in str(refused.value)


def test_a_determination_and_a_case_are_told_as_on_their_day(home):
    case = add_case(home, opened_on=Y2026)
    assert [CASE.moves["determine"].verb.said(day) for day in (FEB_2020, Y2026)] == ["区（县）审定纳入监测", "区（县）审定纳入帮扶"]
    note(
        case,
        by=SYSTEM,
        verb=CASE.moves["determine"].verb,
        today=Y2026,
        changes={"purpose": [None, "include"], "category": ["", "borderline"]},
    )
    (entry,) = timeline("monitoring.monitoringcase", str(case.pk), dated=in_words)
    assert (entry["text"], entry["changes"][0]) == ("区（县）审定纳入帮扶", "事项：纳入帮扶")


def test_names_of_permissions_are_right_on_any_day():
    names = [name for ledger in catalog.LEDGERS for name in ledger.permissions.values()]
    assert [name for name in names if in_words(name, FEB_2020) != name or in_words(name, Y2026) != name] == []


def test_definitions_of_every_list_follow_the_day():
    tables = [table for ledger in catalog.LEDGERS for table in ledger.tables]
    assert [t.key for t in tables if any(w in t.worded(t.definition, Y2026) for w in ("监测对象", "监测户"))] == []
