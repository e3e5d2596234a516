"""From a draft to a rule in force: written by one person, approved by another."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.ledgers.monitoring.watch.policies import APPROVE, AUTHOR


def _verb(deed: str, sentence: str, permission: str, *, needs_reason: bool = False) -> Verb:
    return Verb(f"monitoring.proposal.{deed}", sentence, permission, needs_reason=needs_reason)


PROPOSAL = Lifecycle(
    name="规则和阈值",
    initial="draft",
    states={
        "draft": State("草稿", "拟定人：试算后提交审批", "o"),
        "submitted": State("待审批", "本级另一人：审批", "c"),
        "approved": State("已批准", "拟定人：情况变化时停用", "g"),
        "returned": State("已退回", "无", "", final=True),
        "ended": State("已停用", "无", "", final=True),
    },
    moves={
        "submit": Move(("draft",), "submitted", "提交审批", _verb("submit", "提交审批", AUTHOR)),
        "approve": Move(("submitted",), "approved", "批准", _verb("approve", "批准", APPROVE)),
        "send_back": Move(("submitted",), "returned", "退回", _verb("send_back", "退回", APPROVE, needs_reason=True)),
        "drop": Move(("draft",), "returned", "作废", _verb("drop", "作废了草稿", AUTHOR)),
        "end": Move(("approved",), "ended", "停用", _verb("end", "停用", APPROVE, needs_reason=True)),
    },
)
MOVE_VERBS = tuple(m.verb for m in PROPOSAL.moves.values())
