import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.kernel.official import AttachmentPage, Heading, OfficialDocument, Paragraph, Run, Table, clean, plain_text, render_html
from shouwang.kernel.official.model import lines_of
from tests.kernel.official_samples import report

CSS = Path("src/shouwang/portal/static/css/official.css")
ALLOWED = {"class", "lang", "data-ref", "href", "scope"}


class _Reader(HTMLParser):
    """Collects tags, attributes and text, and fails on tags that do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "hr":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _classes(html: str) -> set[str]:
    return {name for _, attributes in _Reader(html).tags for name in (attributes.get("class") or "").split()}


def test_page_shows_every_part_in_reading_order() -> None:
    text = _Reader(render_html(report(copy_number=7, urgency="特急", secrecy="内部", demo=True))).text
    parts = [
        "演示数据",
        "000007",
        "内部",
        "特急",
        "云岭县扶贫办文件",
        "云扶办报〔2020〕3号",
        "签发人：张三",
        "云岭县扶贫办关于新冠肺炎疫情",
    ]
    parts += [
        "市扶贫办：",
        "一、影响分析",
        "（一）务工方面。应返岗1286人。",
        "特此报告。",
        "附件：1.",
        "各镇情况表",
        "2.",
        "滞销农产品清单",
    ]
    parts += [
        "云岭县扶贫办",
        "2020年2月20日",
        "（联系人：李四）",
        "附件1",
        "附件2",
        "抄送：县委办公室，县政府办公室。",
        "2020年2月20日印发",
    ]
    at = 0
    for part in parts:
        at = text.index(part, at) + len(part)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40))
def test_no_text_becomes_markup(text: str) -> None:
    nasty = text + "<script>alert(1)</script>\"'&"
    doc = OfficialDocument(
        title=nasty,
        red_head=nasty,
        doc_number=nasty,
        signer_upward=nasty,
        main_recipients=[nasty],
        body=[Heading(1, nasty, nasty), Paragraph(Run(nasty, nasty)), Table([nasty], [[Run(nasty, nasty)]], caption=nasty)],
        attachment_pages=[AttachmentPage(nasty, [Paragraph(nasty)])],
        signature=[nasty],
        notes=nasty,
        copies_to=[nasty],
        printing_office=nasty,
        page_mark=nasty,
    )
    for tag, attributes in _Reader(render_html(doc)).tags:
        assert tag in {
            "article",
            "section",
            "div",
            "p",
            "span",
            "h2",
            "h3",
            "hr",
            "ul",
            "li",
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "footer",
        }
        assert set(attributes) <= ALLOWED


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_of_a_paragraph_is_shown_whole(text: str) -> None:
    reader = _Reader(render_html(OfficialDocument(title="甲", body=[Paragraph(text)])))
    assert reader.text == "甲" + "".join(line[0].text for line in lines_of(clean(text)))


def test_number_links_to_its_definition() -> None:
    html = render_html(report(), ref_href=lambda ref: f"/figures/{ref}/?a=1&b=2")
    assert '<a class="od-ref" data-ref="labour.total" href="/figures/labour.total/?a=1&amp;b=2">1286</a>' in html
    assert '<span class="od-ref" data-ref="labour.total">1286</span>' in render_html(report())


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://example.org/", "//example.org/", "/\\example.org/", "figures/1/"])
def test_address_that_leaves_the_site_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="不是站内地址"):
        render_html(report(), ref_href=lambda _: address)


def test_sheet_of_style_knows_every_class_and_stays_within_the_browser_baseline() -> None:
    css = CSS.read_text("utf-8")
    styled = set(re.findall(r"\.(od[\w-]*)", css))
    shown = set[str]()
    for doc in (
        report(copy_number=1, urgency="特急", secrecy="内部", demo=True),
        report(sealed=True),
        report(sealed=True, signature=["汕头市龙湖区扶贫工作领导小组办公室"], red_head="汕头市龙湖区扶贫工作领导小组办公室文件"),
        report(sealed=True, signature=["甲局", "乙局"], signer_upward=None),
        report(sealed=True, signature=["甲局", "乙局", "丙局", "丁局"]),
        report(sealed=True, signature=["甲局", "乙局", "丙局", "丁局", "戊局"]),
        report(
            body=[
                Table(list("甲乙丙丁戊己庚"), [], alignment=["left", "right"] * 3 + ["center"]),
                Heading(3, "1.甲"),
                Heading(4, "（1）乙"),
            ]
        ),
    ):
        shown |= _classes(render_html(doc))
    plain = {"od-number", "od-signer", "od-copy-number", "od-to", "od-signer-office"}  # carry the sheet's own look
    assert shown - styled == plain & shown
    assert not re.search(r":has\(|color-mix|&\s*[.{]|url\(|@import", css)


def test_last_row_of_joint_seals_stands_on_the_right() -> None:
    four = render_html(report(sealed=True, signature=["甲局", "乙局", "丙局", "丁局"]))
    assert '<span class="od-seal od-from3">丁局<span class="od-date">2020年2月20日</span></span></div>' in four
    five = render_html(report(sealed=True, signature=["甲局", "乙局", "丙局", "丁局", "戊局"]))
    assert '<span class="od-seal od-from2">丁局</span>' in five
    assert "od-from" not in render_html(report(sealed=True, signature=["甲局", "乙局"]))


def test_plain_text_has_every_part_once_and_no_blank_line() -> None:
    text = plain_text(report(demo=True, copy_number=7))
    assert text.splitlines()[:7] == [
        "演示数据",
        "000007",
        "云岭县扶贫办文件",
        "云扶办报〔2020〕3号",
        "签发人：张三",
        "云岭县扶贫办关于新冠肺炎疫情对脱贫攻坚影响情况的报告",
        "市扶贫办：",
    ]
    assert "　　（一）务工方面。应返岗1286人。\n" in text
    assert "甲镇\t168\t94.4\n" in text
    assert text.endswith("抄送：县委办公室，县政府办公室。\n云岭县扶贫办　2020年2月20日印发\n")
    assert not any(not line.strip() for line in text.splitlines())


def test_plain_text_of_a_bare_title_is_the_title() -> None:
    assert plain_text(OfficialDocument(title="关于甲的\n报告")) == "关于甲的报告\n"
