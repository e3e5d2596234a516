"""The document as a sheet of paper on screen. Only escaped text and classes: no inline style or script, so a strict CSP holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape

from shouwang.kernel.official import model
from shouwang.kernel.official.layout import em_width, format_on, joint_sealed
from shouwang.kernel.official.title import balance_title

Href = Callable[[str], str]


def render_html(doc: model.OfficialDocument, *, ref_href: Href | None = None) -> str:
    """An `<article class="od">` of one `<section class="od-page">` for the document and one for each attachment.

    A run with a `ref` carries it as `data-ref`; with `ref_href` (ref → address inside the site) it is a link. All text is
    escaped: the result may be marked safe. Raises `ValueError` for an address that leaves the site.
    """
    sections = [_section("od-page", _front(doc, ref_href), doc)]
    sections += [_section("od-page od-annex", _annex(doc, index, ref_href), doc) for index in range(len(doc.attachment_pages))]
    return f'<article class="od" lang="zh-CN">{"".join(sections[:-1])}{_with_imprint(sections[-1], doc)}</article>'


def _section(classes: str, lines: Iterator[str], doc: model.OfficialDocument) -> str:
    mark = f'<div class="od-mark">{_text(doc.marks())}</div>'  # empty or not: in print it keeps the room on top of every page
    return f'<section class="{classes}">{mark}<div class="od-text">{"".join(lines)}</div></section>'


def _front(doc: model.OfficialDocument, href: Href | None) -> Iterator[str]:
    yield from _head(doc)
    title = "".join(f'<span class="od-line">{_text(line)}</span>' for line in balance_title(doc.title))
    yield f'<h2 class="od-title">{title}</h2>'
    yield _p("od-to", model.recipients_line(doc))
    yield from _blocks(doc.body, href)
    if lines := model.attachment_lines(doc):
        items = "".join(f'<li><span class="od-att-label">{_text(label)}</span><span>{_text(name)}</span></li>' for label, name in lines)
        yield f'<ul class="od-attachments">{items}</ul>'
    yield _signature(doc)
    yield _p("od-note", model.notes_line(doc))


def _annex(doc: model.OfficialDocument, index: int, href: Href | None) -> Iterator[str]:
    page = doc.attachment_pages[index]
    yield _p("od-annex-label", doc.attachment_label(index))
    title = "".join(f'<span class="od-line">{_text(line)}</span>' for line in balance_title(page.title))
    yield f'<h2 class="od-title">{title}</h2>'
    yield from _blocks(page.blocks, href)


def _head(doc: model.OfficialDocument) -> Iterator[str]:
    if doc.copy_number is not None:
        yield _p("od-copy-number", f"{doc.copy_number:06d}")
    yield _p("od-secrecy", doc.secrecy or "")
    yield _p("od-urgency", doc.urgency or "")
    if doc.red_head:
        head = model.one_line(doc.red_head)
        yield _p("od-head od-head-long" if em_width(head) > 13 else "od-head", head)
    number = f'<span class="od-number">{_text(doc.doc_number or "")}</span>'
    if doc.signer_upward:
        signer = f'<span class="od-signer">签发人：<span class="od-signer-name">{_text(doc.signer_upward)}</span></span>'
        yield f'<p class="od-number-line od-upward">{number}{signer}</p>'
    elif doc.doc_number:
        yield f'<p class="od-number-line">{number}</p>'
    if doc.red_head:
        yield '<hr class="od-rule">'


def _blocks(blocks: Sequence[model.Block], href: Href | None) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, model.Heading):
            yield from _heading(block, href)
        elif isinstance(block, model.Paragraph):
            yield from _paragraphs(block.content, href)
        else:
            yield _table(block, href)


def _heading(block: model.Heading, href: Href | None) -> Iterator[str]:
    words, lines = block.parts()
    if not lines:
        tag = f"h{block.level + 2}"
        yield f'<{tag} class="od-h{block.level}">{_text(words)}</{tag}>'
        return
    yield f'<p class="od-p"><span class="od-h{block.level}">{_text(words)}</span>{_runs(lines[0], href)}</p>'
    for line in lines[1:]:
        yield f'<p class="od-p">{_runs(line, href)}</p>'


def _paragraphs(content: model.Content, href: Href | None) -> Iterator[str]:
    for line in model.lines_of(content):
        yield f'<p class="od-p">{_runs(line, href)}</p>'


def _runs(runs: Sequence[model.Run], href: Href | None) -> str:
    return "".join(_run(run, href) for run in runs)


def _run(run: model.Run, href: Href | None) -> str:
    if run.ref is None:
        return _text(run.text)
    ref = escape(model.clean(run.ref))
    if href is None:
        return f'<span class="od-ref" data-ref="{ref}">{_text(run.text)}</span>'
    address = href(run.ref)
    if not (address.startswith("#") or (address.startswith("/") and not address.startswith(("//", "/\\")))):
        raise ValueError(f"数字“{run.text}”的口径链接“{address}”不是站内地址，应以“/”或“#”开头。")
    return f'<a class="od-ref" data-ref="{ref}" href="{escape(address)}">{_text(run.text)}</a>'


def _table(table: model.Table, href: Href | None) -> str:
    dense = " od-dense" if len(table.header) >= format_on(None).table_dense_columns else ""
    caption = f"<caption>{_text(table.caption)}</caption>" if model.one_line(table.caption) else ""
    head = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in table.header)
    rows = "".join(f"<tr>{''.join(_cell(table, column, cell, href) for column, cell in enumerate(row))}</tr>" for row in table.rows)
    return f'<table class="od-table{dense}">{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _cell(table: model.Table, column: int, cell: model.Inline, href: Href | None) -> str:
    return f'<td class="od-{table.aligned(column)}">{_run(model.run_of(cell), href)}</td>'


def _signature(doc: model.OfficialDocument) -> str:
    names = doc.signatories()
    date = model.format_date(doc.date) if doc.date else ""
    if not names and not date:
        return ""
    if joint_sealed(doc):
        return _joint(names, date)
    room = 2 * format_on(None).sealed_date_right + em_width(date)  # a name wider than this cannot be centred over its date's place
    kind = "od-unsealed" if not doc.sealed else "od-sealed-long" if max(map(em_width, names), default=0.0) > room else "od-sealed"
    lines = "".join(f'<span class="od-signer-office">{_text(name)}</span>' for name in names)
    return f'<div class="od-sign {kind}">{lines}<span class="od-date">{date}</span></div>'


def _joint(names: list[str], date: str) -> str:
    """Three seals a row; a last row of fewer stands on the right, where a date belongs."""
    columns = min(3, len(names))
    over = len(names) % columns
    cells = [f'<span class="od-seal">{_text(name)}</span>' for name in names]
    cells[-1] = f'<span class="od-seal">{_text(names[-1])}<span class="od-date">{date}</span></span>'
    if over:
        cells[-over] = cells[-over].replace("od-seal", f"od-seal od-from{columns - over + 1}", 1)
    return f'<div class="od-sign od-joint{" od-two" if columns == 2 else ""}">{"".join(cells)}</div>'


def _with_imprint(section: str, doc: model.OfficialDocument) -> str:
    copies = model.copies_line(doc)
    rows = f'<p class="od-copies"><span>抄送：</span><span>{_text(copies)}</span></p>' if copies else ""
    if any(printing := model.printing_line(doc)):
        rows += f'<p class="od-printing">{"".join(f"<span>{_text(part)}</span>" for part in printing)}</p>'
    if not rows:
        return section
    return f'{section.removesuffix("</section>")}<footer class="od-imprint">{rows}</footer></section>'


def _p(css: str, text: str) -> str:
    return f'<p class="{css}">{_text(text)}</p>' if text else ""


def _text(text: str) -> str:
    return escape(model.clean(text).replace("\n", " "))
