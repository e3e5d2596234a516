"""减负: what the system already holds is not asked for again; how much of a form fills itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shouwang.kernel import figures
from shouwang.kernel.errors import Refused
from shouwang.ledgers.dispatch.wording import report_wording

if TYPE_CHECKING:
    from shouwang.ledgers.dispatch.models import Report

_NOISE = re.compile(
    r"[\s（(][^）)]*[）)]|[\s，。、：:；;？?]|(?:目前|全(?:市|区|县|镇|村)|本(?:市|区|县|镇|村|地)|辖区|填报|统计|情况|总|的|有)"
)
_UNIT = re.compile(r"(?:户数|人数|数量|个数|数|率|多少|户|人)+$")


def _core(label: str) -> str:
    return _UNIT.sub("", _NOISE.sub("", label))


def matching_figure(label: str) -> figures.Figure | None:
    """The figure that answers a question, by its name or one of its aliases in the rulebook; None where nothing does.

    Words about place and form are ignored, and the unit at the end; what is left must be equal: a near miss is asked, not refused.
    """
    wanted = _core(label)
    if not wanted:
        return None
    persons = bool(re.search(r"人数?[)）]?$|多少人", label.strip()))
    found = []
    for figure in figures.installed().values():
        names = [figure.name, *report_wording().get(figure.code, {}).get("aliases", [])]
        if wanted in {_core(n) for n in names}:
            found.append(figure)
    if not found:
        return None
    return next((f for f in found if (f.unit == "人") == persons), found[0])


def settle(labels: Iterable[str], *, direction: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Split asked labels into questions to type and figures to fill in.

    Downward a question with a figure is refused with a link to the figure (no second collection of one fact); from above it is
    filled in. Returns (questions [{label}], figure codes).
    """
    questions, bound = [], []
    for label in (x.strip() for x in labels):
        if not label:
            continue
        figure = matching_figure(label)
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
