"""减负: what the system already holds is not asked for again; how much of a form fills itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shouwang.kernel import figures
from shouwang.kernel.errors import Refused
from shouwang.ledgers.dispatch.wording import report_wording

if TYPE_CHECKING:
    from shouwang.ledgers.dispatch.models import Report

# Brackets that only give a unit or a moment; any other narrows the question (其中外出务工) and belongs to it.
_BRACKET = re.compile(r"[（(](?:单位[:：]?)?(?:户|人|个|项|份|%|％|元|万元|截至[^）)]*)[）)]")
_NOISE = re.compile(
    r"[\s，。、：:；;？?]|^(?:请|须|需)?(?:填报|填写|统计|报送)|目前|当前|全(?:市|区|县|镇|村)|本(?:市|区|县|镇|村|地)|辖区内?|[总的]|有(?=多少|几)"
)
_KINDS = (
    ("率", re.compile(r"(?:比率|比例|占比|率)$")),
    ("户", re.compile(r"(?:户数|多少户|几户|户)$")),
    ("人", re.compile(r"(?:人口数|人数|多少人|几人|人口|人)$")),
    ("", re.compile(r"(?:数量|个数|项数|数|多少)$")),
)


def _core(label: str) -> tuple[str, str]:
    """What a question asks about and in what: (words, 户, 人, 率 or "")."""
    words = re.sub(r"(?<=数)是?多少$", "", _NOISE.sub("", _BRACKET.sub("", label.strip())))
    for kind, ending in _KINDS:
        if ending.search(words):
            return ending.sub("", words), kind
    return words, "?"


def _kind_of(figure: figures.Figure) -> str:
    return {"户": "户", "人": "人", "%": "率"}.get(figure.unit, "")


def matching_figure(label: str, today: dt.date) -> figures.Figure | None:
    """The figure that answers a question, by a name (of today or earlier) or one of its aliases in the rulebook; None where nothing does.

    Words about place and form are ignored. What is left must be equal, and so must what is counted: 户, 人, a share or plain 数; a
    question that does not say what is counted must be a name whole. A near miss is asked, not refused.
    """
    wanted, kind = _core(label)
    for code, figure in figures.installed(today).items():
        names = [_core(n) for n in (figure.name, figures.get(code).name, *report_wording().get(figure.code, {}).get("aliases", []))]
        if wanted and ((wanted, kind) in names or (kind in ("", _kind_of(figure)) and wanted in {words for words, _ in names})):
            return figure
    return None


def settle(labels: Iterable[str], *, direction: str, today: dt.date) -> tuple[list[dict[str, Any]], list[str]]:
    """Split asked labels into questions to type and figures to fill in.

    Downward a question with a figure is refused with a link to the figure (no second collection of one fact); from above it is
    filled in. Returns (questions [{label}], figure codes).
    """
    questions, bound = [], []
    for label in (x.strip() for x in labels):
        if not label:
            continue
        figure = matching_figure(label, today)
        if figure is None:
            questions.append({"label": label})
        elif direction == "down":
            raise Refused(
                f"“{label}”系统已有（指标“{figure.name}”，{figure.definition}），不得再向基层收集。请从填报项中删去，在“指标”中勾选即可自动带出。",
                field="questions", link=f"/figures/{figure.code}/",
            )  # fmt: skip
        else:
            bound.append(figure.code)
    return questions, bound


def filled(report: Report) -> tuple[int, int]:
    """(N, M) of “本表 N 项中 M 项自动带出”: head fields, figures, parts and questions against those nobody has to type."""
    head = 6  # title, recipient, office, signature, date, contact: all known
    numbers = report.figures.count()
    passages = list(report.passages.all())
    questions = len(report.request.questions)
    total = head + numbers + len(passages) + questions
    return total, head + numbers + sum(p.written_by_machine and bool(p.text) for p in passages)
