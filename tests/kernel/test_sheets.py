"""Exports equal the screen, carry their conditions and marks, and hold nothing a spreadsheet would run."""

import datetime as dt
from dataclasses import replace
from io import BytesIO

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.kernel import sheets
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Hold, Scope
from shouwang.kernel.rulebook import Rule
from shouwang.kernel.sheets import export
from shouwang.kernel.tables import NOT_VISIBLE, NOTHING, Column
from shouwang.kernel.workbooks import risky
from tests.factories.accounts import make_user, scope, small_city
from tests.factories.workbooks import Book, read
from tests.kernel.test_tables import OFFICES

NOW = dt.datetime(2020, 3, 15, 14, 5, tzinfo=timezone.get_default_timezone())
TABLE = replace(OFFICES, export_permission="registry.export", definition="机构名录口径")


@pytest.fixture(autouse=True)
def city(db):  # noqa: ARG001 - opens the database
    """The small city, in every test."""
    return small_city()


def written(query: str = "", by: Scope | None = None, **kw) -> tuple[sheets.Exported, Book]:
    out = BytesIO()
    done = export(
        TABLE, QueryDict(query), by or Scope.system("演示"), out, now=kw.pop("now", NOW), reason=kw.pop("reason", "核对机构名录"), **kw
    )
    return done, read(out.getvalue())


def test_moment_in_the_last_half_second_of_a_minute_is_of_that_minute():
    moment = dt.datetime(2020, 3, 1, 8, 15, 59, 700_000, tzinfo=timezone.get_default_timezone())
    table = replace(TABLE, columns=(TABLE.columns[0], Column("entered", "录入时间", lambda _row, _day: moment, kind="datetime")))
    out = BytesIO()
    export(table, QueryDict(), Scope.system("演示"), out, now=NOW, reason="核对机构名录")
    shown = {row.cells[1].text for row in table.view(QueryDict(), Scope.system(), now=NOW).rows}
    minutes = {round(row[1] * 1440, 6) for row in read(out.getvalue()).sheets["数据"].rows[1:]}
    assert (shown, minutes) == ({"2020-03-01 08:15"}, {43891 * 1440 + 8 * 60 + 15})


def test_sheet_equals_the_screen():
    Office.objects.filter(code="4405-fpb").update(rank=1234, valid_to=dt.date(2030, 1, 2))
    view = TABLE.view(QueryDict("sort=-rank&per_page=100"), Scope.system(), now=NOW, hidden=["place"])
    done, book = written("sort=-rank", hidden=["place"])
    rows = book.sheets["数据"].rows
    assert rows[0] == [f"{c.label}（{c.unit}）" if c.unit else c.label for c in view.shown]
    assert len(rows) - 1 == view.total == done.count
    for seen, kept, formats in zip(view.rows, rows[1:], book.sheets["数据"].formats[1:], strict=True):
        for cell, value, code in zip(seen.cells, kept, formats, strict=True):
            if cell.kind == "num" and cell.text != NOTHING:
                assert f"{value:,.0f}" == cell.text
            elif cell.kind == "money":
                assert f"{value:,.2f}" == cell.text
            elif cell.kind == "date" and cell.text != NOTHING:
                assert code == "yyyy-mm-dd"
                assert (dt.date(1899, 12, 30) + dt.timedelta(value)).isoformat() == cell.text
            else:
                assert (value, code) == (cell.text, "@")


def test_second_sheet_states_conditions_definition_times_person_reason_and_number(city):
    clerk = make_user("cy", city.offices["440513-fpb"], "office_clerk", name="林某")
    done, book = written("kind=town&sort=-name", by=scope(clerk), reason=" 报送市扶贫办 ")
    facts = {str(k): v for k, v in book.sheets["口径说明"].rows}
    event = Event.objects.get()
    assert facts["条件"] == "类别：镇（街道）；排序：机构全称降序"
    assert (facts["口径"], facts["数据截至"], facts["理由"]) == ("机构名录口径", "2020-03-15 14:05", "报送市扶贫办")
    assert (facts["导出人"], facts["机构"], facts["条数"]) == ("林某", "潮阳区扶贫开发领导小组办公室", "2 条")
    assert facts["水印号"] == done.number == book.properties["shouwang-export"]
    assert done.number.startswith(f"SW{event.pk}-")
    for sheet in book.sheets.values():
        assert "林某" in sheet.header
        assert done.number in sheet.header
    assert "性质" not in facts


def test_audit_row_tells_count_conditions_columns_and_reason(city):
    clerk = make_user("cy", city.offices["440513-fpb"], "office_clerk")
    written("kind=town", by=scope(clerk))
    event = Event.objects.get()
    assert (event.verb, event.record_id, event.reason, event.actor_id) == ("kernel.table.export", "offices", "核对机构名录", clerk.pk)
    assert (event.changes["条数"], event.changes["条件"]) == (2, "类别：镇（街道）")
    assert "机构全称" in event.changes["列"]


def test_file_name_has_title_place_and_date(city):
    town = make_user("hm", city.offices["440513100-zf"], "town_clerk")
    assert written(by=scope(town))[0].name == "机构_海门镇_20200315.xlsx"
    assert written("region=440514101000")[0].name == "机构_井都镇_20200315.xlsx"
    assert written()[0].name == "机构_全部_20200315.xlsx"


def test_demonstration_is_marked_in_header_and_conditions():
    Setting.objects.create(key="demo.business_date", value="2020-02-17")
    _, book = written()
    assert dict(book.sheets["口径说明"].rows)["性质"] == "演示数据"
    assert all("演示数据" in sheet.header for sheet in book.sheets.values())


@pytest.mark.parametrize(
    "text", ["=1+1", "+8613800000000", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "  =1", "　=cmd|' /C calc'!A0"]
)
def test_cell_that_looks_like_a_formula_is_text_with_its_prefix_and_unchanged(text):
    Office.objects.filter(code="4405-fpb").update(name=text)
    _, book = written("sort=code")
    sheet = book.sheets["数据"]
    row = next(n for n, r in enumerate(sheet.rows) if r[0] == "4405-fpb")
    assert sheet.rows[row][1] == text
    assert (sheet.types[row][1], sheet.formats[row][1], sheet.quoted[row][1]) == ("inlineStr", "@", True)
    assert sheet.formulas == 0


def test_phone_and_long_number_stay_text():
    Office.objects.filter(code="4405-fpb").update(contact_line="13800138000", name="440511194910010019")
    _, book = written("kind=lead&sort=code")
    row = book.sheets["数据"].rows[1]
    assert (row[1], row[-1]) == ("440511194910010019", "13800138000")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=40).filter(lambda t: t.strip() == t)
)
def test_any_text_comes_back_as_it_was(text):
    Office.objects.filter(code="4405-fpb").update(short_name=text)
    table = replace(TABLE, columns=(replace(TABLE.columns[0]), replace(TABLE.columns[1], value="short_name")))
    out = BytesIO()
    export(table, QueryDict("kind=lead&sort=code"), Scope.system(), out, now=NOW, reason="核对")
    sheet = read(out.getvalue()).sheets["数据"]
    assert (sheet.rows[1][1], sheet.formulas) == (text, 0)
    assert sheet.quoted[1][1] is risky(text)


def test_text_beyond_a_cell_is_cut_with_words():
    Office.objects.filter(code="4405-fpb").update(aliases=["长" * 40_000])
    table = replace(TABLE, columns=(TABLE.columns[0], replace(TABLE.columns[1], value=lambda o, _t: "".join(o.aliases))))
    out = BytesIO()
    export(table, QueryDict("kind=lead&sort=code"), Scope.system(), out, now=NOW, reason="核对")
    text = read(out.getvalue()).sheets["数据"].rows[1][1]
    assert len(text) == 32_767
    assert text.endswith("…（内容过长，已截断）")


def test_hidden_group_is_withheld_in_the_export_too(city):
    Office.objects.update(contact_line="CANARY0754")
    two = Scope(1, "甲", None, holds=(Hold("r", frozenset({"registry.view", "registry.export"}), city.city.place, frozenset({"base"})),))
    out = BytesIO()
    export(TABLE, QueryDict(), two, out, now=NOW, reason="核对")
    book = read(out.getvalue())
    assert {r[-1] for r in book.sheets["数据"].rows[1:]} == {NOT_VISIBLE}
    assert "CANARY" not in repr(book)
    assert "无权查看" in book.comments


def test_only_rows_of_grants_with_the_export_permission_leave(city):
    both, view = frozenset({"registry.view", "registry.export"}), frozenset({"registry.view"})
    two = Scope(1, "甲", None, holds=(Hold("a", both, city.at("440513100").place), Hold("b", view, city.at("440514").place)))
    assert TABLE.view(QueryDict(), two, now=NOW).total > 3
    done, book = written(by=two)
    assert done.count == 3
    assert all(str(r[0]).startswith("440513100") for r in book.sheets["数据"].rows[1:])


def test_export_without_permission_is_refused_and_leaves_no_trace(city):
    department = make_user("nyj", city.offices["4405-nyj"], "department_clerk")
    with pytest.raises(NotPermitted, match="没有导出“机构”的权限"):
        written(by=scope(department))
    assert not Event.objects.exists()


def test_export_without_reason_is_refused():
    with pytest.raises(Refused, match="导出须写明理由") as no:
        written(reason=" \n")
    assert no.value.field == "reason"
    assert not Event.objects.exists()


def test_export_above_the_line_needs_the_leaders_permission(city, monkeypatch):
    line = Rule("approval_above", 10, "条", dt.date(2019, 1, 1), None, "", "试验", False)
    monkeypatch.setattr(sheets, "lookup", lambda *_a, **_k: line)
    clerk = scope(make_user("cy", city.offices["4405-fpb"], "office_clerk"))
    with pytest.raises(Refused, match="超过 10 条，须经负责人批准"):
        written(by=clerk)
    assert written("kind=town", by=clerk)[0].count == 4
    leader = replace(clerk, holds=(replace(clerk.holds[0], permissions=clerk.holds[0].permissions | {sheets.LARGE_EXPORT}),))
    assert written(by=leader)[0].count == Office.objects.count()


def test_approval_line_is_dated():
    assert sheets.lookup("exports", "approval_above", on=NOW.date()).value == 5000
