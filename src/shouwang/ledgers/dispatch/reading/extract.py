"""The child process that takes a document apart: `python -m …extract docx|pdf|ofd`, file on standard input, JSON on standard output.

It gives itself limits before it touches the file. A parser that dies, hangs or grows takes only this process with it.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Callable

_MEMORY = 512 * 1024 * 1024
_CPU_SECONDS = 15
_MAX_PAGES = 200


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


class _EncryptedError(Exception):
    """The document asks for a password."""


def _docx(data: bytes) -> str:
    from .docx_text import docx_text

    return docx_text(data)


def _pdf(data: bytes) -> str:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    from .layout import Line, page_paragraphs

    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            pages = []
            for page in document.pages[:_MAX_PAGES]:
                rows = page.extract_text_lines(return_chars=False, x_tolerance=3, y_tolerance=4)
                pages.append(
                    [Line(str(r["text"]), float(r["x0"]), float(r["x1"]), float(r["top"]), float(r["bottom"] - r["top"])) for r in rows]
                )
                page.close()
    except PdfminerException as fault:
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in fault.args) or "Password" in repr(fault):
            raise _EncryptedError from fault
        raise
    return "\n".join(page_paragraphs(pages))


def _ofd(data: bytes) -> str:
    import ofdkit

    from .layout import lines_of_runs, page_paragraphs

    with ofdkit.open(data) as document:
        pages = [lines_of_runs([(r.text, r.x, r.y, r.size, r.width) for r in page.runs]) for page in document.pages[:_MAX_PAGES]]
    return "\n".join(page_paragraphs(pages))


_PARSERS: dict[str, Callable[[bytes], str]] = {"docx": _docx, "pdf": _pdf, "ofd": _ofd}


def main() -> None:
    """Read, parse, answer; every failure is an answer too."""
    parse = _PARSERS[sys.argv[1]]
    data = sys.stdin.buffer.read()
    _limit()
    try:
        answer = {"text": parse(data)}
    except _EncryptedError:
        answer = {"error": "encrypted"}
    except Exception:  # any parser fault means the same to the user: the file cannot be read
        answer = {"error": "corrupt"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
