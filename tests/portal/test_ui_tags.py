"""Tags and filters of the design system, and the blocks drawn from the kernel's own views."""

import datetime as dt
import re
from decimal import Decimal
from types import SimpleNamespace as Thing

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.tables import Action, Cell, ColumnView, Link, Row, TableView
from shouwang.portal.templatetags import blocks, ui

TZ = timezone.get_default_timezone()
NOW = dt.datetime(2020, 2, 17, 14, 5, tzinfo=TZ)


def draw(source, /, **context):
    return Template("{% load ui blocks %}" + source).render(Context(context))


def page(**context):
    request = RequestFactory().get("/")
    request.now, request.today, request.htmx, request.user, request.scope = NOW, NOW.date(), None, None, None
    return request, context


def test_icon_is_decoration_unless_it_is_labelled():
    assert 'aria-hidden="true"' in draw('{% icon "bell" %}')
    assert 'role="img" aria-label="消息"' in draw('{% icon "bell" "l" "消息" %}')


def test_icon_that_is_not_in_the_sprite_is_refused():
    with pytest.raises(TemplateSyntaxError, match="no-such-icon"):
        draw('{% icon "no-such-icon" %}')


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "state", "expected"),
    [
        (None, "", ("n", "无期限")),
        (None, "done", ("g", "已办结")),
        (NOW - dt.timedelta(days=9), "idle", ("n", "未开始")),
        (NOW - dt.timedelta(hours=1), "", ("r", "已超期")),
        (dt.datetime(2020, 2, 14, 9, 0, tzinfo=TZ), "", ("r", "已超期 3 天")),
        (dt.datetime(2020, 2, 17, 17, 0, tzinfo=TZ), "", ("o", "今日到期")),
        (dt.date(2020, 2, 17), "", ("o", "今日到期")),
        (dt.date(2020, 2, 16), "", ("r", "已超期 1 天")),
        (dt.date(2020, 2, 20), "", ("o", "还剩 3 天")),
        (dt.date(2020, 2, 21), "", ("g", "正常")),
    ],
)
def test_light_says_how_a_deadline_stands(due, state, expected):
    assert ui.light_of(due, NOW, state) == expected


def test_light_of_a_bare_day_is_not_overdue_on_the_day_itself():
    assert ui.light_of(dt.date(2020, 2, 17), dt.date(2020, 2, 17)).word == "今日到期"


def test_light_is_a_colour_and_a_word():
    assert draw("{% light due now %}", due=dt.date(2020, 2, 14), now=NOW) == '<span class="st st-r"><span>已超期 3 天</span></span>'


@pytest.mark.parametrize(
    ("template", "value", "shown"),
    [
        ("{{ v|dash }}", None, "--"),
        ("{{ v|dash }}", "", "--"),
        ("{{ v|dash }}", 0, "0"),
        ("{{ v|dash }}", dt.date(2020, 2, 7), "2020-02-07"),
        ("{{ v|thousands }}", None, "--"),
        ("{{ v|thousands }}", 1234567, "1,234,567"),
        ("{{ v|thousands:1 }}", Decimal("0.25"), "0.3"),
        ("{{ v|yuan }}", 1, "0.01"),
        ("{{ v|wan }}", None, "--"),
        ("{{ v|wan }}", 123_456_789_00, "12,345.68"),
        ("{{ v|wan:0 }}", 0, "0"),
        ("{{ v|zh_date }}", dt.date(2020, 2, 7), "2020年2月7日"),
        ("{{ v|zh_date }}", dt.datetime(2020, 2, 16, 17, 0, tzinfo=dt.UTC), "2020年2月17日"),
        ("{{ v|zh_date }}", None, "--"),
        ("{{ v|weekday }}", dt.date(2020, 2, 17), "星期一"),
        ("{{ v|stamp }}", NOW, "2020-02-17 14:05"),
    ],
)
def test_filters_show_values_as_officers_read_them(template, value, shown):
    assert draw(template, v=value) == shown


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_yuan_keeps_every_cent(fen):
    assert int(Decimal(ui.yuan(fen).replace(",", "")) * 100) == fen


@given(st.text(max_size=30), st.sampled_from([*"robgcn", "", "x"]))
def test_tag_escapes_its_text_and_keeps_to_known_tones(text, tone):
    html = draw("{% tag text tone %}", text=text, tone=tone)
    inner = re.fullmatch(r'<span class="tag bg-([robgcn])">(.*)</span>', html, re.S)
    assert inner and "<" not in inner[2]


def test_spark_draws_nothing_from_fewer_than_two_values():
    assert draw("{% spark v %}", v=None) == draw("{% spark v %}", v=[None, 3, None]) == ""


@given(st.lists(st.none() | st.integers(min_value=-(10**9), max_value=10**9), min_size=2, max_size=40))
def test_spark_stays_inside_its_box(values):
    points = re.findall(r"(-?[\d.]+),(-?[\d.]+)", draw("{% spark v %}", v=values))
    assert len(points) == (n if (n := sum(v is not None for v in values)) > 1 else 0)
    assert all(0 <= float(x) <= 76 and 0 <= float(y) <= 24 for x, y in points)


@pytest.mark.parametrize(("percent", "width"), [(None, "0.0%"), (-3, "0.0%"), (88.44, "88.4%"), (130, "100.0%")])
def test_bar_is_never_wider_than_its_box(percent, width):
    assert f'width="{width}"' in draw("{% bar p %}", p=percent)


def test_op_id_is_fresh_on_every_form():
    assert draw("{% op_id %}") != draw("{% op_id %}")


def test_card_escapes_its_title_and_keeps_its_content():
    html = draw("{% card title %}<p>x</p>{% endcard %}", title="<甲>")
    assert "<h2>&lt;甲&gt;</h2>" in html and '<div class="bd"><p>x</p></div>' in html


class TaskForm(forms.Form):
    title = forms.CharField(label="任务名称", max_length=5)
    office = forms.ChoiceField(label="牵头单位", choices=[("a", "市人社局")])
    due = forms.DateField(label="办理期限", help_text="按工作日推算。")
    target = forms.IntegerField(label="目标数", max_value=100)
    agreed = forms.BooleanField(label="下达到镇")
    proof = forms.FileField(label="佐证材料", error_messages={"required": "请上传盖章扫描件。"})
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)

    sections = (("任务", ("title", "office", "due")), ("要求", ("target", "agreed"), "按通知填写。"))


def test_form_is_drawn_in_its_sections_with_nothing_left_out():
    parts = blocks.sections(TaskForm())
    assert [(p.title, p.note, [f.name for f in p.fields]) for p in parts] == [
        ("任务", "", ["title", "office", "due"]),
        ("要求", "按通知填写。", ["target", "agreed"]),
        ("", "", ["proof", "note"]),
    ]


def test_faults_name_the_field_and_the_remedy():
    form = TaskForm({"title": "超过五个字的名称", "office": "z", "due": "2020-02-30", "target": "500"})
    assert {name: blocks.faults(form[name]) for name in form.errors} == {
        "title": ["任务名称最多 5 字，现有 8 字，请删减。"],
        "office": ["牵头单位的选项已失效，请重新选择。"],
        "due": ["办理期限“2020-02-30”不是有效日期，请按 2020-02-17 的格式重填。"],
        "target": ["目标数不能大于 100。"],
        "agreed": ["请勾选下达到镇。"],
        "proof": ["请上传盖章扫描件。"],
    }
    empty = TaskForm({})
    assert [blocks.faults(empty[n]) for n in ("title", "office")] == [["请填写任务名称。"], ["请选择牵头单位。"]]
    assert blocks.faults(TaskForm({"target": "十"})["target"]) == ["目标数“十”不是数字，请只填数字。"]


def test_form_block_ties_errors_and_help_to_the_input_and_carries_an_operation_id():
    request, context = page(form=TaskForm({"title": ""}), submit_label="交办")
    html = render_to_string("blocks/form.html", context, request)
    assert '<a href="#id_title">请填写任务名称。</a>' in html
    assert re.search(
        r'<input[^>]*id="id_title"[^>]*aria-describedby="id_title_error"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*aria-describedby="id_title_error"',
        html,
    )
    assert 'id="id_due_helptext"' in html and 'aria-describedby="id_due_helptext id_due_error"' in html
    assert 'enctype="multipart/form-data"' in html and html.count('name="op_id"') == 1 and "csrfmiddlewaretoken" in html


class ClockForm(forms.Form):
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}), initial=dt.date(2020, 2, 17))
    due = forms.SplitDateTimeField(
        label="报送期限",
        widget=forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"}),
        initial=dt.datetime(2020, 2, 20, 17, 0, tzinfo=TZ),
    )


def test_date_inputs_get_the_form_browsers_read_and_each_a_label():
    html = render_to_string("blocks/form_fields.html", {"form": ClockForm()})
    assert 'value="2020-02-17"' in html and 'value="2020-02-20"' in html and 'value="17:00"' in html
    assert 'aria-label="报送期限：日期"' in html and 'aria-label="报送期限：时间"' in html


def view(rows=1, **changes):
    columns = [
        ColumnView("name", "户主", "left", "", "link", "?sort=name", "asc", False),
        ColumnView("income", "人均纯收入", "right", "元", "money", "", "", False),
        ColumnView("kind", "类别", "left", "", "tag", "", "", False),
        ColumnView("phone", "电话", "left", "", "mono", "", "", True),
    ]
    cells = [
        Cell("<b>何</b>", "link", "何", "/household/1?a=1&b=2"),
        Cell("--", "money", None, align="right"),
        Cell("边缘户", "tag", "边缘户", "", "c"),
    ]
    fields = {
        "key": "households", "title": "家庭档案", "columns": columns,
        "rows": [Row(i, f"/household/{i}", cells, [Action("走访", "/visit/1")]) for i in range(rows)],
        "filters": [], "chips": [], "quick_views": [Link("全部", "?", False, 27216)], "saved_views": [],
        "pages": [Link("1", "?page=1", True), Link("…", ""), Link("92", "?page=92")], "sizes": [Link("20 户/页", "?per_page=20", True)],
        "total": 1834, "page": 1, "page_count": 92, "per_page": 20, "search": "", "search_hint": "户主", "sort": "name",
        "query": "", "clear": "?", "messages": [], "empty": "", "as_of": NOW,
    }  # fmt: skip
    return TableView(**{**fields, **changes})


def table_html(**context):
    request, context = page(**{"table": view(), "unit": "户", **context})
    return render_to_string("blocks/table.html", context, request)


def test_table_escapes_cells_and_addresses():
    html = table_html()
    assert '<a class="nm" href="/household/1?a=1&amp;b=2">&lt;b&gt;何&lt;/b&gt;</a>' in html
    assert "<b>何</b>" not in html


def test_table_shows_units_order_and_no_data():
    html = table_html()
    assert 'aria-sort="ascending"' in html and '<span class="u">（元）</span>' in html
    assert '<td class="t-r num nv">--</td>' in html
    assert '<span class="tag bg-c">边缘户</span>' in html
    assert "电话" not in re.sub(r"<form.*?</form>", "", html, flags=re.S)
    assert '共 <span class="num">1,834</span> 户' in html


def test_table_opens_rows_in_the_drawer_only_where_asked():
    assert "data-drawer" not in table_html()
    assert 'hx-get="/household/1?a=1&amp;b=2" hx-target="#drawer" data-drawer' in table_html(drawer=True)


def test_table_with_bulk_deeds_offers_the_page_and_all():
    html = table_html(bulk=[Thing(label="催办", url="/chase/", tone="p")])
    assert 'name="pick" value="0"' in html and 'data-total="1834"' in html and 'formaction="/chase/"' in html


def test_empty_list_says_why_and_offers_to_clear_the_conditions():
    html = table_html(table=view(0, chips=[Link("区划：潮阳区", "?", key="region")], empty="筛选无结果。", clear="?"))
    assert "筛选无结果。" in html and '<a class="btn" href="?page=1">清除筛选</a>' in html
    assert "<table" not in html


@pytest.mark.parametrize(("url", "said"), [("?", "?page=1"), ("", "?page=1"), ("?kind=a", "?kind=a")])
def test_explicit_keeps_a_bare_address_from_opening_the_last_view(url, said):
    assert blocks.explicit(url) == said


def test_map_and_chart_hand_numbers_to_the_scripts_and_a_table_to_everyone():
    board = Thing(
        id="m", geo_url="/g", label="分布", source="底图来源", head="区县",
        metrics=[Thing(key="n", label="在册户", unit="户", scale="blue", cuts=None)],
        areas=[Thing(name="金平区", href="/r/1", values={"n": Decimal("4.5")}), Thing(name="南澳县", href="", values={"n": None})],
    )  # fmt: skip
    request, context = page(map=board)
    html = render_to_string("blocks/map.html", context, request)
    assert '"values": {"n": 4.5}' in html and '"values": {"n": null}' in html and "底图来源" in html
    assert '<td class="t-r num">--</td>' in html
    chart = {"id": "c", "label": "趋势", "unit": "户", "x": ["1月", "2月"], "series": [{"name": "新增", "values": [1, None]}]}
    assert blocks.chart_data(chart)["series"] == [{"name": "新增", "kind": "bar", "tone": "", "values": [1, None]}]
    assert blocks.chart_rows(chart) == [("1月", [1]), ("2月", [None])]


def test_timeline_shows_time_actor_and_changes_escaped():
    entry = {
        "at": NOW,
        "text": "退回补正",
        "who": "林某",
        "office": "潮阳区扶贫办",
        "reason": "缺<收入>证明",
        "changes": ["状态：待审核 → 待补正"],
        "tone": "o",
    }
    html = render_to_string("blocks/timeline.html", {"events": [entry]})
    assert "2020-02-17 14:05" in html and "潮阳区扶贫办 林某" in html and "<q>缺&lt;收入&gt;证明</q>" in html
    assert "状态：待审核 → 待补正" in html
    assert "还没有办理记录" in render_to_string("blocks/timeline.html", {"events": []})


@pytest.mark.parametrize("name", ["403", "404", "413", "500", "503"])
def test_error_page_needs_neither_request_nor_database(name):
    html = render_to_string(f"{name}.html")
    assert "<h1>" in html and ('href="/"' in html or "重试" in html)
