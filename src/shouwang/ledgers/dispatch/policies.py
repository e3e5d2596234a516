"""Permissions of dispatch, and the checks that buttons and actions share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.scope import Scope

if TYPE_CHECKING:
    from shouwang.ledgers.dispatch.models import Report, Task

PERMISSIONS = {
    "dispatch.notice.view": "查看来文和任务分解",
    "dispatch.notice.register": "登记、校核来文",
    "dispatch.notice.instruct": "批示来文",
    "dispatch.notice.issue": "交办任务",
    "dispatch.task.view": "查看任务",
    "dispatch.task.work": "签收、办理任务",
    "dispatch.task.review": "审核、销号任务",
    "dispatch.task.supervise": "发督办单",
    "dispatch.report.view": "查看报告",
    "dispatch.report.draft": "起草报告",
    "dispatch.report.check": "核稿",
    "dispatch.report.sign": "签发报告",
    "dispatch.report.request": "下达报送要求",
    "dispatch.report.receive": "接收、退回、汇总报告",
    "dispatch.bulletin.draft": "拟写通报稿",
}


def check_acts_for(scope: Scope, permission: str, office_id: int, deed: str) -> None:
    """The deed is done in the name of that office and of no other."""
    if not scope.acts_for(permission, office_id):
        raise NotPermitted(f"“{deed}”须由承办单位有此权限的人员办理，您的账号不能代该单位操作。")


def check_second_person(scope: Scope, first_user_id: int | None, deed: str) -> None:
    """Whoever did the first step does not confirm it."""
    if not scope.everything and scope.user_id is not None and scope.user_id == first_user_id:
        raise Refused(f"“{deed}”须由另一人办理：您是上一步的经办人。请转本单位其他有权限的同志，没有的请转上一级。")


def check_length(text: str, limit: int, what: str, field: str) -> str:
    """The text without outer spaces; raises Refused where it is longer than its column."""
    words = text.strip()
    if len(words) > limit:
        raise Refused(f"{what}共 {len(words)} 字，超过 {limit} 字。请精简。", field=field)
    return words


def may_return_inside(scope: Scope, report: Report) -> bool:
    """退回修改 inside the office is for those who check or sign its reports; a countersigning office disagrees instead."""
    return any(scope.acts_for(p, report.office_id) for p in ("dispatch.report.check", "dispatch.report.sign"))


def check_open(task: Task) -> None:
    """A closed or cancelled task takes no more entries."""
    if task.state in ("closed", "cancelled"):
        raise Refused(f"任务{task.get_state_display()}，不能再登记。如需补充，请由交办单位退回后办理。")


def check_unlocked(report: Report) -> None:
    """Words are edited while a report is being drafted, never later."""
    if report.state != "drafting":
        raise Refused(f"报告当前为“{report.get_state_display()}”，正文已锁定。未接收前可申请退回修改，已接收的请用“更正”。")
