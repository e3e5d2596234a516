"""What the administrators' acts are called and need, and the invariants of the three separated powers."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.accounts.policies import GRANT, MANAGE, UNLOCK, roles_between
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope

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


def check_not_self(user: User, by: Scope) -> None:
    """An administrator does nothing to the own account; raises NotPermitted."""
    if by.user_id is not None and by.user_id == user.pk:
        raise NotPermitted("管理员不能在管理页面办理本人账号的事项。请由同级另一名管理员或上级管理员办理。")


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
