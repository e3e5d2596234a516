"""shouwang users: the first administrators, a lost password, who has an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shouwang.cli.jobs import DjangoGroup

if TYPE_CHECKING:
    from shouwang.kernel.accounts.models import User
    from shouwang.kernel.regions.models import Region

TRIO = (("system", "system_admin"), ("security", "security_admin"), ("audit", "audit_admin"))


@click.group("users", cls=DjangoGroup)
def users() -> None:
    """账号：建立三类管理员、重置密码、列出账号。"""


@users.command("create-admins")
@click.option("--region", "code", default="", help="管理员的区划代码；省略时为本系统唯一的市。区（县）填六位代码。")
@click.option(
    "--names", nargs=3, default=None, metavar="系统 安全 审计", help="三个用户名；省略时为 system、security、audit（区县加代码）。"
)
def create_admins(code: str, names: tuple[str, str, str] | None) -> None:
    """建立系统、安全、审计三名管理员，三个一次性密码只显示这一次。"""
    from django.db import transaction

    region = _region(code)
    suffix = "" if region.level == region.CITY else f"-{region.code[:6]}"
    with transaction.atomic():
        made = [_administrator(name, role, region) for name, (_, role) in zip(names or [n + suffix for n, _ in TRIO], TRIO, strict=True)]
    click.echo(f"已在{region.name}建立三名管理员。一次性密码只显示这一次，请分别交给三个人，首次登录须修改并绑定二次验证：")
    for name, role, word in made:
        click.echo(f"  {role}\t{name}\t{word}")


@users.command("reset-password")
@click.argument("username")
@click.option("--unbind", default="", metavar="理由", help="同时解除二次验证绑定（手机丢失），须写明理由。")
def reset_password(username: str, unbind: str) -> None:
    """为账号签发一次性密码，并解除登录锁定、退出全部登录。"""
    from django.utils import timezone

    from shouwang.kernel.administration import actions
    from shouwang.kernel.clock import business_now
    from shouwang.kernel.regions.scope import Scope

    user, by, today = _user(username), Scope.system("命令行"), business_now().date()
    if unbind.strip():
        actions.reset_factor(user, by=by, today=today, reason=unbind)
    word = actions.reset_password(user, by=by, today=today, now=timezone.now())
    click.echo(f"{user.username} 的一次性密码（只显示这一次）：{word}")


@users.command("list")
@click.option("--role", default="", help="只列持有该角色的账号，例如 office_clerk。")
@click.option("--office", default="", help="只列该机构代码下的账号，例如 4405-fpb。")
def list_users(role: str, office: str) -> None:
    """列出账号：用户名、姓名、机构、角色、状态。"""
    from shouwang.kernel.accounts.models import User
    from shouwang.kernel.accounts.roles import roles
    from shouwang.kernel.clock import business_now
    from shouwang.kernel.errors import Refused

    if role and role not in roles():
        raise Refused(f"没有“{role}”这一角色。可用：{'、'.join(roles())}。")
    today, shown = business_now().date(), 0
    rows = User.objects.select_related("office").prefetch_related("grants")
    for user in rows.filter(office__code=office) if office else rows:
        held = {g.role for g in user.grants.all() if g.valid_from <= today and (g.until is None or today < g.until)}
        if role and role not in held:
            continue
        shown += 1
        names = "、".join(roles()[r].name for r in roles() if r in held) or "--"
        click.echo(f"{user.username}\t{user.name}\t{user.office or '--'}\t{names}\t{'启用' if user.is_active else '停用'}")
    click.echo(f"共 {shown} 个账号。", err=True)


def _region(code: str) -> Region:
    from shouwang.kernel.errors import Refused
    from shouwang.kernel.regions.models import Region

    levels = Region.objects.filter(level__in=(Region.CITY, Region.COUNTY))
    found = list(levels.filter(code=code.ljust(12, "0")) if code else levels.filter(level=Region.CITY)[:2])
    if len(found) == 1:
        return found[0]
    if code:
        raise Refused(f"没有代码为“{code}”的市或区（县）。请先运行 shouwang init 载入区划，再核对代码。")
    raise Refused("本系统没有唯一的市级区划。请先运行 shouwang init，或用 --region 指明区划代码。")


def _user(username: str) -> User:
    from shouwang.kernel.accounts.models import User, normal_username
    from shouwang.kernel.errors import Refused

    if user := User.objects.filter(username=normal_username(username)).first():
        return user
    raise Refused(f"没有用户名为“{username}”的账号。可用 shouwang users list 查看。")


def _administrator(name: str, role: str, region: Region) -> tuple[str, str, str]:
    """(user name, role in words, one-time password) of a new administrator at the region."""
    from django.utils import timezone

    from shouwang.kernel.accounts.roles import roles
    from shouwang.kernel.administration import actions
    from shouwang.kernel.clock import business_now
    from shouwang.kernel.regions.scope import Scope

    by, today = Scope.system("命令行"), business_now().date()
    words = roles()[role].name
    user = actions.create_user({"username": name, "name": words, "duty": "admin", "second_factor_required": True}, by=by, today=today)
    actions.give_role(user, role, region, start=today, until=None, by=by, today=today, words="初始化建立")
    return user.username, words, actions.reset_password(user, by=by, today=today, now=timezone.now())
