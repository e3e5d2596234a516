"""A report or bulletin as an official document (GB/T 9704-2012)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shouwang.kernel import figures
from shouwang.kernel.clock import demo_date
from shouwang.kernel.official import AttachmentPage, Block, Heading, OfficialDocument, Paragraph, Run, Table
from shouwang.kernel.regions.scope import LEVEL_NAMES
from shouwang.ledgers.dispatch import wording
from shouwang.ledgers.dispatch.actions.drafting import area_word, as_of, shown_values

if TYPE_CHECKING:
    from shouwang.ledgers.dispatch.models import Bulletin, Report

_SECOND = re.compile(r"^(（[一二三四五六七八九十]+）)([^。]{1,40})。(.*)$", re.S)


def runs(text: str, values: dict[str, dict[str, Any]]) -> list[str | Run]:
    """Text with {{code}} replaced by numbers that keep a reference to their definition."""
    out: list[str | Run] = []
    position = 0
    for found in wording.TOKEN.finditer(text):
        out.append(text[position : found.start()])
        value = values.get(found[1])
        out.append(Run(value["text"], ref=found[1]) if value else "--")
        position = found.end()
    out.append(text[position:])
    return [part for part in out if part]


def _passage_blocks(text: str, values: dict[str, dict[str, Any]]) -> list[Block]:
    blocks: list[Block] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if found := _SECOND.match(line.strip()):
            blocks.append(Heading(2, f"{found[1]}{found[2]}", runs(found[3], values) if found[3] else ""))
        else:
            blocks.append(Paragraph(runs(line.strip(), values)))
    return blocks


def report_document(report: Report) -> OfficialDocument:
    """The official document of a report as it stands: a draft shows no number, signer or date yet."""
    values = shown_values(report)
    stamp = f"截至{wording.stamp(as_of(report))}"
    notice = report.request.notice
    basis = f"按照《{notice.title}》{f'（{notice.doc_number}）' if notice.doc_number else ''}要求，" if notice else ""
    if report.zero:
        body: list[Block] = [Paragraph(f"{basis}{stamp}，我单位对照要求逐项核查，无应报告事项，特作零报告。")]
    else:
        body = [Paragraph(f"{basis}现将有关情况报告如下（数据{stamp}）。")]
        for n, passage in enumerate(report.passages.all(), 1):
            body.append(Heading(1, f"{wording.numeral(n)}、{passage.heading}"))
            if passage.part == "suggestions":
                body += [Paragraph(f"{k}.{s.text}。") for k, s in enumerate(report.suggestions.all(), 1)]
                if not passage.text and not report.suggestions.all():
                    body.append(Paragraph("暂无建议事项。"))
            body += _passage_blocks(passage.text, values)
        if report.request.questions:
            body.append(Heading(1, f"{wording.numeral(len(report.passages.all()) + 1)}、其他填报事项"))
            body += [
                Paragraph(f"{k + 1}.{q['label']}：{report.answers.get(str(k)) or '（未填）'}。")
                for k, q in enumerate(report.request.questions)
            ]
    body.append(Paragraph("特此报告。"))
    office = report.office
    return OfficialDocument(
        title=report.title if report.title.startswith(office.name) else f"{office.name}{report.title}",
        red_head=office.red_head or None,
        doc_number=report.doc_number or None,
        signer_upward=report.signer or None,
        main_recipients=[report.main_recipient],
        body=body,
        attachment_pages=[] if report.zero else _attachments(report, values),
        signature=[office.signature or office.name],
        date=report.signed_on,
        sealed=report.state in ("ready", "submitted", "accepted") and not report.zero,
        notes=office.contact_line or None,
        page_mark=None if report.signed_on else "征求意见稿",
        demo=demo_date() is not None,
    )


def _attachments(report: Report, values: dict[str, dict[str, Any]]) -> list[AttachmentPage]:
    rows = [[str(n), v["name"], Run(v["text"], ref=code), v["unit"]] for n, (code, v) in enumerate(values.items(), 1)]
    pages = []
    if rows:
        caption = f"数据截至{wording.stamp(as_of(report))}"
        table = Table(["序号", "指标", "数值", "单位"], rows, caption=caption, alignment=("center", "left", "right", "center"))
        pages.append(AttachmentPage("主要指标情况表", [table]))
    if report.consolidated:
        pages += _by_district(report)
    return pages


def _by_district(report: Report) -> list[AttachmentPage]:
    """One row per district in official order, the whole below them: from the figures frozen for this request."""
    stored = [f for f in report.figures.all() if f.figure in figures.installed()]
    table: dict[str, dict[str, str]] = {}
    for row in sorted(stored, key=lambda f: (-f.region.level, f.region.rank, f.pk)):
        value = figures.Value(figures.get(row.figure), row.numerator, row.denominator)
        name = area_word(report.office) if row.region_id == report.office.region_id else row.region.name
        table.setdefault(name, {})[row.figure] = value.plain
    codes = [c for c in report.request.figures if any(c in cells for cells in table.values())]
    below, day = LEVEL_NAMES[report.office.region.level + 1], report.request.cut_off_day
    pages = []
    for start in range(0, len(codes), 6):
        part = codes[start : start + 6]
        header = [below, *(f"{f.name}（{f.unit}）" for f in (figures.get(c, day) for c in part))]
        rows = [[name, *(cells.get(c, "--") for c in part)] for name, cells in table.items()]
        pages.append(AttachmentPage(f"各{below}主要指标情况表{'' if len(codes) <= 6 else f'（{start // 6 + 1}）'}", [Table(header, rows)]))
    return pages


def bulletin_document(bulletin: Bulletin) -> OfficialDocument:
    """The draft of a 通报: marked as a draft, without number, signer and seal."""
    return OfficialDocument(
        title=bulletin.title,
        red_head=bulletin.office.red_head or None,
        body=[b for line in bulletin.body.splitlines() for b in _passage_blocks(line, {})],
        signature=[bulletin.office.signature or bulletin.office.name],
        page_mark="代拟稿（待签发）" if not bulletin.registered_number else None,
        doc_number=bulletin.registered_number or None,
        demo=demo_date() is not None,
    )
