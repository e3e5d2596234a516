"""Lists: scope, privacy, filters from the URL, order, pages, constant query count."""

import datetime as dt
import itertools

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Hold, Scope
from shouwang.kernel.tables import NOT_VISIBLE, Action, Badge, Column, QuickView, Table, shown, window
from tests.factories.accounts import make_user, scope, small_city

NOW = dt.datetime(2020, 2, 17, 14, 5, tzinfo=timezone.get_default_timezone())
VIEW = "registry.view"

OFFICES = Table(
    key="offices",
    title="机构",
    permission=VIEW,
    base=lambda s: Office.objects.filter(s.q(VIEW)).select_related("region", "parent"),
    columns=(
        Column("code", "机构代码", "code", kind="mono", sort="code"),
        Column("name", "机构全称", "name", kind="link", sort="name"),
        Column("place", "所在区划", "region.name"),
        Column("kind", "类别", lambda o, _today: Badge(o.get_kind_display(), "b"), kind="tag"),
        Column("rank", "排序", "rank", kind="num", sort="rank"),
        Column("money", "经费", lambda o, _today: o.rank * 100, kind="money", group="income"),
        Column("founded", "成立日期", "valid_from", kind="date", sort="valid_from"),
        Column("ended", "撤销日期", "valid_to", kind="date", sort="valid_to", default_hidden=True),
        Column("age", "成立天数", lambda o, today: (today - o.valid_from).days, kind="num", unit="天"),
        Column("phone", "电话", "contact_line", group="identity", mask="phone"),
        Column("contact", "联系方式", "contact_line", group="contact", sort="contact_line"),
    ),
    filters=(
        Filter("kind", "类别", options=lambda _s: Office.Kind.choices, apply="kind"),
        Filter("name", "名称", "text", apply="name"),
        Filter("founded", "成立日期", "date_range", apply="valid_from"),
        Filter("rank", "排序", "number", apply="rank"),
        Filter("root", "有上级", "flag", apply=lambda rows, value, _today: rows.filter(parent__isnull=not value)),
        Filter("region", "区划", "region"),
        Filter("contact", "联系方式", "text", apply="contact_line", group="contact", visible=False),
    ),
    quick_views=(QuickView("towns", "镇（街道）", {"kind": "town"}), QuickView("all", "全部", {}, counted=False)),
    ordering=("tier", "code"),
    row_url=lambda o: f"/offices/{o.pk}/",
    row_actions=lambda o, _s: [Action("查看", f"/offices/{o.pk}/")],
    search=lambda rows, text: rows.filter(name__contains=text),
)


def see(query: str = "", by: Scope | None = None, **kw):
    return OFFICES.view(QueryDict(query), by or Scope.system(), now=NOW, **kw)


def texts(view, key: str) -> list[str]:
    at = [c.key for c in view.shown].index(key)
    return [r.cells[at].text for r in view.rows]


@pytest.fixture(autouse=True)
def city(db):  # noqa: ARG001 - opens the database
    """The small city, in every test."""
    return small_city()


def test_rows_are_those_of_the_scope(city):
    clerk = make_user("cy", city.offices["440513-fpb"], "office_clerk")
    view = see("per_page=50", by=scope(clerk))
    assert view.total == len(view.rows) == sum(1 for code in city.offices if code.startswith("440513"))
    assert all(code.startswith("440513") for code in texts(view, "code"))


def test_scope_without_grants_sees_nothing_and_is_told_why():
    view = see(by=Scope(user_id=1, user_name="无", office=None))
    assert (view.total, view.rows) == (0, [])
    assert "没有权限" in view.empty


def test_cells_show_units_thousands_dates_and_dashes(city):
    Office.objects.filter(code="4405-fpb").update(rank=1234567)
    view = see("kind=lead&sort=-rank", hidden=[])
    row = {c.key: cell for c, cell in zip(view.shown, view.rows[0].cells, strict=True)}
    assert (row["rank"].text, row["rank"].value, row["rank"].align) == ("1,234,567", 1234567, "right")
    assert row["money"].text == "1,234,567.00"
    assert (row["founded"].text, row["founded"].value) == ("2019-01-01", dt.date(2019, 1, 1))
    assert (row["ended"].text, row["ended"].value) == ("--", None)
    assert row["age"].text == "412"
    assert (row["kind"].text, row["kind"].tone) == ("扶贫工作机构", "b")
    assert row["name"].href == view.rows[0].url == f"/offices/{city.offices['4405-fpb'].pk}/"
    units = {c.key: c.unit for c in view.columns}
    assert (units["money"], units["age"], units["name"]) == ("元", "天", "")


def test_money_in_ten_thousands_is_rounded_from_exact_fen():
    assert shown(123456789, Column("m", "投入", "m", kind="money", unit="万元")) == "123.46"
    assert shown(-5, Column("m", "投入", "m", kind="money")) == "-0.05"


def test_zero_is_shown_as_zero_and_missing_as_dashes():
    assert set(texts(see(), "rank")) == {"0"}
    assert set(texts(see(), "contact")) == {"--"}


def test_hidden_field_group_is_withheld_not_sortable_not_filterable(city):
    Office.objects.update(contact_line="CANARY0754")
    department = make_user("nyj", city.offices["4405-nyj"], "department_clerk")
    view = see("sort=contact&contact=CANARY", by=scope(department))
    assert set(texts(view, "contact")) == set(texts(view, "money")) == {NOT_VISIBLE}
    assert "CANARY" not in repr(view.rows)
    assert next(c.sort for c in view.columns if c.key == "contact") == ""
    assert view.messages == ["排序方式无效，已按默认顺序显示。请点击表头重新排序。"]
    assert "contact" not in {f.key for f in view.filters}
    assert view.chips == []


def test_masked_column_shows_the_mask_only():
    Office.objects.filter(code="4405-fpb").update(contact_line="13800138000")
    row = see("kind=lead&sort=-contact").rows[0]
    at = [c.key for c in see().shown].index("phone")
    assert (row.cells[at].text, row.cells[at].value) == ("138****8000", "138****8000")


def test_column_that_cannot_be_is_refused_at_start():
    with pytest.raises(ValueError, match="unknown kind"):
        Column("x", "列", "x", kind="picture")
    with pytest.raises(ValueError, match="fingerprint"):
        Column("x", "列", "x", mask="fingerprint")


def test_field_group_seen_in_one_district_is_withheld_in_the_other(city):
    Office.objects.update(contact_line="0754-1")
    a, b = city.at("440513").place, city.at("440514").place
    see_all, see_base = frozenset({VIEW}), frozenset({VIEW})
    two = Scope(1, "甲", None, holds=(Hold("r", see_all, a), Hold("r", see_base, b, groups=frozenset({"base"}))))
    view = see("per_page=50", by=two)
    shown = dict(zip(texts(view, "code"), texts(view, "contact"), strict=True))
    assert {v for k, v in shown.items() if k.startswith("440513")} == {"0754-1"}
    assert {v for k, v in shown.items() if k.startswith("440514")} == {NOT_VISIBLE}


def test_choice_filter_takes_several_values_and_makes_a_removable_tag():
    view = see("kind=town&kind=village&per_page=50")
    assert set(texts(view, "kind")) == {"镇（街道）", "村（社区）"}
    assert [(c.label, c.url) for c in view.chips] == [("类别：镇（街道）、村（社区）", "?per_page=50")]
    assert view.query == "kind=town&kind=village&per_page=50"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=palace", "筛选条件“类别”的值“palace”无效，已忽略。请在筛选栏重新选择。"),
        ("founded_from=2020-02-30", "筛选条件“成立日期”的值“2020-02-30”无效，已忽略。请在筛选栏重新选择。"),
        (
            "founded_from=2020-03-01&founded_to=2020-02-01",
            "筛选条件“成立日期”的起始值“2020-03-01”大于终止值“2020-02-01”，已忽略。请对调后重新筛选。",
        ),
        ("rank_min=NaN", "筛选条件“排序”的值“NaN”无效，已忽略。请在筛选栏重新选择。"),
        ("root=maybe", "筛选条件“有上级”的值“maybe”无效，已忽略。请在筛选栏重新选择。"),
        ("region=999999", "筛选条件“区划”的值“999999”无效，已忽略。请在筛选栏重新选择。"),
        ("name=a%00b", "筛选条件“名称”的值“ab”无效，已忽略。请在筛选栏重新选择。"),
        ("sort=password", "排序方式无效，已按默认顺序显示。请点击表头重新排序。"),
    ],
)
def test_invalid_value_is_ignored_with_words(query, words):
    view = see(query)
    assert view.messages == [words]
    assert view.total == Office.objects.count()
    assert view.query == "all=1"


def test_date_range_counts_both_days():
    Office.objects.filter(code="4405-nyj").update(valid_from=dt.date(2020, 2, 20))
    assert see("founded_from=2020-02-20&founded_to=2020-02-20").total == 1
    assert see("founded_from=２０２０-０２-２０").total == 1
    assert see("founded_to=2020-02-19").total == Office.objects.count() - 1


def test_date_range_over_moments_ends_with_the_last_day(city):
    user = make_user("cy", city.offices["4405-fpb"])
    User.objects.filter(pk=user.pk).update(created_at=NOW.replace(day=20, hour=23, minute=59, second=59))
    item = Filter("at", "时间", "date_range", apply="created_at", moments=True)

    def count(low: dt.date | None, high: dt.date | None) -> int:
        return item.narrow(User.objects.all(), (low, high), NOW.date()).count()

    day = dt.date(2020, 2, 20)
    assert (count(day, day), count(None, dt.date(2020, 2, 19)), count(dt.date(2020, 2, 21), None)) == (1, 0, 0)


def test_region_cascade_keeps_the_deepest_consistent_level():
    view = see("region=440513000000&region=440513100000&region=440514101201")
    assert {c[:9] for c in texts(view, "code")} == {"440513100"}
    assert [chip.label for chip in view.chips] == ["区划：海门镇"]
    assert view.query == "region=440513100000"
    region = next(f for f in view.filters if f.key == "region")
    assert [level.label for level in region.levels] == ["区（县）", "镇（街道）", "村（社区）"]
    assert [[o.label for o in level.options if o.selected] for level in region.levels] == [["潮阳区"], ["海门镇"], []]


def test_region_cascade_offers_only_places_of_the_scope(city):
    town = make_user("hm", city.offices["440513100-zf"], "town_clerk")
    view = see("region=440514101000", by=scope(town))
    region = next(f for f in view.filters if f.key == "region")
    assert [[o.label for o in level.options] for level in region.levels] == [["潮阳区"], ["海门镇"], ["和睦居委会", "城南居委会"]]
    assert view.messages == ["筛选条件“区划”的值“440514101000”无效，已忽略。请在筛选栏重新选择。"]


def test_quick_view_counts_its_rows_and_knows_it_is_on():
    chips = see("kind=town").quick_views
    assert [(c.label, c.count, c.current, c.url) for c in chips] == [("镇（街道）", 4, True, "?kind=town"), ("全部", None, False, "?all=1")]


def test_sort_toggles_and_rows_without_a_value_come_last_both_ways():
    Office.objects.filter(code="4405-nyj").update(valid_to=dt.date(2030, 1, 1))
    Office.objects.filter(code="4405-rsj").update(valid_to=dt.date(2040, 1, 1))
    assert texts(see("sort=ended"), "code")[:2] == ["4405-nyj", "4405-rsj"]
    assert texts(see("sort=-ended"), "code")[:2] == ["4405-rsj", "4405-nyj"]
    header = {c.key: (c.sorted, c.sort) for c in see("sort=name").columns}
    assert header["name"] == ("asc", "?sort=-name")
    assert header["code"] == ("", "?sort=code")


def test_pages_cover_every_row_once_and_a_page_too_far_is_the_last():
    total = Office.objects.count()
    codes = [c for n in range(1, -(-total // 20) + 1) for c in texts(see(f"sort=rank&page={n}"), "code")]
    assert len(codes) == len(set(codes)) == total
    last = see("page=99999")
    assert (last.page, last.page_count) == (2, 2)
    assert [(p.label, p.url, p.current) for p in last.pages] == [("1", "?page=1", False), ("2", "?page=2", True)]


def test_search_narrows_and_shows_as_a_tag():
    view = see("q=海门镇")
    assert view.total == 3
    assert [(c.label, c.url) for c in view.chips] == [("搜索：海门镇", "?all=1")]
    assert see("q=没有这个").empty == "筛选无结果。请减少筛选条件，或点“清除筛选”查看全部。"


def test_hidden_columns_leave_header_and_cells_but_the_first_stays():
    view = see(hidden=["code", "place"])
    assert "place" not in {c.key for c in view.shown}
    assert view.shown[0].key == "code"
    assert all(len(r.cells) == len(view.shown) for r in view.rows)
    assert "ended" not in {c.key for c in see().shown}


def test_query_count_is_the_same_for_one_and_many_rows():
    def queries(query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            see(query)
        return len(captured)

    assert queries("name=海门镇人民政府") == queries("name=政府") == queries("name=a") + 1


def test_ids_are_read_before_rows():
    with CaptureQueriesContext(connection) as captured:
        see("page=2")
    narrow = [q["sql"] for q in captured if '"accounts_office"' in q["sql"] and "LIMIT" in q["sql"]]
    assert len(narrow) == 1
    assert narrow[0].count('"accounts_office"."name"') == 0


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=12))
@pytest.mark.django_db
def test_no_query_string_breaks_a_list(key_value, number):
    query = QueryDict(mutable=True)
    for name in ("q", "kind", "name", "region", "root", "founded_from", "sort"):
        query[name] = key_value
    for name in ("page", "per_page", "rank_min"):
        query[name] = number
    assert OFFICES.view(query, Scope.system(), now=NOW).page == 1


@given(st.integers(1, 500), st.integers(1, 500))
def test_window_names_first_last_and_the_page_and_never_two_gaps_in_a_row(page, count):
    page = min(page, count)
    numbers = window(page, count)
    assert {1, count, page} <= set(numbers)
    assert len(numbers) <= 9
    assert all(a != 0 or b != 0 for a, b in itertools.pairwise(numbers))
    solid = [n for n in numbers if n]
    assert solid == sorted(set(solid))
