"""A sentence taken apart into instructions: each keeps what introduces it and what it is for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .context import subject_of
from .words import ACTING, AIM, CLOSED, DATE_ONLY, LEAD_IN, LEAD_OUT, MEANS, MODAL, REASON, REFERS_BACK, REPORT, TEMPORAL

_MODAL = re.compile(MODAL)
_SHORT = 9
_SUBJECT = re.compile(
    r"(?:请|由|各|有关|相关|全市|全省|全县|全区)?[^,。;:]{0,40}?(?:单位|部门|地区|地方|各地|县|区|市|镇|乡|街道|村|局"
    r"|厅|委|办|组|政府|企业|机构|学校|人员|干部|同志|的|\))$"
)
# "…的事项，请某部在2月底前完成" says nothing without what stands before it.
_FINISHES = re.compile(r"(?:请|由)?[^,。;]{0,60}?\d[月日号][^,。;]{0,6}[前内底](?:全部|全面|基本|按期)?(?:完成|落实到位|办结|到位|落实)")
_DATED = re.compile(r"(?:\d[月日号]|年|季度).{0,6}[前内底]|工作日内")
_BY_RULE = re.compile(
    r"(?:[^,。;]{0,30}?(?:要|应|请|须|现请你们|单位|部门|各地|[县区市局委办]|\)))?(?:按照?|根据|结合|围绕|对照|依据"
    r"|参照|针对|依托)[^,。;]{2,40}?(?:要求|规定|精神|原则|部署|实际|方案|标准|基础上|程序|范围|安排|通知|意见|办法)"
)
_PREDICATE = re.compile(rf"[^,。;:]{{1,40}}?(?:{MODAL}|将)")


def clauses(flat: str, start: int, end: int) -> list[tuple[int, int]]:
    """(start, end) of the parts of a sentence between commas and semicolons; commas inside brackets and quotes do not part."""
    depth, at = 0, start
    found: list[tuple[int, int]] = []
    for i in range(start, end):
        char = flat[i]
        if char in "(《“[<":
            depth += 1
        elif char in ")》”]>":
            depth = max(0, depth - 1)
        elif char in ",;" and depth == 0:
            found.append((at, i + 1))
            at = i + 1
    if at < end:
        found.append((at, end))
    return [(a, b) for a, b in found if flat[a:b].strip(" ,;。")]


def _kind(part: str) -> str:
    """forward: introduces what follows; head or subject: begins an instruction; back: belongs to what stands before."""
    body = part.strip(" ,;。")
    if CLOSED.match(body):
        return "closed"
    if DATE_ONLY.fullmatch(body) and not REPORT.search(body) and not re.search(r"完成|办结|召开|实现", body):
        return "forward"
    if TEMPORAL.search(body) and not _MODAL.search(body[3:]) and len(body) < 60:
        return "forward"
    if _FINISHES.fullmatch(body):
        return "finish"
    if _BY_RULE.fullmatch(body):
        return "forward"
    if AIM.match(body) and not _MODAL.match(body):
        return "back"
    if REFERS_BACK.match(body):
        return "back"
    if LEAD_OUT.search(body) and (LEAD_IN.match(body) or _leads(body)):
        return "forward"
    if _SUBJECT.fullmatch(body) and not ACTING.match(body) and not REPORT.search(body) and not re.search(r"\d[月日号]", body):
        return "forward"
    if MEANS.match(body):
        return "forward"
    if ACTING.match(body) or _MODAL.match(body):
        return "head"
    subject = subject_of(body)
    if subject and subject[1].strip():
        return "subject"
    if LEAD_IN.match(body) and not _PREDICATE.match(body) and len(body) < 40 and not re.search(r"的?(?:要|应|须|不得)", body):
        return "forward" if not re.search(r"进行|予以|给予|负责|落实|作为|纳入|报", body) else "head"
    if _PREDICATE.match(body):
        return "head"
    return "back"


def still_reason(body: str, index: int) -> bool:
    """True while the reasons a sentence opens with (为…，根据…，) run on: until somebody is asked or something announced."""
    if index == 0:
        return bool(REASON.match(body))
    return not re.match(r"(?:现|请|特|决定|各|要|应|须|我|定于|本|拟|经研究|你)", body) and not _PREDICATE.match(body)


def _leads(body: str) -> bool:
    return bool(re.match(r"(?:要|应|须|必须)?(?:在|对|按|根据|结合|于)", body))


@dataclass(slots=True)
class _Sentence:
    """A sentence being parted: the groups so far, and where the part begins that waits for its instruction."""

    flat: str
    groups: list[list[int]] = field(default_factory=list)
    waiting: int | None = None
    closed: bool = False  # the last group takes nothing more

    def take(self, kind: str, start: int, end: int, *, last: bool) -> None:
        """Put a part into its group by its kind (see `_kind`)."""
        if kind == "finish":
            kind = "head" if self._dated() else "back"
        first = start if self.waiting is None else self.waiting
        if kind == "closed":
            self._open(first, end, closed=True)
        elif kind == "forward" or (kind == "back" and self.waiting is not None and not last and LEAD_IN.match(self.flat[first:end])):
            self.waiting = first
        elif self._joins(kind, start, end):
            self.groups[-1][1] = end
            self.waiting, self.closed = None, False
        else:
            self._open(first, end, closed=False)

    def _open(self, start: int, end: int, *, closed: bool) -> None:
        self.groups.append([start, end])
        self.waiting, self.closed = None, closed

    def _joins(self, kind: str, start: int, end: int) -> bool:
        """True for a part that belongs to the group before it."""
        if not self.groups:
            return False
        if self.waiting is None:
            short = len(self.flat[start:end].strip(" ,;。")) < _SHORT and kind != "subject"
            return (kind == "back" or short) and not self.closed
        return kind == "back" and LEAD_IN.match(self.flat[self.waiting : end]) is None and not self._next_date(start)

    def _next_date(self, at: int) -> bool:
        """True for a further date of its own (…；8月10日前，报送…) after an instruction that has one."""
        opener = self.flat[self.waiting : at].strip(" ,;")
        return DATE_ONLY.fullmatch(opener) is not None and opener[:1] not in "于在并" and self._dated()

    def _dated(self) -> bool:
        return bool(self.groups) and _DATED.search(self.flat[self.groups[-1][0] : self.groups[-1][1]]) is not None

    def finish(self, end: int) -> list[tuple[int, int]]:
        """The groups; what still waits goes with the last one, or stands alone."""
        if self.waiting is not None:
            if self.groups and not self.closed:
                self.groups[-1][1] = end
            else:
                self.groups.append([self.waiting, end])
        return [(a, b) for a, b in self.groups]


def split(flat: str, start: int, end: int) -> list[tuple[int, int]]:
    """(start, end) of the instructions of a sentence, in order, together the whole of it.

    Parts that introduce go with the instruction after them, aims and references with the one before; very short ones are not
    left alone.
    """
    sentence = _Sentence(flat)
    parts = clauses(flat, start, end)
    reasons = True
    for i, (a, b) in enumerate(parts):
        reasons = reasons and still_reason(flat[a:b].strip(" ,;。"), i)
        sentence.take("forward" if reasons else _kind(flat[a:b]), a, b, last=i + 1 == len(parts))
    return sentence.finish(end)
