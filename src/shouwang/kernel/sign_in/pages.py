"""Sign-in, sign-out, password, second factor, and a person's own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from shouwang.kernel.accounts.models import SecondFactor
from shouwang.kernel.accounts.policies import DELEGATE
from shouwang.kernel.accounts.queries import grants_from, handovers_of, role_words
from shouwang.kernel.audit.actions import note
from shouwang.kernel.errors import Refused
from shouwang.kernel.pages import page
from shouwang.kernel.sign_in import second_factor, sessions
from shouwang.kernel.sign_in.middleware import SettledRequest
from shouwang.kernel.sign_in.policies import SIGN_OUT_ELSEWHERE
from shouwang.kernel.sign_in.renewal import change_password
from shouwang.kernel.web import Request

FACTOR = "/account/second-factor/"
BOTH = ("GET", "POST")


def locked_out(_request: HttpRequest, response: HttpResponse, _credentials: dict[str, Any] | None = None) -> HttpResponse:
    """What axes asks for once a name is locked: the sign-in page has said so already."""
    return response


def _target(request: Request) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or "/"
    return asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()) else "/"


@page(public=True, why="登录页", methods=BOTH)
def sign_in(request: Request) -> HttpResponse:
    """User name and password; then to where the person wanted to go, if it is ours."""
    target = _target(request)
    shown: dict[str, Any] = {"next": target, "device": sessions.device_of(request), "devices": sessions.DEVICES}
    if request.method == "GET":
        return redirect(target) if request.user.is_authenticated else render(request, "accounts/sign_in.html", shown)
    typed = {name: request.POST.get(name, "")[:128] for name in ("username", "password", "device")}
    typed["device"] = typed["device"] if typed["device"] in sessions.DEVICES else shown["device"]
    try:
        sessions.sign_in(request, **typed)
    except Refused as no:
        status = 429 if getattr(request, "axes_locked_out", False) else 422
        shown |= {"error": no.message, "username": typed["username"], "device": typed["device"]}
        return render(request, "accounts/sign_in.html", shown, status=status)
    return redirect(target)


@page(signed_in=True, why="account:退出登录", methods=("POST",))
def sign_out(request: Request) -> HttpResponse:
    """End this session."""
    sessions.sign_out(request)
    messages.success(request, "已退出登录。")
    return redirect("/sign-in/")


@page(signed_in=True, why="account:修改本人密码", methods=BOTH)
def password(request: SettledRequest) -> HttpResponse:
    """The old password, then the new one twice; the other devices are signed out."""
    if request.must_settle == FACTOR:
        return redirect(FACTOR)
    rules = [v.get_help_text() for v in auth.password_validation.get_default_password_validators()]
    shown = {"must": request.must_settle, "rules": rules}
    if request.method == "GET":
        return render(request, "accounts/password.html", shown)
    old, new, again = (request.POST.get(name, "")[:128] for name in ("old", "new", "again"))
    try:
        sessions.confirm_password(request, old)
        change_password(request.user, new, again, by=request.scope, today=request.today, now=timezone.now())
    except Refused as no:
        return render(request, "accounts/password.html", shown | {"error": no.message}, status=422)
    sessions.keep_only_this(request)
    messages.success(request, "密码已修改，其他设备上的登录已退出。")
    return redirect("/")


@page(signed_in=True, why="account:二次验证", methods=BOTH)
def factor(request: SettledRequest) -> HttpResponse:
    """Verify a code, or enrol an authenticator; recovery codes are shown once, in the answer to the post."""
    deed = request.POST.get("deed", "")
    shown: dict[str, Any] = {"passed": request.session.get("second_factor") == "done", "must": bool(request.must_settle)}
    try:
        if deed in DEEDS:
            shown["codes"] = DEEDS[deed](request)
            if not shown["codes"]:
                return redirect("/" if deed == "verify" else FACTOR)
            shown["passed"] = True
    except Refused as no:
        shown["error"] = no.message
    held = SecondFactor.objects.filter(user=request.user).first()
    if held and not held.confirmed_at:
        shown |= {"qr": second_factor.qr(held), "secret": held.secret.reveal()}
    shown["held"] = held
    return render(request, "accounts/second_factor.html", shown, status=422 if "error" in shown else 200)


def _start(request: Request) -> list[str]:
    second_factor.start(request.user)
    return []


def _confirm(request: Request) -> list[str]:
    codes = second_factor.confirm(request.user, **_code(request))
    sessions.pass_factor(request)
    return codes


def _verify(request: Request) -> list[str]:
    second_factor.check_code(request.user, **_code(request))
    sessions.pass_factor(request)
    return []


def _renew(request: Request) -> list[str]:
    if request.session.get("second_factor") != "done":
        raise Refused("请先完成二次验证，再重新生成恢复码。")
    return second_factor.new_recovery_codes(request.user, **_code(request))


def _code(request: Request) -> dict[str, Any]:
    return {"code": request.POST.get("code", "")[:40], "by": request.scope, "today": request.today, "now": timezone.now()}


DEEDS: dict[str, Callable[[Request], list[str]]] = {"start": _start, "confirm": _confirm, "verify": _verify, "renew": _renew}


@page(signed_in=True, why="办理敏感事项前再次验证本人", methods=BOTH)
def confirm(request: Request) -> HttpResponse:
    """The password once more; then back to where it was asked for."""
    shown = {"next": _target(request)}
    if request.method == "GET":
        return render(request, "accounts/confirm.html", shown)
    try:
        sessions.confirm_password(request, request.POST.get("password", "")[:128])
    except Refused as no:
        return render(request, "accounts/confirm.html", shown | {"error": no.message}, status=422)
    sessions.confirmed(request)
    return redirect(shown["next"])


@page(signed_in=True, why="本人账号")
def account(request: Request) -> HttpResponse:
    """Who I am, what I hold and until when, who acts for me, where I am signed in."""
    user, today = request.user, request.today
    given = user.delegations_given.filter(revoked_at=None, ends__gt=today).select_related("taker")
    shown = {
        "grants": [role_words(g) for g in grants_from(user, today)],
        "expired": [role_words(g) for g in user.grants.filter(until__lte=today).select_related("region")],
        "given": given,
        "taken": user.delegations_taken.filter(revoked_at=None, ends__gt=today).select_related("giver"),
        "handovers": handovers_of(user)[:5],
        "sign_ins": user.sign_ins.all(),
        "here": request.session.get("device"),
        "factor": SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first(),
        "password_days": sessions.rule("password_max_age"),
        "may_delegate": request.scope.may(DELEGATE),
    }
    return render(request, "accounts/account.html", shown)


@page(signed_in=True, why="本人账号：退出其他设备", methods=("POST",))
def sign_out_elsewhere(request: Request) -> HttpResponse:
    """End the sessions on the other kinds of device."""
    ended = sessions.end_others(request)
    note(request.user, by=request.scope, verb=SIGN_OUT_ELSEWHERE, today=request.today)
    messages.success(request, f"已退出其他设备上的 {ended} 处登录。" if ended else "没有其他设备处于登录状态。")
    return redirect("/account/")
