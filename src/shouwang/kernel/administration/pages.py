"""Administration: offices and accounts (system administrator), grants and locks (security administrator)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouwang.kernel.accounts.forms import day_after
from shouwang.kernel.accounts.models import Grant, Office, User
from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.accounts.policies import GRANT, MANAGE, UNLOCK
from shouwang.kernel.accounts.queries import role_words
from shouwang.kernel.administration import actions
from shouwang.kernel.administration.forms import GrantForm, OfficeForm, UserForm
from shouwang.kernel.administration.queries import offices_within, user_within
from shouwang.kernel.administration.tables import ANY, OFFICES, users_table
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.pages import back, page
from shouwang.kernel.web import Request

USERS_AT, OFFICES_AT = ("账号管理", "/admin/users/"), ("机构管理", "/admin/offices/")


@page(*ANY)
def users(request: Request) -> HttpResponse:
    """The accounts in reach."""
    view = users_table(request.scope).view(request.GET, request.scope, now=request.now)
    return render(request, "accounts/list.html", {"table": view, "new": "/admin/users/new/" if request.scope.may(MANAGE) else ""})


@page(MANAGE)
def offices(request: Request) -> HttpResponse:
    """The offices in reach."""
    view = OFFICES.view(request.GET, request.scope, now=request.now)
    return render(request, "accounts/list.html", {"table": view, "new": "/admin/offices/new/"})


@page(MANAGE, methods=BOTH)
def new_office(request: Request) -> HttpResponse:
    """Found an office."""
    return _office(request, Office(), "新建机构")


@page(MANAGE, methods=BOTH)
def edit_office(request: Request, pk: int) -> HttpResponse:
    """Change an office, close it, name its successor."""
    if (office := offices_within(request.scope, MANAGE).filter(pk=pk).first()) is None:
        raise OutOfScope
    return _office(request, office, office.name)


def _office(request: Request, office: Office, title: str) -> HttpResponse:
    form = OfficeForm(request.POST or None, instance=office, scope=request.scope, permission=MANAGE)

    def save(said: dict[str, Any]) -> HttpResponse:
        # The form has filled its own instance; the action starts from a clean one so that the audit sees what changed.
        kept = actions.save_office(Office(pk=office.pk), said, by=request.scope, today=request.today)
        messages.success(request, f"已保存“{kept.name}”。")
        return redirect("/admin/offices/")

    return form_page(request, form, save, title=title, crumbs=[OFFICES_AT])


@page(MANAGE, methods=BOTH)
def new_user(request: Request) -> HttpResponse:
    """Open an account; the security administrator issues its first password."""
    form = UserForm(request.POST or None, scope=request.scope, permission=MANAGE)

    def save(said: dict[str, Any]) -> HttpResponse:
        made = actions.create_user(said, by=request.scope, today=request.today)
        messages.success(request, f"已建立账号“{made.username}”。请安全管理员授予角色并签发一次性密码。")
        return redirect(f"/admin/users/{made.pk}/")

    return form_page(request, form, save, title="新建账号", crumbs=[USERS_AT], submit="建立账号")


@page(*ANY)
def user(request: Request, pk: int) -> HttpResponse:
    """One account: who, where, what is held, and what this administrator may do about it."""
    person = user_within(request.scope, pk, *ANY)
    grants = [
        (g, role_words(g), g.until is None or request.today < g.until) for g in person.grants.select_related("region", "user__office")
    ]
    may = {"manage": person.covers(request.scope, MANAGE), "grant": person.covers(request.scope, GRANT)}
    may |= {"unlock": person.covers(request.scope, UNLOCK), "self": person.pk == request.user.pk}
    factor = getattr(person, "second_factor", None)
    context = {"person": person, "grants": grants, "may": may, "sign_ins": person.sign_ins.all(), "factor": factor, "crumbs": [USERS_AT]}
    return render(request, "accounts/user.html", context)


@page(MANAGE, methods=BOTH)
def edit_user(request: Request, pk: int) -> HttpResponse:
    """Change an account."""
    person = user_within(request.scope, pk, MANAGE)
    form = UserForm(request.POST or None, instance=person, scope=request.scope, permission=MANAGE)

    def save(said: dict[str, Any]) -> HttpResponse:
        moved = actions.edit_user(User(pk=pk), said, by=request.scope, today=request.today)
        held = moved.grants.exclude(until__lte=request.today).count() if "office" in form.changed_data else 0
        messages.success(request, "已保存。" + (f"该人员仍持有 {held} 项角色，请安全管理员核对是否收回。" if held else ""))
        return redirect(f"/admin/users/{pk}/")

    return form_page(request, form, save, title=f"修改账号：{person.username}", crumbs=[USERS_AT, (person.username, f"/admin/users/{pk}/")])


@page(UNLOCK, methods=("POST",))
def user_deed(request: Request, pk: int, deed: str) -> HttpResponse:
    """Issue a one-time password (shown in this answer and nowhere else), force a new one, unlock, unbind, sign out."""
    person = user_within(request.scope, pk, UNLOCK)
    who: dict[str, Any] = {"by": request.scope, "today": request.today}
    if deed == "reset-password":
        word = actions.reset_password(person, **who, now=timezone.now())
        return render(request, "accounts/one_time.html", {"person": person, "word": word})
    deeds: dict[str, tuple[Callable[[], None], str]] = {
        "force-password": (lambda: actions.force_password(person, **who), "该人员下次操作前须修改密码。"),
        "unlock": (lambda: actions.unlock_user(person, **who), "已解除锁定。"),
        "reset-factor": (lambda: actions.reset_factor(person, **who, reason=request.POST.get("reason", "")[:500]), "已解除二次验证绑定。"),
        "end-sessions": (lambda: actions.end_sessions(person, **who), "已强制退出该人员的全部登录。"),
    }
    if deed not in deeds:
        raise OutOfScope
    act, words = deeds[deed]
    act()
    messages.success(request, words)
    return redirect(f"/admin/users/{pk}/")


@page(GRANT, methods=BOTH)
def give_role(request: Request, pk: int) -> HttpResponse:
    """Grant a role."""
    person = user_within(request.scope, pk, GRANT)
    initial = {"start": request.today, "region": person.office.region if person.office else None}
    form = GrantForm(request.POST or None, scope=request.scope, permission=GRANT, initial=initial)

    def save(said: dict[str, Any]) -> HttpResponse:
        until, groups = day_after(said["last_day"]), said["groups"] or None
        period = {"start": said["start"], "until": until, "groups": groups, "words": said["words"]}
        actions.give_role(person, said["role"], said["region"], **period, by=request.scope, today=request.today)
        messages.success(request, "已授予角色。")
        return redirect(f"/admin/users/{pk}/")

    return form_page(
        request, form, save, title=f"授予角色：{person.name}", crumbs=[USERS_AT, (person.username, f"/admin/users/{pk}/")], submit="授予"
    )


@page(GRANT, methods=("POST",))
def revoke_role(request: Request, pk: int) -> HttpResponse:
    """Take a role back, with the reason."""
    found = Grant.objects.filter(pk=pk).select_related("user__office", "region").first()
    if found is None or not found.user.covers(request.scope, GRANT):
        raise OutOfScope
    actions.revoke_role(found, by=request.scope, today=request.today, reason=request.POST.get("reason", "")[:500])
    messages.success(request, "已收回角色。")
    return back(request, f"/admin/users/{found.user_id}/")
