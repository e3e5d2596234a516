"""The document as plain text: for search, comparison and messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shouwang.kernel.official import model

_INDENT = "　　"


def plain_text(doc: model.OfficialDocument) -> str:
    """All words in reading order, one natural paragraph a line, table cells parted by tabs; ends with a newline."""
    return "".join(f"{line}\n" for line in _lines(doc) if line.strip())


def _lines(doc: model.OfficialDocument) -> Iterator[str]:
    yield doc.marks()
    yield f"{doc.copy_number:06d}" if doc.copy_number is not None else ""
    yield from (model.one_line(item or "") for item in (doc.secrecy, doc.urgency, doc.red_head, doc.doc_number))
    if doc.signer_upward:
        yield f"签发人：{model.one_line(doc.signer_upward)}"
    yield model.one_line("".join(model.clean(doc.title).split("\n")))
    yield model.recipients_line(doc)
    yield from block_lines(doc.body)
    for label, name in model.attachment_lines(doc):
        yield f"{_INDENT}{label}{name}"
    yield from doc.signatories()
    yield model.format_date(doc.date) if doc.date else ""
    yield _INDENT + model.notes_line(doc)
    for index, page in enumerate(doc.attachment_pages):
        yield doc.attachment_label(index)
        yield model.one_line(page.title)
        yield from block_lines(page.blocks)
    if copies := model.copies_line(doc):
        yield f"抄送：{copies}"
    yield "　".join(model.printing_line(doc))


def block_lines(blocks: Sequence[model.Block]) -> Iterator[str]:
    """The lines of the blocks, body paragraphs indented by two full-width spaces."""
    for block in blocks:
        if isinstance(block, model.Heading):
            words, lines = block.parts()
            first, *rest = ["".join(run.text for run in line) for line in lines] or [""]
            yield _INDENT + words + first
            yield from (_INDENT + line for line in rest)
        elif isinstance(block, model.Paragraph):
            for line in model.lines_of(block.content):
                yield _INDENT + "".join(run.text for run in line)
        else:
            yield model.one_line(block.caption)
            yield "\t".join(model.one_line(cell) for cell in block.header)
            for row in block.rows:
                yield "\t".join(model.one_line(model.run_of(cell).text) for cell in row)
