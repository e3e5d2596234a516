"""分解表: proposals of the grid, ticked cells, and tables pasted from Excel."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.ledgers.dispatch import decomposition, recipients
from shouwang.ledgers.dispatch.actions import notices
from shouwang.ledgers.dispatch.models import Duty, Notice, Task
from tests.factories.dispatch import ACTION, NOW, REPORT, TODAY, Stage, reading, registered
from tests.factories.moments import at

HEAD = "序号\t任务内容\t牵头单位\t配合单位\t完成时限\n"


@pytest.fixture
def clerk(made: Stage):
    return made.scope("4405-fpb-clerk")


@pytest.fixture
def notice(made: Stage, clerk) -> Notice:
    duties = [
        {**reading()["duties"][0], "ledger": "produce"},
        reading()["duties"][1],
        {**reading()["duties"][0], "by": "issuer", "text": "由我办汇总。"},
    ]
    return notices.finish_check(registered(made, duties=duties), by=clerk, today=TODAY, now=NOW)


def grid(notice: Notice) -> list[decomposition.GridRow]:
    found = recipients.resolve(notice.recipients, notice.office, TODAY)
    return decomposition.grid(notice, found, TODAY)


def proposed(row: decomposition.GridRow) -> tuple[list[str], dict[str, str]]:
    return [o.code for o, on, _ in row.districts if on], {o.code: part for o, part, _ in row.departments if part}


def test_districts_are_proposed_for_their_duties_departments_for_their_ledger_and_nobody_for_the_issuers_own(notice):
    produce, report, own = grid(notice)
    both = ["440513-fpb", "440514-fpb"]
    assert proposed(produce) == (both, {"4405-nyj": "lead"})
    assert proposed(report) == (both, {"4405-nyj": "lead", "4405-rsj": "lead"})
    assert proposed(own) == ([], {})


def test_a_notice_that_names_only_departments_proposes_no_district(notice):
    Notice.objects.filter(pk=notice.pk).update(recipients="市直各有关部门")
    notice.refresh_from_db()
    assert [proposed(row)[0] for row in grid(notice)] == [[], [], []]


def test_a_notice_that_names_nobody_known_proposes_the_districts(notice):
    Notice.objects.filter(pk=notice.pk).update(recipients="")
    notice.refresh_from_db()
    assert proposed(grid(notice)[0]) == (["440513-fpb", "440514-fpb"], {})


def test_what_is_issued_is_shown_as_issued_and_nothing_more_is_proposed_for_that_duty(made, notice, clerk):
    duty = notice.duties.get(position=1)
    cells = [
        notices.Assignment(duty.pk, made.office("440513-fpb").pk),
        notices.Assignment(duty.pk, made.office("4405-rsj").pk, Task.Part.SUPPORT),
    ]
    notices.issue(notice, cells, by=clerk, today=TODAY, now=NOW)
    row = grid(notice)[0]
    assert [(o.code, on, done) for o, on, done in row.districts] == [("440513-fpb", True, True), ("440514-fpb", False, False)]
    assert [(o.code, part, done) for o, part, done in row.departments] == [("4405-nyj", "", False), ("4405-rsj", "support", True)]


def test_the_grid_costs_the_same_queries_for_one_duty_and_three(notice):
    grid(notice)  # reads the office
    counts = []
    for state in ("dropped", "confirmed"):
        notice.duties.exclude(position=1).update(state=state)
        with CaptureQueriesContext(connection) as seen:
            assert len(grid(notice)) == (1 if state == "dropped" else 3)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_ticked_cells_become_assignments_and_an_office_ticked_twice_leads(notice):
    first, second = notice.duties.get(position=1).pk, notice.duties.get(position=2).pk
    data = QueryDict(
        f"lead-{first}=5&lead-{first}=6&support-{first}=6&support-{first}=7&lead-{second}=5&lead-999=5&lead-{second}=x&lead-{second}=-1"
    )
    cells = [(c.duty_id, c.office_id, c.part) for c in decomposition.from_post(notice, data)]
    assert cells == [(first, 5, "lead"), (first, 6, "lead"), (first, 7, "support"), (second, 5, "lead")]


def test_duties_that_are_not_confirmed_take_no_cells(notice):
    duty = notice.duties.get(position=1)
    Duty.objects.filter(pk=duty.pk).update(state="dropped")
    assert decomposition.from_post(notice, QueryDict(f"lead-{duty.pk}=5")) == []


def table(notice: Notice, text: str) -> decomposition.TableResult:
    return decomposition.from_table(notice, text, list(offices_in_force(TODAY).select_related("region")), base=TODAY)


def test_a_table_joins_its_rows_to_duties_by_words_or_bare_number(notice):
    text = HEAD + (
        f"1\t{ACTION.rstrip('。')} \t市农业农村局\t市人力资源和社会保障局\t2月25日\n"
        "2\t\t各区（县）\t\t\n"
        "7\t增加一项新任务\t潮阳区扶贫办、市农业农村局\t\t2020/3/1\n"
    )
    result = table(notice, text)
    assert result.errors == []
    assert [r.duty.position if r.duty else None for r in result.rows] == [1, 2, None]
    assert [[o.code for o in r.lead] for r in result.rows] == [["4405-nyj"], ["440513-fpb", "440514-fpb"], ["4405-nyj", "440513-fpb"]]
    assert [[o.code for o in r.support] for r in result.rows] == [["4405-rsj"], [], []]
    assert [r.due.isoformat() if r.due else None for r in result.rows] == ["2020-02-25", None, "2020-03-01"]
    assert [r.text for r in result.rows] == [ACTION.rstrip("。"), REPORT, "增加一项新任务"]


def test_columns_may_stand_in_any_order_under_their_other_names(notice):
    result = table(notice, "责任单位\t时限\t工作任务\n市农业农村局\t2020-02-25\t新任务\n")
    assert result.errors == []
    assert [(r.text, r.lead[0].code, str(r.due)) for r in result.rows] == [("新任务", "4405-nyj", "2020-02-25")]


@pytest.mark.parametrize(
    ("row", "field", "value", "remedy"),
    [
        ("1\t\t市火星局\t\t", "牵头单位", "市火星局", "不是已登记的机构"),
        ("1\t\t市农业农村局\t火星办\t", "配合单位", "火星办", "不是已登记的机构"),
        ("1\t\t\t\t", "牵头单位", "", "必填项不能为空"),
        ("1\t\t市农业农村局\t\t2020-02-30", "完成时限", "2020-02-30", "没有这一天"),
        ("1\t\t市农业农村局\t\t尽快", "完成时限", "尽快", "不是可识别的日期"),
        ("99\t\t市农业农村局\t\t", "任务内容", "99", "序号也不是本文的任务"),
        ("\t\t市农业农村局\t\t", "任务内容", "", "没有任务内容"),
        ("1\t别的任务\t市农业农村局\t\t", "序号", "1", "校核台第 1 条是“要做好春耕备耕工作。”，与本行任务内容不同"),
        (f"1\t{'长' * 1001}\t市农业农村局\t\t", "任务内容", "长" * 30, "最多 1000 个字"),
    ],
)
def test_every_error_names_row_field_value_and_remedy(notice, row, field, value, remedy):
    result = table(notice, f"{HEAD}2\t\t市农业农村局\t\t\n{row}\n")
    wrong = next(e for e in result.errors if e.field == field)
    assert (wrong.row, wrong.value, remedy in wrong.remedy) == (3, value, True)
    assert wrong.words.startswith(f"第 3 行“{field}”的值“{value}”：")


def test_all_errors_of_a_table_are_told_at_once(notice):
    result = table(notice, HEAD + "1\t\t市火星局\t\t\n2\t\t\t\t2020-13-01\n88\t\t市农业农村局\t\t\n")
    assert {(e.row, e.field) for e in result.errors} == {(2, "牵头单位"), (3, "牵头单位"), (3, "完成时限"), (4, "任务内容")}


@pytest.mark.parametrize("text", ["", "  \n\t\n", "序号\t任务内容\n1\t新任务"])
def test_an_empty_or_headless_table_says_what_to_copy(notice, text):
    result = table(notice, text)
    assert [(e.row, e.field) for e in result.errors] == [(1, "表格")]
    assert result.rows == []


def test_a_table_without_errors_is_issued_whole(notice, clerk):
    text = HEAD + "1\t\t市农业农村局\t市人力资源和社会保障局\t2月25日\n\t新任务\t潮阳区扶贫办\t\t3月1日\n"
    given = decomposition.issue_table(notice, table(notice, text), by=clerk, today=TODAY, now=NOW)
    assert {(t.office.code, t.part, t.duty.text) for t in given} == {
        ("4405-nyj", "lead", ACTION),
        ("4405-rsj", "support", ACTION),
        ("440513-fpb", "lead", "新任务"),
    }
    assert {t.due_at for t in given} == {at("2020-02-25 23:59:59"), at("2020-03-01 23:59:59")}
    added = notice.duties.get(origin="table")
    assert (added.position, added.state, added.due_at) == (4, "confirmed", at("2020-03-01 23:59:59"))


def test_a_table_with_errors_or_a_failing_row_leaves_nothing_behind(made, notice, clerk):
    broken = table(notice, HEAD + "\t新任务\t市农业农村局\t\t\n\t另一任务\t市火星局\t\t\n")
    with pytest.raises(Refused, match="分解表有 1 处错误，没有交办"):
        decomposition.issue_table(notice, broken, by=clerk, today=TODAY, now=NOW)
    sound = table(notice, HEAD + "\t新任务\t市农业农村局\t\t\n\t另一任务\t潮阳区扶贫办\t\t\n")
    gone = made.office("440513-fpb")
    gone.valid_to = TODAY
    gone.save()
    with pytest.raises(Refused, match="撤销，不能交办"):
        decomposition.issue_table(notice, sound, by=clerk, today=TODAY, now=NOW)
    with pytest.raises(NotPermitted):
        decomposition.issue_table(notice, sound, by=made.scope("440513-fpb-clerk"), today=TODAY, now=NOW)
    assert (notice.duties.count(), Task.objects.count()) == (3, 0)


def test_the_words_that_lead_departments_belong_to_known_ledgers():
    known = dict(Duty._meta.get_field("ledger").choices or ())
    assert set(decomposition.department_words()) <= set(known)
