"""The head of a notice: recipients, number, title, in the lines above the text."""

from __future__ import annotations

import re

from . import numbers
from .organs import looks_like_organ
from .parts import Layout
from .text import Paragraph, fold

DOC_TYPE = (
    r"(?:通知|通报|意见|决定|决议|函|方案|办法|公告|通告|请示|批复|报告|纪要|规定|细则|要点|规划|计划|指南|指引|命令"
    r"|公报|安排|措施|制度|预案|提示函?|倡议书|标准|规范|清单|规则|规程|指令|提醒|须知|简报|快报)"
)
_TITLE_END = re.compile(DOC_TYPE + r"\s*(?:\([^)]{1,20}\))?$")
_RED_HEAD = re.compile(r"(?:文\s*件|电\s*报|通\s*报|明\s*电|内\s*部\s*情\s*况|函\s*件)$")
_META = re.compile(
    r"索引号|公开目录|责任部门|成文日期|有效性|公开日期|政策解读|发布机构|发文机[关构]|发文字号|发布(?:时间|日期|人)"
    r"|信息来源|来源|作者|主题分类|主题词|公开方式|公开范围|生成日期"
    r"|浏览|访问|点击|阅读|字体|字号|打印|关闭|分享|当前位置|首页|无障碍|附件下载|审核程序|登记号|有效期|份号|密级"
    r"|紧急程度|签发人|编辑|时间:|日期:|^名\s*称|^标\s*题|名称:|标题:|责编"
)
_ADDRESSEE = re.compile(
    r"(?:局|厅|委|部|办|政府|单位|部门|机构|公司|企业|院|校|会|组|中心|站|所|处|科|社|镇|乡|街道|街|县|区|市|省|州|旗"
    r"|兵团|集团|银行|部队|队|村|园|厂|场|馆|台|行|同志|代表|人员|各位|\)|等|室|属|股|联|地|机关|团体|组织|小组|医院|学校"
    r"|大学|高校|司|署)$"
)
# The first line of recipients that go on in the next: begins with 各…, is set in commas, ends without a mark.
_BEGINS_ADDRESS = re.compile(r"各[^:。;《]{2,}[,、][^:。;《]{1,}")
_NO_ADDRESSEE = re.compile(
    r"如下|联\s*系\s*人|电话|附\s*件|时间|地点|要求|包括|报送|主要|以下|通知|意见|其中|注意|事项|。|^\(|^注|^[^各]*;"
    r"|^(?:政策咨询|咨询|发文|发布|责任|主办|承办|公开|来源|制发|起草|解读)[^,、]{0,4}(?:机关|部门|单位|机构|科室)$"
    r"|^[一二三四五六七八九十\d(]+[、.)]"
)


def find_recipients(layout: Layout) -> None:
    """The line that ends in a colon after organs or groups of them, before the first sentence."""
    for i, paragraph in enumerate(layout.paragraphs[:60]):
        flat = paragraph.flat
        colon = flat.find(":")
        if colon > 2 and _is_addressed(flat[:colon]):
            layout.recipients, layout.recipients_at = paragraph.raw[:colon].strip(), i
            if i and _BEGINS_ADDRESS.fullmatch(layout.paragraphs[i - 1].flat):
                layout.recipients, layout.recipients_at = layout.paragraphs[i - 1].raw + layout.recipients, i - 1
            rest = flat[colon + 1 :].strip()
            layout.inline_body = colon + 1 if rest else 0
            layout.body = (i if rest else i + 1, len(layout.paragraphs))
            return
        if len(flat) > 60 and "。" in flat and not _META.search(flat):
            return


def _is_addressed(line: str) -> bool:
    line = line.strip()
    return 2 < len(line) <= 600 and bool(_ADDRESSEE.search(line)) and not _NO_ADDRESSEE.search(line) and not _META.search(line[:12])


def find_head(layout: Layout) -> None:
    """Title and number in the lines above the recipients (above the first sentence where there are none)."""
    end = layout.recipients_at
    if end is None:
        end = next((i for i, p in enumerate(layout.paragraphs) if "。" in p.flat or (p.flat.endswith(":") and len(p.flat) > 15)), 0)
        layout.body = (end, len(layout.paragraphs))
    head = layout.paragraphs[:end]
    number_at = next((i for i in range(len(head) - 1, -1, -1) if numbers.own_number(head[i].flat)), None)
    if number_at is not None:
        layout.doc_number = numbers.own_number(head[number_at].flat)
    layout.title = _title(head, number_at)
    if layout.title and layout.doc_number is None:
        flat = fold(layout.title)
        layout.doc_number = numbers.title_number(flat)
        layout.title = layout.title[: len(numbers.without_number(flat))]
    if layout.doc_number is None:
        layout.doc_number = _labelled_number(head)


def _labelled_number(head: list[Paragraph]) -> str | None:
    """The number of a web page's table (文号 | …) or in brackets at the end of a caption."""
    for paragraph in head:
        for label in re.finditer(r"文\s*号|发文字号", paragraph.flat):
            if found := numbers.number_at(paragraph.flat, label.end()):
                return found
    return next((found for p in reversed(head) if not _META.search(p.flat) and (found := numbers.title_number(p.flat.strip()))), None)


def _title(head: list[Paragraph], number_at: int | None) -> str | None:
    """The lines that end in the kind of document (…的通知), joined; the last such group above the recipients."""
    lines = [(i, p.flat.strip(), p.raw.strip()) for i, p in enumerate(head) if i != number_at]
    lines = [(i, _closed_up(f), r) for i, f, r in lines if f]
    lines = [(i, f[: _cut(f)], r[: _cut(r)]) for i, f, r in lines]
    usable = [(i, f, r) for i, f, r in lines if not _META.search(f) and ":" not in f and "。" not in f]
    last = next((k for k in range(len(usable) - 1, -1, -1) if _is_title_end(usable[k][1])), None)
    if last is None:
        return None
    first = last
    while first > 0 and last - first < 5 and _continues_title(usable[first - 1], usable[first], number_at):
        first -= 1
    return _closed_up("".join(r for _, _, r in usable[first : last + 1]))


def _cut(line: str) -> int:
    """The length of a line without a number set off at its end (…的通知  青府办〔2016〕11号)."""
    flat = fold(line)
    return len(line) if flat.endswith(")") else len(numbers.without_number(flat))


def _closed_up(title: str) -> str:
    """Spaces that only set the characters apart (关 于 …) are dropped; those between two organs stay, single."""
    words = title.split()
    apart = sum(len(word) == 1 for word in words) > len(words) / 2
    return ("" if apart else " ").join(words)


def _is_title_end(line: str) -> bool:
    return len(line) > 3 and bool(_TITLE_END.search(line)) and not (_RED_HEAD.search(line) and "关于" not in line)


def _continues_title(above: tuple[int, str, str], line: tuple[int, str, str], number_at: int | None) -> bool:
    if above[0] != line[0] - 1 or _RED_HEAD.search(above[1]) or _TITLE_END.search(above[1]) or len(above[1]) > 60:
        return False
    if looks_like_organ(above[1]):
        return number_at is not None and above[0] > number_at and line[1].startswith(("关于", "转发", "印发", "批转"))
    complete = re.match(r"关于|转发|印发|批转|.{2,40}(?:局|厅|委|部|办|政府|室|会|组)(?:关于|转发|印发)", line[1])
    return not complete or bool(re.search(r"关于|转发|印发", above[1]))
