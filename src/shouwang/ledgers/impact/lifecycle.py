"""The life of a measure taken for a household."""

from __future__ import annotations

from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.ledgers.impact.policies import DROP_MEASURE, FINISH_MEASURE

MEASURE = Lifecycle(
    name="分类施策措施",
    initial="open",
    states={
        "open": State("落实中", "村（社区）", "b"),
        "done": State("已落实", "归档", "g", final=True),
        "dropped": State("已撤下", "归档", "", final=True),
    },
    moves={
        "finish": Move(("open",), "done", "已落实", FINISH_MEASURE),
        "drop": Move(("open",), "dropped", "撤下", DROP_MEASURE),
    },
)
