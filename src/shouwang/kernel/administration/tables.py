"""The two lists of the administration pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.accounts.policies import GRANT, MANAGE, UNLOCK
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.administration.queries import offices_within, users_within
from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Badge, Column, Table

ANY = (MANAGE, GRANT, UNLOCK)


def _role_names(user: User, today: dt.date) -> str:
    held = [g.role for g in user.grants.all() if g.valid_from <= today and (g.until is None or today < g.until)]
    return "、".join(dict.fromkeys(roles()[code].name for code in held if code in roles()))


def _holding(rows: QuerySet[Any], codes: tuple[str, ...], today: dt.date) -> QuerySet[Any]:
    held = Q(grants__role__in=codes, grants__valid_from__lte=today)
    return rows.filter(held & (Q(grants__until__isnull=True) | Q(grants__until__gt=today))).distinct()


def _existing(rows: QuerySet[Any], value: bool, today: dt.date) -> QuerySet[Any]:
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today)) if value else rows.filter(valid_to__lte=today)


def _office_state(office: Office, today: dt.date) -> Badge:
    if office.in_force(today):
        return Badge("存续", "g")
    return Badge("未成立", "b") if today < office.valid_from else Badge("已撤销")


USERS = Table(
    key="accounts.users",
    title="账号",
    base=lambda scope: users_within(scope, *ANY).prefetch_related("grants"),
    permission=MANAGE,
    columns=(
        Column("name", "姓名", "name", "link", sort="name"),
        Column("username", "用户名", "username", "mono", sort="username"),
        Column("office", "所在机构", "office.name"),
        Column("duty", "岗位", lambda user, _today: user.get_duty_display()),
        Column("roles", "角色", _role_names),
        Column("active", "状态", lambda user, _today: Badge("启用", "g") if user.is_active else Badge("停用"), "tag"),
        Column("last", "最近登录", "last_login", "datetime", sort="last_login"),
    ),
    filters=(
        Filter("region", "区划", "region", apply="office__"),
        Filter("role", "角色", options=lambda _scope: [(r.code, r.name) for r in roles().values()], apply=_holding),
        Filter("active", "启用", "flag", apply="is_active"),
        Filter("duty", "岗位", options=lambda _scope: User.Duty.choices, apply="duty"),
    ),
    ordering=("username",),
    row_url=lambda user: f"/admin/users/{user.pk}/",
    search=lambda rows, text: rows.filter(Q(username__icontains=text) | Q(name__icontains=text) | Q(office__name__icontains=text)),
    search_hint="搜索姓名、用户名、机构",
    unit="人",
    url_name="admin-users",
    empty="您的管理范围内还没有账号。系统管理员可点“新建账号”。",
)

OFFICES = Table(
    key="accounts.offices",
    title="机构",
    base=lambda scope: offices_within(scope, MANAGE),
    permission=MANAGE,
    columns=(
        Column("name", "机构", "name", "link", sort="name"),
        Column("code", "代码", "code", "mono", sort="code"),
        Column("kind", "类别", lambda office, _today: office.get_kind_display()),
        Column("region", "区划", "region.name"),
        Column("parent", "上级机构", "parent.short_name"),
        Column("valid_from", "成立日期", "valid_from", "date", sort="valid_from"),
        Column("valid_to", "撤销日期", "valid_to", "date", sort="valid_to"),
        Column("state", "状态", _office_state, "tag"),
    ),
    filters=(
        Filter("region", "区划", "region"),
        Filter("kind", "类别", options=lambda _scope: Office.Kind.choices, apply="kind"),
        Filter("existing", "存续", "flag", apply=_existing),
    ),
    ordering=("tier", "rank", "code"),
    row_url=lambda office: f"/admin/offices/{office.pk}/",
    search=lambda rows, text: rows.filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__icontains=text)),
    search_hint="搜索机构名称、代码",
    unit="个",
    url_name="admin-offices",
    empty="您的管理范围内还没有机构。可点“新建机构”。",
)


def users_table(scope: Scope) -> Table:
    """The list of accounts under the permission this administrator holds."""
    return replace(USERS, permission=next((p for p in ANY if scope.may(p)), MANAGE))
