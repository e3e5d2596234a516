"""Permissions over accounts, the acts of delegation and handover, and who counts as an administrator."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.accounts.models import Grant, User
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused

MANAGE, GRANT, UNLOCK, DELEGATE = "accounts.manage", "accounts.grant", "accounts.unlock", "accounts.delegate"
PERMISSIONS = {
    MANAGE: "管理本区划内的机构和账号",
    GRANT: "授予和收回本区划内人员的角色",
    UNLOCK: "解锁账号、重置密码和二次验证、强制退出",
    DELEGATE: "把本人的权限在一段时间内委托给B角，办理岗位交接",
}

# The person's own acts: the actions decide whose turn it is, no permission is looked up.
DELEGATION_GIVEN = Verb("accounts.delegation.give", "设置A/B角委托")
DELEGATION_REVOKED = Verb("accounts.delegation.revoke", "撤回A/B角委托")
HANDOVER_DRAFTED = Verb("accounts.handover.draft", "起草交接单")
HANDOVER_EDITED = Verb("accounts.handover.edit", "修改交接单")
HANDOVER_GIVEN = Verb("accounts.handover.give", "签字移交")
HANDOVER_TAKEN = Verb("accounts.handover.take", "签字接收")
HANDOVER_RETURNED = Verb("accounts.handover.back", "退回交接单", needs_reason=True)
HANDOVER_CANCELLED = Verb("accounts.handover.cancel", "作废交接单")
ROLE_HANDED = Verb("accounts.grant.handed", "随交接转移角色")


def roles_between(user: User, start: dt.date, end: dt.date | None) -> set[str]:
    """Codes of the roles the user holds on any day of the half-open period."""
    held = Grant.objects.filter(user=user).exclude(until__lte=start)
    return set((held.filter(valid_from__lt=end) if end else held).values_list("role", flat=True))


def is_administrator(user: User, today: dt.date) -> bool:
    """Whether the user holds an administrator's role on `today` or later."""
    return any(code in roles() and roles()[code].administrator for code in roles_between(user, today, None))


def check_taker(giver: User, taker: User, today: dt.date) -> None:
    """A B角 works in the giver's office or the one above it, is active and no administrator; raises Refused."""
    if not taker.is_active:
        raise Refused(f"{taker.name}的账号已停用，不能担任B角。请另选一人。", field="taker")
    office = giver.office
    if office is None or taker.office_id is None or taker.office_id not in (office.pk, office.parent_id):
        raise Refused(f"{taker.name}不在本机构，也不在上一级机构，不能担任B角。请在本机构或上一级机构中另选。", field="taker")
    if is_administrator(giver, today) or is_administrator(taker, today):
        raise Refused("管理员的权限不能委托，管理员也不能担任B角（三权分立）。请由上级安全管理员另行授权。", field="taker")
