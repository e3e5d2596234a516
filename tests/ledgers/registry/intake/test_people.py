"""The workbook of households and members: judged, written, taken back."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwang.kernel.audit.models import Event
from shouwang.kernel.columns.sheet import Context
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.intake.people import PEOPLE
from shouwang.ledgers.registry.models import Household, Member, ProgrammeStatus
from tests.factories.accounts import make_user, scope
from tests.factories.registry import add_income, add_member, make_household
from tests.ledgers.registry.intake.rows import HEADER, TODAY, id_of, judged, words

FATHER, MOTHER = id_of("19700101", 1), id_of("19720303", 2)


@pytest.fixture
def clerk(city) -> Scope:
    return scope(make_user("440513100-zf-jb", city.offices["440513100-zf"], "town_clerk"))


def new_home(village: str) -> list[list[object]]:
    return [HEADER, ["H900001", village, "陈大河", "户主", FATHER], ["H900001", None, "林小溪", "配偶", MOTHER]]


def run(rows, by, **kw):
    plans, context = judged(rows, by, **kw)
    assert words(plans) == []
    return PEOPLE.write([p for p in plans if not p.idle], context), context


def test_new_household_with_what_the_numbers_say(clerk, city):
    village = city.at("440513100001")
    plans, _context = judged(new_home(village.name), clerk)
    assert [(p.verdicts, words(plans)) for p in plans] == [({2: "new", 3: "new"}, [])]
    written, _context = run(new_home(village.name), clerk)
    home = Household.objects.get(code="H900001")
    assert (home.head_name, home.region, home.registration) == ("陈大河", village, "")
    people = list(home.members.order_by("pk").values_list("code", "name", "sex", "birth_date__year", "id_type", "relation"))
    assert people == [
        ("H90000101", "陈大河", "male", 1970, "resident", "head"),
        ("H90000102", "林小溪", "female", 1972, "resident", "spouse"),
    ]
    assert [(w.key, w.outcome, w.record_id) for w in written] == [("H900001", "new", home.pk)]
    assert Event.objects.filter(verb="registry.household.import", record_id=str(home.pk)).count() == 1
    assert Event.objects.filter(verb="registry.member.add").count() == 2


def test_same_rows_again_change_nothing(clerk):
    run(new_home("和睦居委会"), clerk)
    plans, context = judged(new_home("和睦居委会"), clerk)
    assert [p.verdicts for p in plans] == [{2: "same", 3: "same"}]
    assert plans[0].idle
    assert Member.objects.count() == 2
    assert context.memory["villages"] is not None


@pytest.fixture
def home(city):
    made = make_household(city.at("440513100001"), code="H1", head_name="陈大河", phone="13800138000", hamlet="一组")
    add_member(made, code="H101", name="陈大河", id_number=FATHER)
    add_member(made, code="H102", name="林小溪", relation="spouse", sex="female", id_number=MOTHER, birth_date=dt.date(1972, 3, 3))
    return made


def test_update_by_number_by_name_and_by_id_sets_only_what_differs(clerk, home):
    header = ["户编号", "村民小组", "人编号", "姓名", "证件号码", "健康状况", "文化程度"]
    rows = [header, ["H1", "二组", "H101", None, None, "长期慢性病", None], ["H1", None, None, "林小溪", None, "健康", "初中"]]
    plans, context = judged(rows, clerk)
    assert [(p.verdicts, p.changes) for p in plans] == [({2: "update", 3: "update"}, {2: ["村民小组", "健康状况"], 3: ["文化程度"]})]
    written = PEOPLE.write(plans, context)
    home.refresh_from_db()
    assert (home.hamlet, home.version) == ("二组", 2)
    assert list(home.members.order_by("pk").values_list("health", "education")) == [("chronic", ""), ("healthy", "junior")]
    assert {k: v for k, v in written[0].before.items() if k != "versions"} == {
        "home": {"hamlet": "一组"},
        "members": {str(home.members.get(code="H101").pk): {"health": "healthy"}, str(home.members.get(code="H102").pk): {"education": ""}},
        "added": [],
    }


def test_masked_values_of_an_export_mean_no_change(clerk, home):
    home.members.filter(code="H101").update(phone=None)
    header = ["户编号", "户联系电话", "人编号", "姓名", "证件号码"]
    rows = [header, ["H1", "138****8000", "H101", "陈**", "440513********" + FATHER[-4:]]]
    plans, _context = judged(rows, clerk)
    assert (words(plans), plans[0].verdicts) == ([], {2: "same"})


@pytest.mark.usefixtures("home")
def test_mask_of_another_value_is_refused(clerk):
    rows = [["户编号", "人编号", "证件号码"], ["H1", "H101", "440513********0000"]]
    plans, _context = judged(rows, clerk)
    assert words(plans) == ["第 2 行“证件号码”的值“”：是脱敏后的内容，且与系统中的不一致。请填写完整内容，或恢复为导出时的样子。"]


def test_empty_cell_leaves_and_cleared_cell_empties(clerk, home):
    rows = [["户编号", "村民小组", "户联系电话", "人编号", "技能特长"], ["H1", "清空", None, "H101", None]]
    run(rows, clerk)
    home.refresh_from_db()
    assert (home.hamlet, home.phone.reveal()) == ("", "13800138000")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("证件号码", 440513197001010017.0, "以数字格式存储"),
        ("证件号码", "4.40513E+17", "科学计数法"),
        ("证件号码", "440513700101003", "15 位旧号码。升位后应为 440513********"),
        ("证件号码", "440513197001010018", "校验位不符"),
        ("证件号码", FATHER.replace("1970", "1971"), "校验位不符"),
        ("出生日期", "2020年2月30日", "没有这一天"),
        ("出生日期", dt.date(1890, 1, 1), "应在 1900 年至今天之间"),
        ("成员联系电话", "1380013800", "电话共 10 位数字"),
        ("健康状况", "健康良好", "不在可选值内。是否应为“健康”？"),
        ("性别", "女", "证件号码第 17 位表示男性"),
        ("残疾类别", "肢体残疾", "残疾类别和残疾等级须同时填写"),
        ("公益性岗位月数", 3, "没有公益性岗位，岗位月数应为 0"),
        ("公益性岗位月数", "三个月", "不是数字"),
        ("姓名", "陈大河1", "姓名中有数字"),
        ("医疗救助", "大概", "只能填“是”或“否”"),
        ("耕地", -1, "不能小于 0"),
        ("耕地", "1.234", "最多两位小数"),
        ("村民小组", "#REF!", "公式错误值"),
        ("主要致贫原因", "因病，因残", "不在可选值内"),
    ],
)
def test_wrong_cell_names_row_field_and_remedy(clerk, home, column, value, said):
    columns = ["户编号", "人编号", *([column] if column == "证件号码" else ["证件号码", column])]
    row = ["H1", "H101", *([value] if column == "证件号码" else [None, value])]
    if column == "性别":
        row[2] = FATHER
        home.members.filter(code="H101").update(sex="female")
        Member.objects.filter(code="H101").update(id_number=None)
    plans, _context = judged([columns, row], clerk)
    found = words(plans)
    assert len(found) == 1
    assert found[0].startswith("第 2 行“")
    assert said in found[0]
    assert plans[0].verdicts == {2: "error"}
    assert FATHER not in found[0]


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("２０１９－１２－０１", dt.date(2019, 12, 1)),
        (43831, dt.date(2020, 1, 1)),
        (43831.0, dt.date(2020, 1, 1)),
        ("2020年1月5日", dt.date(2020, 1, 5)),
        ("2020.1.5", dt.date(2020, 1, 5)),
        (dt.datetime.combine(dt.date(2020, 1, 6), dt.time()), dt.date(2020, 1, 6)),
    ],
)
def test_days_as_spreadsheets_have_them(clerk, home, cell, stored):
    run([["户编号", "人编号", "采集日期"], ["H1", "H101", cell]], clerk)
    home.refresh_from_db()
    assert home.collected_on == stored


@pytest.mark.usefixtures("home")
def test_day_far_in_the_future_serial_is_refused_not_guessed(clerk):
    plans, _context = judged([["户编号", "人编号", "采集日期"], ["H1", "H101", 450000]], clerk)
    assert "不是可识别的日期" in words(plans)[0]


def test_household_is_whole_or_not_at_all(clerk):
    rows = new_home("和睦居委会")
    rows[2][4] = "440513197203030029"
    plans, _context = judged(rows, clerk)
    assert plans[0].verdicts == {2: "new", 3: "error"}
    assert not plans[0].sound


def test_two_heads_and_none(clerk):
    rows = new_home("和睦居委会")
    rows[2][3] = "户主"
    assert "会有 2 名户主" in words(judged(rows, clerk)[0])[0]
    rows[1][3], rows[2][3] = "儿子", "儿媳"
    assert "该户没有户主" in words(judged(rows, clerk)[0])[0]


def test_head_hands_over_within_one_workbook(clerk, home):
    rows = [["户编号", "人编号", "与户主关系"], ["H1", "H101", "配偶"], ["H1", "H102", "户主"]]
    run(rows, clerk)
    home.refresh_from_db()
    assert (home.head_name, home.version) == ("林小溪", 2)
    assert list(home.members.order_by("pk").values_list("relation", flat=True)) == ["spouse", "head"]


@pytest.mark.usefixtures("home")
def test_rows_of_one_household_that_contradict_each_other(clerk):
    rows = [["户编号", "村民小组", "人编号"], ["H1", "一组", "H101"], ["H1", "二组", "H102"]]
    assert "与本户第 2 行起填写的不一致" in words(judged(rows, clerk)[0])[0]


def test_place_outside_the_reach_is_not_shown_to_exist(clerk, city):
    make_household(city.at("440514101201"), code="H2")
    rows = [["户编号", "村（社区）", "姓名", "与户主关系", "证件号码"], ["H2", "和丰村委会", "陈大河", "户主", FATHER]]
    found = words(judged(rows, clerk)[0])
    assert "不在您的管理范围内" in found[0]
    assert "没有找到这个村（社区），或不在您的管理范围内" in found[1]


def test_dissolved_village_names_the_year(clerk, city):
    gone = city.at("440513100002")
    gone.year_to = 2018
    gone.save()
    rows = new_home("城南居委会")
    assert "自 2019 年起已撤并" in words(judged(rows, clerk)[0])[0]


def test_village_goes_by_short_name_and_code(clerk, city):
    for said in ("和睦", "和睦社区", "440513100001"):
        plans, _context = judged(new_home(said), clerk)
        assert plans[0].load.region == city.at("440513100001"), said


@pytest.mark.usefixtures("home")
def test_workbook_does_not_move_a_household(clerk):
    rows = [["户编号", "村（社区）", "人编号"], ["H1", "城南居委会", "H101"]]
    assert "该户登记在“和睦居委会”。迁移请在户档案中办理" in words(judged(rows, clerk)[0])[0]


@pytest.mark.usefixtures("home")
def test_person_on_file_elsewhere_is_a_suspect_until_cleared(clerk):
    plans, context = judged(new_home("城南居委会"), clerk)
    assert plans[0].verdicts == {2: "suspect", 3: "suspect"}
    assert [s.evidence for s in plans[0].suspects[2]] == [("证件号码相同",)]
    assert plans[0].suspects[2][0].label == "陈**（H1，和睦居委会）"
    cleared = Context(clerk, TODAY, context.columns, {2: "已核对", 3: "已核对"})
    again = PEOPLE.judge([p.bundle for p in plans], cleared)
    assert again[0].verdicts == {2: "new", 3: "new"}


def test_suspect_outside_the_reach_says_nothing_of_where(clerk, city):
    other = make_household(city.at("440514101201"), code="H7")
    add_member(other, id_number=FATHER)
    plans, _context = judged(new_home("和睦居委会"), clerk)
    suspect = plans[0].suspects[2][0]
    assert (suspect.url, suspect.label) == ("", "管理范围以外已登记的一人")


def test_standing_of_a_new_household_is_the_countys_to_enter(clerk, city):
    header = [*HEADER, "建档立卡属性", "认定时间", "认定依据文件"]
    row = ["H900001", "和睦居委会", "陈大河", "户主", FATHER, "已脱贫", "2018-12-20", "潮阳扶组〔2018〕12号"]
    assert "项目状态由区（县）及以上机构登记" in words(judged([header, row], clerk)[0])[0]
    county = scope(make_user("440513-fpb-jb", city.offices["440513-fpb"], "office_clerk"))
    run([header, row], county)
    status = ProgrammeStatus.objects.get(household__code="H900001")
    assert (status.standing, status.since, status.document) == ("exited", dt.date(2018, 12, 20), "潮阳扶组〔2018〕12号")
    assert Household.objects.get(code="H900001").registration == "exited"


def test_withdrawn_new_household_is_gone_with_an_audit_row(clerk):
    written, context = run(new_home("和睦居委会"), clerk)
    assert PEOPLE.withdraw(written, context) == {"H900001": ""}
    assert (Household.objects.count(), Member.objects.count()) == (0, 0)
    assert Event.objects.filter(verb="registry.household.withdraw_import").count() == 3


def test_withdrawn_update_is_what_it_was(clerk, home):
    header = ["户编号", "村民小组", "耕地", "采集日期", "户联系电话", "人编号", "姓名", "与户主关系", "证件号码", "成员联系电话"]
    child = id_of("20100505", 3)
    rows = [
        header,
        ["H1", "二组", 3.5, "2020-02-01", "13900139000", "H101", None, None, None, "13700137000"],
        ["H1", None, None, None, None, None, "陈小河", "儿子", child, None],
    ]
    written, context = run(rows, clerk)
    assert Member.objects.filter(household=home).count() == 3
    assert PEOPLE.withdraw(written, context) == {"H1": ""}
    home.refresh_from_db()
    assert (home.hamlet, home.arable_land, home.collected_on, home.phone.reveal()) == ("一组", None, None, "13800138000")
    assert list(home.members.order_by("pk").values_list("code", flat=True)) == ["H101", "H102"]
    assert home.members.get(code="H101").phone is None


def test_what_was_touched_since_stays(clerk, home):
    written, context = run([["户编号", "村民小组", "人编号"], ["H1", "二组", "H101"]], clerk)
    Household.objects.filter(pk=home.pk).update(version=9)
    assert "导入后又被修改过" in PEOPLE.withdraw(written, context)["H1"]
    fresh, context = run([HEADER, ["H3", "和睦居委会", "郑一", "户主", id_of("19800808", 7)]], clerk)
    add_income(Household.objects.get(code="H3"), wage=1)
    assert "已有收入、帮扶、走访等记录" in PEOPLE.withdraw(fresh, context)["H3"]


def test_queries_do_not_grow_with_the_households(clerk, django_assert_max_num_queries):
    rows = [HEADER] + [[f"H8{n:04d}", "和睦居委会", "陈某", "户主", id_of("19700101", 2 * n + 1)] for n in range(40)]
    with django_assert_max_num_queries(14):
        plans, context = judged(rows, clerk)
    with CaptureQueriesContext(connection) as made:
        PEOPLE.write(plans, context)
    assert len([q for q in made if "SAVEPOINT" not in q["sql"]]) <= 40
    assert Household.objects.count() == 40
