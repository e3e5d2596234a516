"""What a household can be to a programme: 建档立卡 and 防返贫监测, each a table of states and moves.

The state field is the household's repeated column; the period itself is a ProgrammeStatus row. "" = never taken in. A removed
household (清退, 自然减少) leaves 建档立卡 for good; a household whose risk was cleared can be watched again.
Sources: 国务院扶贫办建档立卡工作方案（2014）; 国开发〔2020〕6号; 返贫 is a status of its own, not a kind of watching (notice 三（三）).
"""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.ledgers.registry.codes import in_words

EDIT, RESHAPE, LOOKALIKES = "registry.edit", "registry.reshape", "registry.lookalikes"
OUT = State("未纳入", "村（社区）：发现符合条件的及时上报", "")


def _verb(deed: str, sentence: str) -> Verb:
    return Verb(f"registry.status.{deed}", sentence, EDIT, needs_reason=True, dated=in_words)


REGISTRATION = Lifecycle(
    name="建档立卡",
    field="registration",
    initial="",
    states={
        "": OUT,
        "poor": State("未脱贫", "帮扶责任人：落实帮扶措施", "r"),
        "newly_poor": State("新致贫", "帮扶责任人：落实帮扶措施", "r"),
        "exited": State("已脱贫", "村（社区）：巩固成果、动态监测", "g"),
        "relapsed": State("返贫", "帮扶责任人：落实帮扶措施", "r"),
        "removed": State("清退", "无", "", final=True),
    },
    moves={
        "register": Move(("",), "poor", "认定为贫困户", _verb("register", "登记为建档立卡贫困户")),
        "register_new": Move(("",), "newly_poor", "登记新致贫", _verb("register_new", "登记为新致贫户")),
        "exit": Move(("poor", "newly_poor", "relapsed"), "exited", "登记脱贫", _verb("exit", "登记脱贫退出")),
        "relapse": Move(("exited",), "relapsed", "登记返贫", _verb("relapse", "登记返贫")),
        "remove": Move(("poor", "newly_poor", "exited", "relapsed"), "removed", "登记清退", _verb("remove", "登记清退")),
    },
)

MONITORING = Lifecycle(
    name="防返贫监测",
    field="monitoring",
    dated=in_words,
    initial="",
    states={
        "": State("未监测", "村（社区）：发现风险及时上报", ""),
        "unstable": State("脱贫不稳定户", "帮扶责任人：落实帮扶措施", "o"),
        "borderline": State("边缘易致贫户", "帮扶责任人：落实帮扶措施", "o"),
        "sudden": State("突发严重困难户", "帮扶责任人：落实帮扶措施", "r"),
        "cleared": State("风险消除", "村（社区）：继续关注", "g"),
    },
    moves={
        "watch_unstable": Move(("", "cleared"), "unstable", "纳入监测（脱贫不稳定户）", _verb("watch_unstable", "纳入监测，脱贫不稳定户")),
        "watch_borderline": Move(
            ("", "cleared"), "borderline", "纳入监测（边缘易致贫户）", _verb("watch_borderline", "纳入监测，边缘易致贫户")
        ),
        "watch_sudden": Move(("", "cleared"), "sudden", "纳入监测（突发严重困难户）", _verb("watch_sudden", "纳入监测，突发严重困难户")),
        "clear": Move(("unstable", "borderline", "sudden"), "cleared", "登记风险消除", _verb("clear", "登记风险消除")),
        # Never taken by itself: it goes with 登记返贫 and 登记新致贫.
        "end_watch": Move(("unstable", "borderline", "sudden"), "", "转为建档立卡管理", _verb("end_watch", "登记返贫（致贫），终止监测")),
    },
)

FINDING = Lifecycle(
    name="数据核查问题",
    initial="open",
    states={
        "open": State("待处理", "镇（街道）扶贫专干、村（社区）：改正，或核实无误", "r"),
        "accepted": State("核实无误", "无（数据改动或到期后重新核查）", "g"),
        "cleared": State("已消除", "无", "", final=True),
    },
    moves={
        "accept": Move(("open",), "accepted", "核实无误", Verb("registry.finding.accept", "核实数据无误", EDIT, needs_reason=True)),
        "reopen": Move(("accepted",), "open", "撤销核实", Verb("registry.finding.reopen", "撤销了核实无误", EDIT, needs_reason=True)),
        "clear": Move(("open", "accepted"), "cleared", "消除", Verb("registry.finding.clear", "数据核查问题已消除", EDIT)),
    },
)
FINDING_VERBS = tuple(m.verb for m in FINDING.moves.values())
CHANGE = Lifecycle(
    name="户变动",
    initial="asked",
    states={
        "asked": State("待接收", "迁入地镇（街道）或区（县）：核对后接收或退回", "o"),
        "done": State("已生效", "无", "g"),
        "declined": State("未接收", "无", "r", final=True),
        "withdrawn": State("已撤回", "无", "", final=True),
        "undone": State("已撤销", "无", "", final=True),
    },
    moves={
        # Who may take these is decided by policies.check_change: a move belongs to two places.
        "accept": Move(("asked",), "done", "接收", Verb("registry.change.accept", "接收了迁入户")),
        "decline": Move(("asked",), "declined", "退回", Verb("registry.change.decline", "退回了迁入申请", needs_reason=True)),
        "withdraw": Move(("asked",), "withdrawn", "撤回", Verb("registry.change.withdraw", "撤回了迁出申请", needs_reason=True)),
        "undo": Move(("done",), "undone", "撤销并户", Verb("registry.change.undo", "撤销了并户", RESHAPE, needs_reason=True)),
    },
)

LOOKALIKE = Lifecycle(
    name="疑似重复",
    initial="open",
    states={
        "open": State("待核对", "镇（街道）扶贫专干：核对是否同一人（户）", "o"),
        "unsure": State("暂不确定", "镇（街道）扶贫专干：入户或调档后再定", "o"),
        "same": State("同一人（户）", "无", "g"),
        "different": State("不是同一人（户）", "无", ""),
        "lapsed": State("已失效", "无", ""),
    },
    moves={
        "same": Move(
            ("open", "unsure"), "same", "是同一人", Verb("registry.lookalike.same", "核对为同一人（户）", LOOKALIKES, needs_reason=True)
        ),
        "different": Move(
            ("open", "unsure"),
            "different",
            "不是同一人",
            Verb("registry.lookalike.different", "核对为不是同一人（户）", LOOKALIKES, needs_reason=True),
        ),
        "unsure": Move(("open",), "unsure", "暂不确定", Verb("registry.lookalike.unsure", "标记为暂不确定", LOOKALIKES, needs_reason=True)),
        "lapse": Move(("open", "unsure"), "lapsed", "失效", Verb("registry.lookalike.lapse", "因户变动或人口减少，疑似重复失效")),
        "joined": Move(("open", "unsure"), "same", "已并户", Verb("registry.lookalike.joined", "随并户记为同一户")),
        "reopen": Move(
            ("same", "different", "lapsed"),
            "open",
            "重新核对",
            Verb("registry.lookalike.reopen", "重新打开了疑似重复", needs_reason=True),
        ),
    },
)

CYCLES = {"registration": REGISTRATION, "monitoring": MONITORING}
MOVES = {name: programme for programme, cycle in CYCLES.items() for name in cycle.moves}
STATUS_VERBS = tuple(m.verb for cycle in CYCLES.values() for m in cycle.moves.values())
CHANGE_VERBS = tuple(m.verb for cycle in (CHANGE, LOOKALIKE) for m in cycle.moves.values())
