"""What acts on accounts are called, what they need, and the invariants of the three separated administrators."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.accounts.models import Grant, Office, User
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope

MANAGE, GRANT, UNLOCK, DELEGATE = "accounts.manage", "accounts.grant", "accounts.unlock", "accounts.delegate"
PERMISSIONS = {
    MANAGE: "管理本区划内的机构和账号",
    GRANT: "授予和收回本区划内人员的角色",
    UNLOCK: "解锁账号、重置密码和二次验证、强制退出",
    DELEGATE: "把本人的权限在一段时间内委托给B角，办理岗位交接",
}

CREATE_OFFICE = Verb("accounts.office.create", "新建机构", MANAGE)
EDIT_OFFICE = Verb("accounts.office.edit", "修改机构信息", MANAGE)
CREATE_USER = Verb("accounts.user.create", "新建账号", MANAGE)
EDIT_USER = Verb("accounts.user.edit", "修改账号信息", MANAGE)
RESET_PASSWORD = Verb("accounts.user.reset_password", "重置密码", UNLOCK)
FORCE_PASSWORD = Verb("accounts.user.force_password", "要求修改密码", UNLOCK)
UNLOCK_USER = Verb("accounts.user.unlock", "解除登录锁定", UNLOCK)
RESET_FACTOR = Verb("accounts.user.reset_factor", "解除二次验证绑定", UNLOCK, needs_reason=True)
END_SESSIONS = Verb("accounts.user.end_sessions", "强制退出登录", UNLOCK)
GIVE_ROLE = Verb("accounts.grant.give", "授予角色", GRANT)
TAKE_ROLE = Verb("accounts.grant.revoke", "收回角色", GRANT, needs_reason=True)
# The person's own acts: the pages and actions below decide, no permission is looked up.
SIGN_IN = Verb("accounts.sign_in", "登录系统")
SIGN_IN_FAILED = Verb("accounts.sign_in_failed", "登录失败")
SIGN_OUT = Verb("accounts.sign_out", "退出登录")
SIGN_OUT_ELSEWHERE = Verb("accounts.sign_out_elsewhere", "退出其他设备的登录")
CHANGE_PASSWORD = Verb("accounts.password.change", "修改本人密码")
ENROL_FACTOR = Verb("accounts.factor.enrol", "启用二次验证")
FACTOR_FAILED = Verb("accounts.factor.failed", "二次验证失败")
NEW_RECOVERY_CODES = Verb("accounts.factor.codes", "重新生成恢复码")
DELEGATION_GIVEN = Verb("accounts.delegation.give", "设置A/B角委托")
DELEGATION_REVOKED = Verb("accounts.delegation.revoke", "撤回A/B角委托")
HANDOVER_DRAFTED = Verb("accounts.handover.draft", "起草交接单")
HANDOVER_EDITED = Verb("accounts.handover.edit", "修改交接单")
HANDOVER_GIVEN = Verb("accounts.handover.give", "签字移交")
HANDOVER_TAKEN = Verb("accounts.handover.take", "签字接收")
HANDOVER_RETURNED = Verb("accounts.handover.back", "退回交接单", needs_reason=True)
HANDOVER_CANCELLED = Verb("accounts.handover.cancel", "作废交接单")
ROLE_HANDED = Verb("accounts.grant.handed", "随交接转移角色")


def check_not_self(user: User, by: Scope) -> None:
    """An administrator does nothing to the own account; raises NotPermitted."""
    if by.user_id is not None and by.user_id == user.pk:
        raise NotPermitted("管理员不能在管理页面办理本人账号的事项。请由同级另一名管理员或上级管理员办理。")


def roles_between(user: User, start: dt.date, end: dt.date | None) -> set[str]:
    """Codes of the roles the user holds on any day of the half-open period."""
    held = Grant.objects.filter(user=user).exclude(until__lte=start)
    return set((held.filter(valid_from__lt=end) if end else held).values_list("role", flat=True))


def is_administrator(user: User, today: dt.date) -> bool:
    """Whether the user holds an administrator's role on `today` or later."""
    return any(code in roles() and roles()[code].administrator for code in roles_between(user, today, None))


def check_separate(user: User, role: str, start: dt.date, end: dt.date | None) -> None:
    """Three powers stay apart: whoever holds an administrator's role holds no other role in the same period.

    The caller has locked the user's row. Raises Refused naming the role in the way (GB/T 22239-2019, 8.1.5.1 to 8.1.5.3).
    """
    known = roles()
    for other in sorted(roles_between(user, start, end) - {role}):
        if known[role].administrator or (other in known and known[other].administrator):
            name = known[other].name if other in known else other
            raise Refused(
                f"{user.name}在该期间已持有“{name}”，与“{known[role].name}”不能由同一人担任（三权分立）。请先收回原角色，或授予另一人。",
                field="role",
            )
    lent = user.delegations_taken.filter(revoked_at=None, ends__gt=start).select_related("giver").first()
    if known[role].administrator and lent:
        raise Refused(f"{user.name}是{lent.giver.name}的B角，委托未到期，不能担任管理员。请先由{lent.giver.name}撤回委托。", field="role")


def check_role_at(role: str, region: Region | None) -> None:
    """The role exists and may be held at that level; raises Refused."""
    known = roles().get(role)
    if known is None:
        raise Refused(f"没有“{role}”这一角色。请从列表中选择。", field="role")
    if known.assigned:
        if region is not None:
            raise Refused(f"“{known.name}”按结对的户授权，不按区划。请把区划留空。", field="region")
        return
    levels = dict(Region.LEVELS)
    if region is None or region.level not in known.tiers:
        allowed = "、".join(levels[t] for t in known.tiers)
        raise Refused(f"“{known.name}”只能授予在：{allowed}。请填写该级的区划代码或名称。", field="region")


def check_taker(giver: User, taker: User, today: dt.date) -> None:
    """A B角 works in the giver's office or the one above it, is active and no administrator; raises Refused."""
    if not taker.is_active:
        raise Refused(f"{taker.name}的账号已停用，不能担任B角。请另选一人。", field="taker")
    office = giver.office
    if office is None or taker.office_id is None or taker.office_id not in (office.pk, office.parent_id):
        raise Refused(f"{taker.name}不在本机构，也不在上一级机构，不能担任B角。请在本机构或上一级机构中另选。", field="taker")
    if is_administrator(giver, today) or is_administrator(taker, today):
        raise Refused("管理员的权限不能委托，管理员也不能担任B角（三权分立）。请由上级安全管理员另行授权。", field="taker")


def check_office_dates(office: Office) -> None:
    """Dates in order, and a successor that takes over without a gap and without a circle; raises Refused."""
    if office.valid_to and office.valid_to <= office.valid_from:
        raise Refused(f"撤销日期 {office.valid_to} 须晚于成立日期 {office.valid_from}。请改正日期。", field="valid_to")
    heir = office.successor
    if heir is None:
        return
    if office.valid_to is None:
        raise Refused("填写了后继机构，还须填写撤销日期。请补填撤销日期，或清空后继机构。", field="valid_to")
    if not heir.in_force(office.valid_to):
        raise Refused(f"后继机构“{heir.name}”在 {office.valid_to} 不存在。请先核对后继机构的成立日期。", field="successor")
    while heir is not None:
        if heir.pk == office.pk:
            raise Refused("后继机构绕回了本机构。请另选后继机构。", field="successor")
        heir = heir.successor


def check_parent(office: Office) -> None:
    """The office above is of the same or a higher tier, and not below this one; raises Refused."""
    above = office.parent
    if above is not None and above.tier > office.tier:
        raise Refused(f"上级机构“{above.name}”的层级低于本机构。请另选上级机构。", field="parent")
    while above is not None:
        if above.pk == office.pk:
            raise Refused("上级机构绕回了本机构。请另选上级机构。", field="parent")
        above = above.parent
