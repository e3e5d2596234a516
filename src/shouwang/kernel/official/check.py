"""What a checker in the office would send a draft back for. Findings are sentences for the drafter; an empty list is a clean draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from shouwang.kernel.official import model
from shouwang.kernel.official.layout import brevity_rule, format_on
from shouwang.kernel.official.text import block_lines

BrevityClass = Literal["special", "general"]

# The fifteen kinds of 《党政机关公文处理工作条例》 (2012-04-16) 第八条.
_KINDS = ["决议", "决定", "命令", "令", "公报", "公告", "通告", "意见", "通知", "通报", "报告", "请示", "批复", "议案", "函", "纪要"]
_UPWARD = ("报告", "请示")
# Wording that asks for a decision; titles of other documents in 《》 are taken out before looking.
_REQUEST = re.compile(
    r"[妥当可]否[，,]?请[^，。；]{0,4}|以上请示|特此请示"
    r"|(?<![申报提邀聘])请(?:予以?|尽快|尽早)?(?:批示|批复|批准|审批|核准|审定)"
    r"|(?<![申报提邀聘])请[^，。；]{0,12}(?:予以?|给予)[^，。；]{0,6}(?:批准|批复|核准|解决|拨付|支持)"
)
_DOC_NUMBER = re.compile(r"^[^\d〔〕]+〔(\d{4})〕([1-9]\d*)号$")
_NUMBERED = {
    1: re.compile(r"^([一二三四五六七八九十]+)、"),
    2: re.compile(r"^（([一二三四五六七八九十]+)）"),
    3: re.compile(r"^(\d+)[.．]"),
    4: re.compile(r"^（(\d+)）"),
}
_SAMPLE = {1: "一、", 2: "（一）", 3: "1.", 4: "（1）"}


def check(doc: model.OfficialDocument, *, brevity: BrevityClass = "special") -> list[str]:
    """Findings in the order of the page, each naming place and remedy; empty when there are none.

    `brevity` names the dated length rule: "special" for one task, "general" for overall work. The kind (报告, 请示 …) is read off
    the title's end. Sources: GB/T 9704-2012; 《党政机关公文处理工作条例》 (2012-04-16) 第八、九、十五条; the length rule is dated
    in rulebook/official_format.yaml.
    """
    return [
        *_head(doc),
        *_title(doc),
        *_upward(doc),
        *_headings(doc),
        *_attachments(doc),
        *_ending(doc),
        *_length(doc, brevity),
    ]


def kind_of(title: str) -> str:
    """The document kind at the title's end (报告 …), or ""."""
    text = model.one_line(title)
    return next((kind for kind in sorted(_KINDS, key=len, reverse=True) if text.endswith(kind)), "")


def _head(doc: model.OfficialDocument) -> Iterator[str]:
    if doc.doc_number is None:
        return
    match = _DOC_NUMBER.match(model.one_line(doc.doc_number))
    if match is None:
        yield (
            f"发文字号“{doc.doc_number}”不合规范，由机关代字、六角括号括住的年份和顺序号组成，"
            "不加“第”字，不编虚位，请改成“汕扶办报〔2020〕3号”的样式。"
        )
    elif doc.date and int(match[1]) != doc.date.year:
        yield f"发文字号的年份{match[1]}与成文日期的年份{doc.date.year}不一致，请核对。"


def _title(doc: model.OfficialDocument) -> Iterator[str]:
    title = model.one_line(doc.title)
    if not title:
        yield "标题为空，请填写由发文机关名称、事由和文种组成的标题。"
    elif not kind_of(title):
        yield f"标题“{title}”末尾没有文种，请以报告、请示、通知等法定文种结尾。"
    if title and title[-1] in "。，；：！？.,;:!?":
        yield f"标题末尾的“{title[-1]}”应删去，标题末尾不用标点。"


def _upward(doc: model.OfficialDocument) -> Iterator[str]:
    kind = kind_of(doc.title)
    if kind in _UPWARD and not model.one_line(doc.signer_upward or ""):
        yield f"{kind}是上行文，缺签发人，请填写签发人姓名。"
    if kind and kind not in (*_UPWARD, "意见", "函") and doc.signer_upward:
        yield f"签发人只用于上行文，本文文种为{kind}，请删去签发人。"
    if kind == "请示" and len(doc.main_recipients) > 1:
        yield f"请示主送{len(doc.main_recipients)}个机关，原则上只主送一个上级机关，其余请改为抄送。"
    if kind == "报告":
        yield from _report_wording(doc)


def _report_wording(doc: model.OfficialDocument) -> Iterator[str]:
    lines = [line.strip() for line in block_lines([block for block in doc.body if not isinstance(block, model.Table)]) if line.strip()]
    for number, line in enumerate(lines, start=1):
        if match := _REQUEST.search(re.sub(r"《[^》]*》", "", line)):
            yield f"正文第{number}段出现请示用语“{match[0]}”，报告不得夹带请示事项，请删去或另行请示。"
    if not lines or not lines[-1].rstrip("。！ ").endswith("特此报告"):
        yield "正文末尾缺“特此报告。”，请另起一段补上。"


def _headings(doc: model.OfficialDocument) -> Iterator[str]:
    counters = [0, 0, 0, 0]
    for block in doc.body:
        if not isinstance(block, model.Heading):
            continue
        level, text = block.level, model.one_line(block.text)
        match = _NUMBERED[level].match(text)
        if match is None:
            yield f"第{level}级标题“{text}”的序号不合规范，该级应为“{_SAMPLE[level]}”的样式。"
            continue
        if level > 1 and not counters[level - 2]:
            yield f"标题“{text}”跳级，它前面没有第{level - 1}级标题，请按“一、（一）1.（1）”的次序编排。"
        counters[level - 1] += 1
        counters[level:] = [0] * (4 - level)
        number = counters[level - 1]
        expected = model.chinese_numeral(number) if level < 3 else str(number)
        if match[1] != expected:
            yield f"标题“{text}”的序号不连续，按次序应为“{expected}”，请改正。"


def _attachments(doc: model.OfficialDocument) -> Iterator[str]:
    for number, name in enumerate(doc.attachment_names(), start=1):
        if name and name[-1] in "。；，、;,":
            yield f"第{number}个附件名称末尾的“{name[-1]}”应删去，附件名称后不加标点。"
    titles = [model.one_line(page.title) for page in doc.attachment_pages]
    names = doc.attachment_names()
    for number, (name, title) in enumerate(zip(names, titles, strict=False), start=1):
        if name.rstrip("。；，、;,") != title:
            yield f"附件说明第{number}项“{name}”与附件标题“{title}”不一致，请统一。"
    if len(titles) > len(names):
        yield f"正文后附有{len(titles)}个附件，附件说明只列{len(names)}个，请补列。"


def _ending(doc: model.OfficialDocument) -> Iterator[str]:
    if not any(model.one_line(name) for name in doc.main_recipients) and kind_of(doc.title) in (*_UPWARD, "通知", "函", "批复"):
        yield "缺主送机关，请填写。"
    if not any(isinstance(block, model.Paragraph) and any(model.lines_of(block.content)) for block in doc.body):
        yield "正文没有段落，请补写正文。"
    if not any(model.one_line(name) for name in doc.signature):
        yield "缺发文机关署名，请填写。"
    if doc.date is None:
        yield "缺成文日期，请填写负责人签发的日期。"


def _length(doc: model.OfficialDocument, brevity: BrevityClass) -> Iterator[str]:
    rule = brevity_rule(brevity, doc.date)
    if rule is None:
        return
    fmt = format_on(doc.date)
    limit = rule.value * (fmt.lines_per_page * fmt.chars_per_line if rule.unit == "page" else 1)
    characters = sum(len("".join(line.split())) for line in block_lines(doc.body))
    if characters > limit:
        allowed = f"{rule.value}页（约{limit}字）" if rule.unit == "page" else f"{limit}字"
        doubt = "；该规定待核实" if rule.unverified else ""
        yield f"正文约{characters}字，超过{allowed}的篇幅规定（{rule.source}{doubt}），请压减约{characters - limit}字。"
