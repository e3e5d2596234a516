"""Official documents of Party and government offices (GB/T 9704-2012): one model, three outputs and a check.

`write_docx` loads python-docx only when called, so importing the package stays light.
"""

from shouwang.kernel.official.check import BrevityClass, check
from shouwang.kernel.official.html import render_html
from shouwang.kernel.official.model import (
    AttachmentPage,
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Run,
    Table,
    clean,
    format_date,
    format_doc_number,
    heading_number,
)
from shouwang.kernel.official.text import plain_text
from shouwang.kernel.official.title import balance_title


def write_docx(doc: OfficialDocument) -> bytes:
    """The document as a .docx file laid out per GB/T 9704-2012; equal documents give equal bytes.

    Raises `ValueError` when no format was in force on the document's date.
    """
    from shouwang.kernel.official.docx import write  # python-docx costs 0.1 s and 15 MB: only offices that export pay for it

    return write(doc)


__all__ = [
    "AttachmentPage",
    "Block",
    "BrevityClass",
    "Heading",
    "OfficialDocument",
    "Paragraph",
    "Run",
    "Table",
    "balance_title",
    "check",
    "clean",
    "format_date",
    "format_doc_number",
    "heading_number",
    "plain_text",
    "render_html",
    "write_docx",
]
