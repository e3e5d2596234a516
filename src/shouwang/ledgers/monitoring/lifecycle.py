"""States and moves of a lead and of a case. One table serves inclusion, removal and registration as poor: they share the procedure.

Source: 国开发〔2020〕6号 and the provincial procedures it led to: check → 民主评议 → 公示 → 镇初审 → 县审定.
"""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.ledgers.monitoring.policies import CHECK, DETERMINE, FOLLOW, REVIEW
from shouwang.ledgers.registry.codes import in_words


def _verb(deed: str, sentence: str, permission: str, *, needs_reason: bool = False) -> Verb:
    return Verb(f"monitoring.case.{deed}", sentence, permission, needs_reason=needs_reason, dated=in_words)


BEFORE_COUNTY = ("verified", "appraised", "posted", "publicised")
OPEN = ("reported", *BEFORE_COUNTY, "reviewed", "determined")
CASE = Lifecycle(
    name="监测个案",
    initial="reported",
    states={
        "reported": State("待核实", "村（社区）：入户（电话、视频）核实", "r"),
        "verified": State("待评议", "村（社区）：召开民主评议会", "o"),
        "appraised": State("待公示", "村（社区）：张贴公示", "o"),
        "posted": State("公示中", "村（社区）：登记和答复异议，期满办结公示", "c"),
        "publicised": State("待初审", "镇（街道）：初审", "o"),
        "reviewed": State("待审定", "区（县）：比对后提请会议审定", "o"),
        "determined": State("待落实帮扶", "村（社区）、帮扶责任人：明确责任人和帮扶措施", "o"),
        "done": State("已办结", "无", "g", final=True),
        "rejected": State("不纳入", "无", "", final=True),
        "known": State("已在册", "无", "b", final=True),
        "withdrawn": State("已撤销", "无", "", final=True),
        "overtaken": State("已转返贫（致贫）登记", "无", "r", final=True),
    },
    moves={
        "verify": Move(("reported",), "verified", "核实通过", _verb("verify", "核实情况属实，提交民主评议", CHECK)),
        "reject": Move(("reported",), "rejected", "不纳入", _verb("reject", "核实后不纳入", CHECK, needs_reason=True)),
        "know": Move(("reported",), "known", "已在册", _verb("know", "核实为已在册对象", CHECK)),
        "appraise": Move(("verified",), "appraised", "评议通过", _verb("appraise", "民主评议通过", CHECK)),
        "vote_down": Move(("verified",), "rejected", "评议不通过", _verb("vote_down", "民主评议未通过", CHECK, needs_reason=True)),
        "post": Move(("appraised",), "posted", "张贴公示", _verb("post", "开始公示", CHECK)),
        "close_posting": Move(("posted",), "publicised", "公示期满", _verb("close_posting", "公示期满，报镇（街道）初审", CHECK)),
        "review": Move(("publicised",), "reviewed", "初审通过", _verb("review", "镇（街道）初审通过", REVIEW)),
        "determine": Move(("reviewed",), "determined", "审定纳入", _verb("determine", "区（县）审定纳入监测", DETERMINE)),
        "conclude": Move(("reviewed",), "done", "审定办结", _verb("conclude", "区（县）审定", DETERMINE)),
        "settle": Move(("determined",), "done", "帮扶落实", _verb("settle", "明确责任人并落实帮扶措施", FOLLOW)),
        "back_to_check": Move(
            (*BEFORE_COUNTY, "reviewed"), "reported", "退回核实", _verb("back_to_check", "退回重新核实", "", needs_reason=True)
        ),
        "back_to_appraisal": Move(
            ("appraised", "posted", "publicised", "reviewed"),
            "verified",
            "退回评议",
            _verb("back_to_appraisal", "退回重新评议", "", needs_reason=True),
        ),
        "back_to_review": Move(("reviewed",), "publicised", "退回初审", _verb("back_to_review", "退回镇（街道）", "", needs_reason=True)),
        "overtake": Move(OPEN, "overtaken", "转返贫（致贫）登记", _verb("overtake", "该户转为返贫（致贫）登记，本个案办结", "")),
        "withdraw": Move(
            ("reported", *BEFORE_COUNTY, "reviewed"), "withdrawn", "撤销", _verb("withdraw", "撤销了个案", "", needs_reason=True)
        ),
    },
)

LEAD = Lifecycle(
    name="监测线索",
    initial="open",
    states={
        "open": State("待处置", "村（社区）：随个案核实", "o"),
        "included": State("纳入", "无", "g", final=True),
        "not_included": State("不纳入", "无", "", final=True),
        "known": State("已在册", "无", "b", final=True),
        "superseded": State("已更新", "无（由证据更新后的线索代替）", "", final=True),
        "withdrawn": State("已撤回", "无", "", final=True),
    },
    moves={
        "include": Move(("open",), "included", "纳入", Verb("monitoring.lead.include", "线索处置为纳入")),
        "reject": Move(("open",), "not_included", "不纳入", Verb("monitoring.lead.reject", "线索处置为不纳入")),
        "know": Move(("open",), "known", "已在册", Verb("monitoring.lead.know", "线索处置为已在册")),
        "supersede": Move(("open",), "superseded", "证据更新", Verb("monitoring.lead.supersede", "线索因证据变化被更新")),
        "withdraw": Move(("open",), "withdrawn", "撤回", Verb("monitoring.lead.withdraw", "撤回了线索")),
    },
)
DISCREPANCY = Lifecycle(
    name="比对疑点",
    initial="open",
    states={
        "open": State("待核对", "村（社区）：核对后更正或答复", "o"),
        "confirmed": State("属实", "无", "r", final=True),
        "corrected": State("已更正", "无（期满仍比对出的重新列为待核对）", "g"),
        "explained": State("有正当原因", "无", "b", final=True),
        "cleared": State("已消除", "无", "g", final=True),
    },
    moves={
        "confirm": Move(("open",), "confirmed", "属实", Verb("monitoring.discrepancy.confirm", "核对为属实", CHECK)),
        "correct": Move(("open",), "corrected", "已更正", Verb("monitoring.discrepancy.correct", "核对后已更正", CHECK)),
        "explain": Move(("open",), "explained", "有正当原因", Verb("monitoring.discrepancy.explain", "核对为有正当原因", CHECK)),
        "clear": Move(("open",), "cleared", "消除", Verb("monitoring.discrepancy.clear", "再次比对时已消除")),
        "reopen": Move(("corrected",), "open", "重新核对", Verb("monitoring.discrepancy.reopen", "称已更正而仍比对出，重新列为待核对")),
    },
)
BATCH = Lifecycle(
    name="审定批次",
    initial="draft",
    states={
        "draft": State("待审定", "区（县）：录入比对结果、会议日期和批复文号", "o"),
        "decided": State("已审定", "无", "g", final=True),
        "dropped": State("已取消", "无", "", final=True),
    },
    moves={
        "decide": Move(("draft",), "decided", "登记审定结果", Verb("monitoring.batch.decide", "登记了审定结果", DETERMINE)),
        "drop": Move(("draft",), "dropped", "取消批次", Verb("monitoring.batch.drop", "取消了审定批次", DETERMINE, needs_reason=True)),
    },
)
CYCLES = (CASE, LEAD, DISCREPANCY, BATCH)
CYCLE_VERBS = tuple(m.verb for cycle in CYCLES for m in cycle.moves.values())
