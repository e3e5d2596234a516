"""Who may do what in the registry, and the acts it records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.privacy.classes import classify
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.codes import rule, words

if TYPE_CHECKING:
    from shouwang.kernel.regions.models import Region
    from shouwang.ledgers.registry.models import HelperAssignment, Household, HouseholdChange, Member

VIEW, EDIT, REVEAL, EXPORT = "registry.view", "registry.edit", "registry.reveal", "registry.export"
RESHAPE, LOOKALIKES = "registry.reshape", "registry.lookalikes"
VISIT = "registry.visit"
CALL = "registry.call"
PERMISSIONS = {
    VIEW: "查看户档案（按区划或结对帮扶关系，敏感字段脱敏）",
    EDIT: "维护户、成员、收入、结对帮扶信息",
    REVEAL: "查看脱敏字段的完整内容（须写明理由，限额，逐项留痕）",
    CALL: "查看联系电话的完整号码（须写明理由，限额，逐项留痕）",
    EXPORT: "导出户档案列表",
    RESHAPE: "办理分户、并户、迁移和成员转户（须有依据文件；迁往他处的由迁入地接收）",
    LOOKALIKES: "核对疑似重复的人和户",
    VISIT: "登记走访、答复走访发现的需求（按区划或结对帮扶关系）",
}

EDIT_HOUSEHOLD = Verb("registry.household.edit", "修改了户信息", EDIT)
ADD_MEMBER = Verb("registry.member.add", "增加了家庭成员", EDIT)
EDIT_MEMBER = Verb("registry.member.edit", "修改了成员信息", EDIT)
REMOVE_MEMBER = Verb("registry.member.leave", "登记了人口减少", EDIT, needs_reason=True)
RECORD_INCOME = Verb("registry.income.record", "登记了家庭收入", EDIT)
CORRECT_INCOME = Verb("registry.income.correct", "更正了家庭收入", EDIT, needs_reason=True)
ASSIGN_HELPER = Verb("registry.helper.assign", "安排了帮扶责任人", EDIT)
END_HELPER = Verb("registry.helper.end", "解除了结对帮扶", EDIT, needs_reason=True)
SPLIT = Verb("registry.household.split", "办理了分户", RESHAPE, needs_reason=True)
MERGE = Verb("registry.household.merge", "办理了并户", RESHAPE, needs_reason=True)
TRANSFER = Verb("registry.household.transfer", "办理了成员转户", RESHAPE, needs_reason=True)
MOVE = Verb("registry.household.move", "办理了迁移", RESHAPE, needs_reason=True)
ASK_MOVE = Verb("registry.household.ask_move", "提出了迁出申请", needs_reason=True)  # the row lies where it leads to: check_reshape decides
FIND_LOOKALIKE = Verb("registry.lookalike.find", "发现了疑似重复")
FOLLOW_LOOKALIKE = Verb("registry.lookalike.follow", "疑似重复随户变动更新")
REVEAL_FIELD = Verb("registry.field.reveal", "查看了脱敏字段", REVEAL, needs_reason=True)
IMPORT_HOUSEHOLD = Verb("registry.household.import", "导入新增了户", EDIT)
IMPORT_STANDING = Verb("registry.status.import", "导入登记了项目状态", EDIT)
WITHDRAW_IMPORT = Verb("registry.household.withdraw_import", "撤回了导入的内容", EDIT, needs_reason=True)
ADD_PAPER = Verb("registry.paper.add", "归档了材料", EDIT)
REMOVE_PAPER = Verb("registry.paper.remove", "移出了材料", EDIT, needs_reason=True)
WAIVE_PAPER = Verb("registry.paper.waive", "注明材料不需要", EDIT, needs_reason=True)
ASK_PAPER = Verb("registry.paper.ask", "撤回了“不需要”，恢复材料要求", EDIT)
RECORD_VISIT = Verb("registry.visit.record", "登记了走访", VISIT)
CORRECT_VISIT = Verb("registry.visit.correct", "更正了走访记录", VISIT, needs_reason=True)
MEET_NEED = Verb("registry.visit.meet_need", "答复了走访发现的需求", VISIT)
PRINT_CARD = Verb("registry.card.print", "打印了帮扶明白卡", EDIT)
FILE_VERBS = (ADD_PAPER, REMOVE_PAPER, WAIVE_PAPER, ASK_PAPER, RECORD_VISIT, CORRECT_VISIT, MEET_NEED, PRINT_CARD)
UPLOAD_EXPORT = Verb("registry.reconciliation.upload", "上传了上级系统数据用于比对", EDIT)
COMPARE = Verb("registry.reconciliation.compare", "比对了上级系统数据", EDIT)
DECIDE_DIFFERENCE = Verb("registry.difference.decide", "确定了差异的更正地点", EDIT)
COMPARE_VERBS = (UPLOAD_EXPORT, COMPARE, DECIDE_DIFFERENCE)
OWN_VERBS = (
    IMPORT_HOUSEHOLD,
    IMPORT_STANDING,
    WITHDRAW_IMPORT,
    EDIT_HOUSEHOLD,
    ADD_MEMBER,
    EDIT_MEMBER,
    REMOVE_MEMBER,
    RECORD_INCOME,
    CORRECT_INCOME,
    ASSIGN_HELPER,
    END_HELPER,
    SPLIT,
    MERGE,
    TRANSFER,
    MOVE,
    ASK_MOVE,
    FIND_LOOKALIKE,
    FOLLOW_LOOKALIKE,
    REVEAL_FIELD,
    *FILE_VERBS,
    *COMPARE_VERBS,
)

REVEALABLE = {
    "household": ("phone", "collector_phone"),
    "member": ("id_number", "phone"),
    "helper": ("phone",),
}


def check_standing(scope: Scope, household: Household, move: str, standing: str, today: dt.date) -> None:
    """Whether this person may enter the programme standing, and whether the household and the vocabulary of the day allow it.

    Standings follow a county decision, so they are entered at the tier of rulebook programme_status_tier or above. Raises
    NotPermitted or Refused.
    """
    if not decides_standing(scope, household, today, EDIT):
        raise NotPermitted("项目状态以区（县）审定文件为准，由区（县）及以上扶贫工作机构登记。请将审定文件报区（县）扶贫办登记。")
    if move == "end_watch":
        raise Refused("终止监测随登记返贫（致贫）自动办理，不单独登记。风险消除的，请登记风险消除。", field="move")
    programme = "monitoring_standing" if move.startswith("watch_") else "registration_standing"
    if move.startswith("watch_") and standing not in words(programme, on=today):
        raise Refused(f"{today} 的政策文件中还没有这一监测对象类别，不能登记。请核对类别和日期。", field="move")
    if move == "watch_unstable" and household.registration != "exited":
        raise Refused("脱贫不稳定户须为已脱贫户；该户不是。一般农户请登记为边缘易致贫户。", field="move")
    if move == "watch_borderline" and household.registration not in ("", "removed"):
        raise Refused("边缘易致贫户须为非建档立卡户；该户已建档立卡。请登记为脱贫不稳定户，或登记返贫。", field="move")


def decides_standing(scope: Scope, place: Region | Household, today: dt.date, permission: str) -> bool:
    """Whether the permission is held over the place at the tier that enters county decisions (programme_status_tier), or above."""
    lowest = int(rule("programme_status_tier", on=today).value)
    return replace(scope, holds=tuple(h for h in scope.holds if h.place and h.place.level <= lowest)).may_at(permission, place)


def check_open(household: Household) -> None:
    """Whether the household still stands; raises Refused saying when it went where."""
    if household.closed_on is not None:
        heir = household.merged_into.code if household.merged_into else ""
        raise Refused(f"该户已于 {household.closed_on} 并入户编号 {heir} 的户，不能再办理。请打开并入后的户办理。", field="household")


def check_reshape(scope: Scope, household: Household) -> None:
    """Whether this person may split, merge or move the household; raises NotPermitted."""
    if not scope.may_at(RESHAPE, household):
        raise NotPermitted("您没有办理该户分户、并户、迁移的权限。请联系该户所在镇（街道）扶贫专干办理。")


def check_change(scope: Scope, change: HouseholdChange, move: str) -> None:
    """Whether this person may accept or send back (the receiving place), withdraw (the giving place) or undo; raises NotPermitted."""
    here = move in ("accept", "decline", "undo")
    if here and not scope.may_at(RESHAPE, change):
        raise NotPermitted("只有迁入地（现所在地）的镇（街道）或区（县）扶贫工作机构可以办理。请联系其接收。")
    if move == "withdraw" and not scope.may_at(RESHAPE, change.origin):
        raise NotPermitted("只有提出申请的迁出地可以撤回。请联系迁出地镇（街道）扶贫专干。")


def _covers(level: int, place: int, household: Household) -> bool:
    return level <= 1 or {2: household.city_id, 3: household.county_id, 4: household.town_id, 5: household.village_id}[level] == place


def seen_groups(scope: Scope, household: Household, permission: str) -> Callable[[str], bool]:
    """Which field groups this person sees on this household under the permission: those of the grants that reach it.

    Grants by place join; a person who reaches it by assignment only sees what that grant shows.
    """
    if scope.everything:
        return lambda _group: True
    held = [h for h in scope.holds if permission in h.permissions]
    over = [h for h in held if h.place and _covers(h.place.level, h.place.id, household)]
    if not over and household.covers(scope, permission):
        over = [h for h in held if h.assigned]
    return lambda group: any(h.groups is None or group in h.groups for h in over)


def rights_to_reveal(field: str) -> tuple[str, ...]:
    """The permissions any one of which shows the whole value of the field: whoever asks by telephone may have the number and nothing else."""
    return (REVEAL, CALL) if field == "phone" else (REVEAL,)


def may_reveal(scope: Scope, record: Household | Member | HelperAssignment, field: str) -> str:
    """The permission by which this person may have the field revealed on this record; "" without one."""
    return next((p for p in rights_to_reveal(field) if record.covers(scope, p)), "")


def check_reveal(scope: Scope, record: Household | Member | HelperAssignment, field: str, *, kind: str) -> str:
    """The permission by which the field is revealed to this person on this record; raises NotPermitted or Refused where it may not be."""
    if field not in REVEALABLE[kind]:
        raise Refused("该字段没有脱敏，不需要申请查看。请直接在户档案页查看。", field="field")
    group = classify(type(record))[field].group
    if not (held := may_reveal(scope, record, field)):
        raise NotPermitted("您没有查看该户脱敏字段完整内容的权限。如工作需要，请联系镇（街道）扶贫专干代为核对，或申请授权。")
    household = record if kind == "household" else record.household  # type: ignore[union-attr]  # only a household has none
    if not seen_groups(scope, household, held)(group):  # type: ignore[arg-type]  # the same
        raise NotPermitted(f"您的授权不含“{group.label}”字段组，不能查看该字段。如工作需要，请向本级系统管理员申请授权。")
    return held


def check_fresh(proved_at: dt.datetime | None, moment: dt.datetime, today: dt.date) -> None:
    """Whether the person proved who they are within the last minutes (rulebook reveal_fresh_minutes); raises Refused."""
    minutes = int(rule("reveal_fresh_minutes", on=today).value)
    if proved_at is None or moment - proved_at > dt.timedelta(minutes=minutes):
        raise Refused(f"查看完整内容前须在 {minutes} 分钟内验证过密码。请输入登录密码后再查看。", field="password")


def quota(today: dt.date) -> int:
    """How many fields one person may have revealed a day."""
    return int(rule("reveal_quota_per_day", on=today).value)


def check_quota(used: int, today: dt.date) -> None:
    """Whether one more reveal is within the person's quota of the day; raises Refused."""
    if used >= quota(today):
        raise Refused(
            f"您今天已查看 {used} 次，达到每人每日 {quota(today)} 次的限额。请明日再查看；批量核对请用部门比对或导出审批。", field="field"
        )
