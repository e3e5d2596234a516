"""待核对人员: side by side, the decision, and what follows from it for the lake."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db import transaction
from django.db.models import Q

from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.exchange import lake, policies
from shouwang.ledgers.exchange.models import Delivery, MatchQuestion
from shouwang.ledgers.registry.models import Member

ANSWERED = "exchange.answered"
LABELS = {"id_number": "证件号码", "name": "姓名", "birth": "出生日期", "sex": "性别", "village": "村（社区）", "head_name": "户主姓名"}
SEX = {"male": "男", "female": "女"}


def decide(question: MatchQuestion, member: Member | None, *, reason: str, by: Scope, today: dt.date) -> MatchQuestion:
    """Say who it is; None = none of them. The answer holds for every row written the same way, past and to come.

    Raises Refused for one that is decided already, and for a member who is not among the candidates.
    """
    with transaction.atomic(), change(question, by=by, verb=policies.DECIDE, today=today, reason=reason) as locked:
        if locked.state == MatchQuestion.State.LINKED:
            raise Refused("该人员已核对过。要改变结论，请先写明理由重新核对。")
        if member is not None and member.pk not in [c[0] for c in locked.candidates]:
            raise Refused("所选人员不在候选名单中。请刷新页面后重新选择。", field="member")
        locked.member = member
        locked.state = MatchQuestion.State.LINKED if member else MatchQuestion.State.OUTSIDE
        locked.decided_on, locked.decided_by, locked.reason = today, by.user_name, reason.strip()[:300]
        _made_anew(locked, today, f"q{locked.pk}v{locked.version}")
    return locked


def reopen(question: MatchQuestion, *, reason: str, by: Scope, today: dt.date) -> MatchQuestion:
    """Ask again: the rows leave the lake until it is answered."""
    with transaction.atomic(), change(question, by=by, verb=policies.REOPEN, today=today, reason=reason) as locked:
        if locked.state == MatchQuestion.State.OPEN or not locked.candidates:
            raise Refused("该人员没有核对结论可以改变。请刷新页面查看。")
        locked.state, locked.member, locked.decided_on, locked.decided_by = MatchQuestion.State.OPEN, None, None, ""
        _made_anew(locked, today, f"q{locked.pk}v{locked.version}o")
    return locked


def _made_anew(question: MatchQuestion, today: dt.date, mark: str) -> None:
    """Queue the making of every period whose rows wait for this answer: the system's work, the deliveries lie beyond who decides."""
    enqueue(ANSWERED, by=Scope.system("部门数据"), args={"question": question.pk}, key=f"{ANSWERED}:{mark}", today=today)


def deliveries_of(question: MatchQuestion) -> list[Delivery]:
    """The standing deliveries with rows that wait for the question."""
    rows = Delivery.objects.filter(feed=question.feed, state="done").order_by("-period", "-pk")
    return [d for d in rows if question.pk in lake.column(d.pk, "question")]


def drop_of(delivery: Delivery) -> None:
    """Forget what only this delivery asked and nobody has answered."""
    others = Delivery.objects.filter(feed=delivery.feed, state="done").exclude(pk=delivery.pk).values_list("pk", flat=True)
    mine = MatchQuestion.objects.filter(first=delivery).exclude(state="linked").filter(Q(decided_on=None))
    if not mine.exists():
        return
    wanted: set[int] = set().union(*(lake.column(pk, "question") for pk in others)) if others else set()
    mine.exclude(pk__in=wanted).delete()


def side_by_side(question: MatchQuestion, scope: Scope) -> dict[str, Any]:
    """What the department wrote, masked, and the candidates beside it with the evidence in words."""
    from shouwang.engine.matching.chinese import book, spec

    said: dict[str, str] = json.loads(question.said.reveal())
    members = {
        m.pk: m
        for m in Member.objects.within(scope)
        .filter(pk__in=[c[0] for c in question.candidates])
        .select_related("household", "village", "town")
    }
    words = book()["words"]
    candidates = [
        {
            "member": members[pk],
            "shown": _theirs(members[pk]),
            "points": points,
            "evidence": [(words[c], c.endswith(("_other",))) for c in spec().words(bits)],
        }
        for pk, points, bits in question.candidates
        if pk in members
    ]
    lines = [
        {"label": LABELS[k], "said": _masked(k, said.get(k, "")), "theirs": [c["shown"][n] for c in candidates]}
        for n, k in enumerate(LABELS)
    ]
    return {"lines": lines, "candidates": candidates, "hidden": len(question.candidates) - len(candidates)}


def _masked(key: str, value: str) -> str:
    if key == "id_number":
        return mask(MaskKind.ID_NUMBER, value)
    return SEX.get(value, value)


def _theirs(member: Member) -> list[str]:
    number = member.id_number.masked() if member.id_number else ""
    village = str(member.village or "")
    return [number, member.name, str(member.birth_date), SEX[member.sex], village, member.household.head_name]
