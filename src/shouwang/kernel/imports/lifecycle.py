"""The life of an import: nothing is written before a person has seen what would be."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.lifecycle import Lifecycle, Move, State

UPLOAD = Verb("imports.import.upload", "上传了导入文件")
CHECKED = Verb("imports.import.checked", "完成了导入预检")
REFUSE = Verb("imports.import.refuse", "导入预检未能进行")
AGAIN = Verb("imports.import.again", "调整后重新预检")
CONFIRM = Verb("imports.import.confirm", "确认导入")
DONE = Verb("imports.import.done", "完成了导入")
DISCARD = Verb("imports.import.discard", "放弃了导入")
WITHDRAW = Verb("imports.import.withdraw", "撤回了导入", needs_reason=True)
WITHDRAWN = Verb("imports.import.withdrawn", "完成了导入撤回")
DECIDE = Verb("imports.row.decide", "处理了疑似重复的导入行")
MAP = Verb("imports.mapping.save", "保存了列对应关系")
OPENED = Verb("imports.import.open", "打开了导入原文件")
MARKED = Verb("imports.import.marked", "下载了标错的导入文件")

IMPORT = Lifecycle(
    name="导入批次",
    initial="checking",
    states={
        "checking": State("预检中", "系统：逐行核对，不写入", "b"),
        "unread": State("无法预检", "导入人：调整列对应或更换文件", "r"),
        "checked": State("待确认", "导入人：核对结果后确认", "o"),
        "writing": State("导入中", "系统：分批写入", "b"),
        "done": State("已导入", "导入人：下载标错文件改正后再传", "g"),
        "withdrawing": State("撤回中", "系统：逐户恢复", "b"),
        "withdrawn": State("已撤回", "无", "", final=True),
        "discarded": State("已放弃", "无", "", final=True),
    },
    moves={
        "checked": Move(("checking",), "checked", "完成预检", CHECKED),
        "refuse": Move(("checking",), "unread", "无法预检", REFUSE),
        "again": Move(("unread", "checked"), "checking", "重新预检", AGAIN),
        "confirm": Move(("checked",), "writing", "确认导入", CONFIRM),
        "done": Move(("writing",), "done", "完成导入", DONE),
        "discard": Move(("unread", "checked", "checking"), "discarded", "放弃导入", DISCARD),
        "withdraw": Move(("done",), "withdrawing", "撤回导入", WITHDRAW),
        "withdrawn": Move(("withdrawing",), "withdrawn", "完成撤回", WITHDRAWN),
    },
)
