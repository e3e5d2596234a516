"""An import from the upload to the receipt and back, on the registry's workbook."""

from __future__ import annotations

import pytest

from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused, Stale
from shouwang.kernel.imports import actions, queries
from shouwang.kernel.imports.models import ColumnMapping, Import, ImportReceipt
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.workbooks import read
from shouwang.kernel.worklist.models import Message
from shouwang.ledgers.registry.intake.people import PEOPLE
from shouwang.ledgers.registry.models import Household, Member
from tests.factories.accounts import make_user, scope, small_city
from tests.kernel.imports.files import upload_of, work, xlsx
from tests.ledgers.registry.intake.rows import HEADER, TODAY, id_of

pytestmark = pytest.mark.django_db
FATHER, MOTHER, OTHER = id_of("19700101", 1), id_of("19720303", 2), id_of("19800505", 3)
ROWS = [
    HEADER,
    ["H900001", "和睦居委会", "陈大河", "户主", FATHER],
    ["H900001", None, "林小溪", "配偶", MOTHER],
    ["H900002", "和睦居委会", "郑一", "户主", OTHER],
]


@pytest.fixture
def city():
    return small_city()


@pytest.fixture
def clerk(city):
    return scope(make_user("440513100-zf-jb", city.offices["440513100-zf"], "town_clerk"))


def uploaded(rows, by, **kw) -> Import:
    content = rows if isinstance(rows, bytes) else xlsx(rows, **kw)
    batch = actions.upload(PEOPLE, upload_of(content), by=by, today=TODAY)
    work()
    return Import.objects.get(pk=batch.pk)


def confirmed(batch: Import, by) -> Import:
    actions.confirm(batch, by=by, today=TODAY, version=batch.version)
    work()
    return Import.objects.get(pk=batch.pk)


def test_pre_check_writes_nothing_and_confirmation_writes_all(clerk):
    batch = uploaded(ROWS, clerk)
    assert (batch.state, batch.counts, batch.worksheet) == (
        "checked",
        {"new": 3, "update": 0, "same": 0, "error": 0, "suspect": 0},
        "Sheet1",
    )
    assert Household.objects.count() == 0
    done = confirmed(batch, clerk)
    assert (done.state, done.counts["written_new"], Household.objects.count(), Member.objects.count()) == ("done", 2, 2, 3)
    assert list(ImportReceipt.objects.values_list("key", "outcome")) == [("H900001", "new"), ("H900002", "new")]
    assert "导入完成：新增 2 户" in Message.objects.get().text
    verbs = list(Event.objects.filter(ledger="imports.import").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["imports.import.upload", "imports.import.checked", "imports.import.confirm", "imports.import.done"]


def test_same_file_twice_changes_nothing_and_says_so(clerk):
    content = xlsx(ROWS)
    confirmed(uploaded(content, clerk), clerk)
    again = uploaded(content, clerk)
    assert again.counts["same"] == 3
    assert again.notes[0].startswith("同一文件已于 2020-02-17 导入过")
    with pytest.raises(Refused, match="没有可以导入的行"):
        actions.confirm(again, by=clerk, today=TODAY, version=again.version)


def test_households_with_an_error_wait_and_the_others_go_in(clerk):
    rows = [*ROWS[:2], [*ROWS[2][:4], "440513197203030029"], ROWS[3]]
    batch = uploaded(rows, clerk)
    assert (batch.counts["new"], batch.counts["error"]) == (2, 1)
    row = batch.rows.get(verdict="error")
    assert (row.row, row.faults[0][:2]) == (3, ["证件号码", "440513********0029"])
    confirmed(batch, clerk)
    assert list(Household.objects.values_list("code", flat=True)) == ["H900002"]
    corrected = confirmed(uploaded(ROWS, clerk), clerk)
    assert (corrected.counts["same"], corrected.counts["written_new"], Household.objects.count()) == (1, 1, 2)


def test_title_two_header_rows_merged_and_hidden_columns_and_formulas_are_read(clerk):
    rows = [
        ["某镇户档案登记表", None, None, None, None, None],
        ["户编号", "村（社区）", "成员", None, None, "村民小组"],
        [None, None, "姓名", "与户主关系", "证件号码", None],
        ["H900001", "和睦居委会", "陈大河", "户主", FATHER, "=1+6"],
        [None, None, "林小溪", "配偶", MOTHER, None],
    ]
    batch = uploaded(rows, clerk, merged=["C2:E2", "A4:A5"], hidden=[1])
    assert batch.counts["new"] == 2, (batch.notes, list(batch.rows.values()))
    assert batch.notes == [
        "第 2 行识别为表头，其上的 1 行作为标题略过。",
        "表头有两行，已合并识别。",
        "隐藏的列“村（社区）”也已读取。",
        "表中有公式，按文件中保存的计算结果读取。",
    ]
    confirmed(batch, clerk)
    assert Household.objects.get().hamlet == "7"


def test_unknown_headers_are_assigned_once_and_known_ever_after(clerk):
    rows = [["农户代号", "所在地", "名字", "称谓", "公民号码"], *ROWS[1:]]
    batch = uploaded(rows, clerk)
    assert batch.state == "unread"
    assert batch.header["named"] == {"0": "农户代号", "1": "所在地", "2": "名字", "3": "称谓", "4": "公民号码"}
    columns = {"农户代号": "code", "所在地": "village", "名字": "name", "称谓": "relation", "公民号码": "id_number"}
    actions.save_mapping(batch, columns, by=clerk, today=TODAY, version=batch.version)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.counts["new"]) == ("checked", 3)
    assert ColumnMapping.objects.count() == 1
    assert uploaded([rows[0], ["H900005", "和睦居委会", "郑二", "户主", id_of("19810101", 5)]], clerk).counts["new"] == 1


def test_two_columns_cannot_be_one_field(clerk):
    batch = uploaded([["农户代号", "所在地", "名字"], ["H1", "x", "y"]], clerk)
    with pytest.raises(Refused, match="指定了两列"):
        actions.save_mapping(batch, {"农户代号": "code", "所在地": "code"}, by=clerk, today=TODAY, version=batch.version)


def test_suspect_waits_for_a_decision_that_is_remembered_with_its_reason(clerk):
    confirmed(uploaded([HEADER, ROWS[3]], clerk), clerk)
    batch = uploaded([HEADER, ["H900009", "和睦居委会", "郑一", "户主", OTHER]], clerk)
    assert batch.counts["suspect"] == 1
    row = batch.rows.get()
    with pytest.raises(Refused, match="须写明依据"):
        actions.decide(row, "other", reason="", by=clerk, today=TODAY)
    actions.decide(row, "other", reason="已核对户口簿，前一户系误登", by=clerk, today=TODAY)
    confirmed(batch, clerk)
    assert Household.objects.filter(code="H900009").count() == 1
    assert Event.objects.filter(verb="imports.row.decide").count() == 1


def test_suspect_that_is_the_same_person_is_left_out(clerk):
    confirmed(uploaded([HEADER, ROWS[3]], clerk), clerk)
    batch = uploaded([*ROWS[:3], ["H900001", None, "郑一", "之子", OTHER]], clerk)
    actions.decide(batch.rows.get(verdict="suspect"), "skip", reason="", by=clerk, today=TODAY)
    confirmed(batch, clerk)
    assert Household.objects.get(code="H900001").members.count() == 2


def test_undecided_suspects_hold_their_household_back(clerk):
    confirmed(uploaded([HEADER, ROWS[3]], clerk), clerk)
    batch = uploaded(
        [*ROWS[:3], ["H900001", None, "郑一", "之子", OTHER], ["H900003", "和睦居委会", "吴一", "户主", id_of("19600606", 5)]], clerk
    )
    confirmed(batch, clerk)
    assert sorted(Household.objects.values_list("code", flat=True)) == ["H900002", "H900003"]


def test_other_person_was_faster(clerk):
    batch = uploaded(ROWS, clerk)
    second = uploaded([HEADER, ["H900007", "和睦居委会", "陈大河", "户主", FATHER]], clerk)
    confirmed(second, clerk)
    confirmed(batch, clerk)
    assert sorted(Household.objects.values_list("code", flat=True)) == ["H900002", "H900007"]
    assert batch.rows.get(row=2).verdict == "suspect"


def test_withdrawal_takes_everything_back(clerk):
    done = confirmed(uploaded(ROWS, clerk), clerk)
    with pytest.raises(Refused, match="须写明理由"):
        actions.withdraw(done, reason=" ", by=clerk, today=TODAY)
    actions.withdraw(done, reason="传错了文件", by=clerk, today=TODAY)
    work()
    done.refresh_from_db()
    assert (done.state, done.counts["kept"], Household.objects.count()) == ("withdrawn", 0, 0)


def test_withdrawal_leaves_what_was_changed_since(clerk):
    done = confirmed(uploaded(ROWS, clerk), clerk)
    Household.objects.filter(code="H900001").update(version=5)
    actions.withdraw(done, reason="传错了文件", by=clerk, today=TODAY)
    work()
    assert list(Household.objects.values_list("code", flat=True)) == ["H900001"]
    assert "导入后又被修改过" in ImportReceipt.objects.get(key="H900001").kept_because


def test_discarded_import_keeps_no_rows_and_no_file(clerk):
    batch = uploaded(ROWS, clerk)
    actions.discard(batch, by=clerk, today=TODAY)
    batch.refresh_from_db()
    assert (batch.state, batch.rows.count(), Attachment.objects.count()) == ("discarded", 0, 0)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.xlsx", "是空的"),
        (b"x", "a.pdf", "不是表格文件"),
        (b"x" * (21 * 1024 * 1024), "a.xlsx", "超过 20 MB"),
    ],
)
def test_file_that_is_none_is_refused_at_the_door(clerk, content, name, said):
    with pytest.raises(Refused, match=said):
        actions.upload(PEOPLE, upload_of(content, name), by=clerk, today=TODAY)
    assert Import.objects.count() == 0


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["甲", "乙"], [1, 2]], "没有找到“户和成员”的表头"),
        ([["姓名", "性别"], ["陈大河", "男"]], "没有找到“户编号”列"),
        ([HEADER], "没有数据行"),
        ([[*HEADER, "姓名"], [*ROWS[1], "x"]], "“姓名”列出现了两次"),
    ],
)
def test_file_without_the_columns_says_which(clerk, rows, said):
    batch = uploaded(rows, clerk)
    assert batch.state == "unread"
    assert said in batch.notes[0]
    assert Job.objects.get(pk=batch.job_id).state == "failed"


def test_not_a_workbook_is_unread_and_offers_no_mapping(clerk):
    batch = actions.upload(PEOPLE, upload_of(b"PK\x03\x04 broken"), by=clerk, today=TODAY)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.header) == ("unread", {})


def test_row_without_a_household_is_in_error_alone(clerk):
    batch = uploaded([*ROWS, [None, "和睦居委会", "无主", "户主", None]], clerk)
    row = batch.rows.get(verdict="error")
    assert (row.row, row.faults) == (5, [["户编号", "", "没有填写，无法确定所属记录。请补填后重新上传。"]])


def test_old_template_leaves_out_what_it_does_not_have(clerk):
    confirmed(uploaded([[*HEADER, "村民小组"], [*ROWS[1], "一组"]], clerk), clerk)
    confirmed(uploaded([["户编号", "姓名", "健康状况"], ["H900001", "陈大河", "长期慢性病"]], clerk), clerk)
    home = Household.objects.get()
    assert (home.hamlet, home.members.get().health) == ("一组", "chronic")


def test_stale_confirmation_is_refused(clerk):
    batch = uploaded(ROWS, clerk)
    with pytest.raises(Stale):
        actions.confirm(batch, by=clerk, today=TODAY, version=batch.version - 1)


def test_imports_are_the_own_offices(clerk, city):
    batch = uploaded(ROWS, clerk)
    colleague = scope(make_user("b", city.offices["440513100-zf"], "town_clerk"))
    neighbour = scope(make_user("c", city.offices["440513101-zf"], "town_clerk"))
    assert queries.one_import(colleague, batch.pk)[0].pk == batch.pk
    with pytest.raises(OutOfScope):
        queries.one_import(neighbour, batch.pk)
    viewer = scope(make_user("d", city.offices["440513100-zf"], "town_leader"))
    if not viewer.may(PEOPLE.permission):
        with pytest.raises(NotPermitted):
            actions.upload(PEOPLE, upload_of(xlsx(ROWS)), by=viewer, today=TODAY)


def test_right_lost_before_the_job_runs_stops_it(clerk):
    batch = actions.upload(PEOPLE, upload_of(xlsx(ROWS)), by=clerk, today=TODAY)
    batch.user.grants.all().delete()
    work()
    batch.refresh_from_db()
    assert (batch.state, Household.objects.count()) == ("checking", 0)
    assert Job.objects.get(pk=batch.job_id).state == "failed"


def test_marked_workbook_is_the_persons_own_with_the_words_behind_the_rows(clerk):
    confirmed(uploaded([HEADER, ROWS[3]], clerk), clerk)
    wrong = [*ROWS[2][:4], "440513197203030029"]
    batch = uploaded([["某村", None, None, None, None], *ROWS[:2], wrong, ["H900009", "和睦居委会", "郑一", "户主", OTHER]], clerk)
    content = actions.marked(batch, PEOPLE, by=clerk, today=TODAY)
    data = read(content, "标错.xlsx").sheets[0]
    assert [r[:5] for r in data.rows[2:4]] == [ROWS[1], wrong]
    said = [r[5] for r in data.rows]
    assert said[:2] == [None, "错误说明"]
    assert said[2] == "同户有错误行，整户未导入"
    assert said[3].startswith("证件号码：证件号码校验位不符")
    assert said[4].startswith("疑似重复：郑*（H900002，和睦居委会）（证件号码相同）。请在导入页面核对处理")
    assert Event.objects.filter(verb="imports.import.marked").count() == 1


def test_corrected_marked_workbook_goes_straight_back_in(clerk):
    rows = [HEADER, ROWS[1], [*ROWS[2][:4], "440513197203030029"]]
    batch = uploaded(rows, clerk)
    again = read(actions.marked(batch, PEOPLE, by=clerk, today=TODAY), "标错.xlsx").sheets[0].rows
    mended = [list(r) for r in again]
    mended[2][4] = MOTHER
    second = uploaded(mended, clerk)
    assert (second.counts["new"], second.counts["error"], second.notes) == (2, 0, [])


def test_title_above_the_header_is_no_upper_half_of_it(clerk):
    batch = uploaded([["某镇户档案采集表", None, None, None, None], *ROWS], clerk)
    assert (batch.counts["new"], batch.notes) == (3, ["第 2 行识别为表头，其上的 1 行作为标题略过。"])
