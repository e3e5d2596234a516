"""Signing in and out: lockout by user name, one session per account and device class, time-outs. Real time only."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any
from urllib.parse import quote

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from shouwang.kernel.accounts.models import SignIn, User, normal_username
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.audit.actions import note
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.sign_in.policies import SIGN_IN, SIGN_IN_FAILED, SIGN_OUT
from shouwang.kernel.web import Request

DEVICES = {"desk": "电脑", "phone": "手机"}
PHONE_SIGNS = ("Mobile", "Android", "iPhone", "HarmonyOS")
BACKEND = "shouwang.kernel.sign_in.sessions.OfficerBackend"


class OfficerBackend(ModelBackend):
    """The user of a session with office and region in the same query."""

    def get_user(self, user_id: int) -> User | None:
        """The active user, or None."""
        return User.objects.select_related("office__region").filter(pk=user_id, is_active=True).first()


def rule(name: str) -> int:
    """A value of rulebook/sign_in.yaml in force on the real date."""
    return int(lookup("sign_in", name, on=timezone.localdate()).value)


def failure_limit(_request: HttpRequest | None = None, _credentials: dict[str, Any] | None = None) -> int:
    """Failures after which a user name is locked (called by axes)."""
    return rule("failures")


def lock_time(_request: HttpRequest | None = None) -> dt.timedelta:
    """How long it stays locked (called by axes)."""
    return dt.timedelta(minutes=rule("lock"))


def attempt_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """What axes stores instead of the user name: people type passwords and ID numbers into that field, so only a keyed digest is kept."""
    typed = (credentials or {}).get("username") or (request.POST.get("username") if request else "")
    return salted_hmac("shouwang.sign-in", normal_username(typed), algorithm="sha256").hexdigest()


def unlock(username: str) -> int:
    """Forget the failures of a user name; returns how many rows there were."""
    return int(AxesProxyHandler.reset_attempts(username=attempt_name(None, {"username": username})))


def device_of(request: HttpRequest) -> str:
    """desk or phone by the browser's own words; the sign-in page lets the person choose otherwise."""
    return "phone" if any(sign in request.headers.get("User-Agent", "") for sign in PHONE_SIGNS) else "desk"


def digest(session_key: str | None) -> str:
    """What the sign-in table knows of a session."""
    return hashlib.sha256((session_key or "").encode()).hexdigest()


def sign_in(request: Request, *, username: str, password: str, device: str) -> User:
    """Open the one session of the account on this kind of device; an older one ends. Raises Refused in words.

    Five failures lock the user name, whoever types it and wherever, so that an office behind one address is not locked as a whole.
    """
    name = normal_username(username)
    if not name or not password:
        raise Refused("请输入用户名和密码。")
    user = auth.authenticate(request, username=name, password=password)
    if not isinstance(user, User):
        raise _failed(request, name, password)
    auth.login(request, user)
    request.session["device"] = device
    request.session["second_factor"] = "due" if hasattr(user, "second_factor") and user.second_factor.confirmed_at else "none"
    remember(request, user)
    confirmed(request)
    note(user, by=scope_of(user, request.today, device=device, request_id=request.request_id), verb=SIGN_IN, today=request.today)
    return user


def remember(request: Request, user: User, *, started: bool = True) -> None:
    """Make the request's session the one in force on its kind of device; `started` False where only its key was cycled."""
    request.session.save()
    now = timezone.now()
    values = {"session_digest": digest(request.session.session_key), "seen_at": now}
    create = {**values, "started_at": now}
    SignIn.objects.update_or_create(
        user=user, device=request.session.get("device", "desk"), defaults=create if started else values, create_defaults=create
    )


def pass_factor(request: Request) -> None:
    """The second factor is passed: the session goes on under a new key."""
    request.session["second_factor"] = "done"
    request.session.cycle_key()
    remember(request, request.user, started=False)
    confirmed(request)


def confirm_password(request: Request, password: str) -> None:
    """Raise Refused unless it is the signed-in person's own; failures count as failed sign-ins, so it cannot be guessed either."""
    if auth.authenticate(request, username=request.user.username, password=password) is None:
        raise Refused(locked_words() if getattr(request, "axes_locked_out", False) else "密码不正确。请重新输入。")


def confirmed(request: Request) -> None:
    """The person has just proved who they are."""
    request.session["confirmed_at"] = timezone.now().timestamp()


def check_fresh(request: Request, *, back_to: str = "") -> None:
    """Raise Refused with a link to the confirmation page unless the person proved who they are within the last minutes (rulebook: fresh).

    For acts that need more than an open session: revealing a masked field, large exports. `back_to` is where the page leads afterwards.
    """
    if timezone.now().timestamp() - request.session.get("confirmed_at", 0) >= rule("fresh") * 60:
        link = f"/account/confirm/?next={quote(back_to or request.path)}"
        raise Refused(f"查看敏感信息须在 {rule('fresh')} 分钟内验证过本人身份。请先验证，再重新办理。", link=link)


def end_others(request: Request) -> int:
    """Sign the person out on the other kinds of device; returns how many there were."""
    return request.user.sign_ins.exclude(device=request.session.get("device", "desk")).delete()[0]


def keep_only_this(request: Request) -> None:
    """After a change of password: this session goes on under a new key, all others end."""
    end_others(request)
    auth.update_session_auth_hash(request, request.user)
    remember(request, request.user, started=False)


def _failed(request: Request, name: str, password: str) -> Refused:
    user = User.objects.filter(username=name).first()
    if user:
        nobody = Scope(user_id=None, user_name="未登录", office=None, device=device_of(request), request_id=request.request_id)
        note(user, by=nobody, verb=SIGN_IN_FAILED, today=request.today)
    if getattr(request, "axes_locked_out", False):
        return Refused(locked_words())
    # Only who knows the password learns that the account is switched off.
    if user and not user.is_active and user.check_password(password):
        return Refused("该账号已停用。如需恢复，请联系本级系统管理员。")
    left = max(failure_limit() - int(getattr(request, "axes_failures_since_start", None) or 0), 0)
    return Refused(f"用户名或密码不正确，还可以尝试 {left} 次。请检查大小写和输入法；忘记密码请联系本级安全管理员重置。")


def locked_words() -> str:
    """What a locked person reads."""
    minutes = int(lock_time().total_seconds() // 60)
    return f"连续输错 {failure_limit()} 次，该用户名已锁定 {minutes} 分钟。请稍后再试；急用请联系本级安全管理员解锁。"


def sign_out(request: Request) -> None:
    """End this session."""
    if request.user.is_authenticated:
        note(request.user, by=request.scope, verb=SIGN_OUT, today=request.today)
        SignIn.objects.filter(session_digest=digest(request.session.session_key)).delete()
    auth.logout(request)


def is_administrator(scope: Scope) -> bool:
    """Whether the person holds an administrator's role now."""
    return any(h.role in roles() and roles()[h.role].administrator for h in scope.holds)


def check(request: Request, now: dt.datetime) -> str:
    """Why the session may not go on, in words, or "": one query, and at most one write a minute."""
    device = request.session.get("device", "desk")
    current = SignIn.objects.filter(user_id=request.user.pk, device=device).first()
    if current is None:
        return "本次登录已被结束（本人在其他设备上退出，或由管理员强制退出）。请重新登录。"
    if current.session_digest != digest(request.session.session_key):
        at = timezone.localtime(current.started_at)
        return (
            f"该账号已于 {at:%m-%d %H:%M} 在另一台{DEVICES[device]}上登录，本次登录随之退出。如非本人操作，请重新登录后立即修改密码，"
            "并告知本级安全管理员。"
        )
    idle = rule("idle_administrator" if is_administrator(request.scope) else "idle")
    if now - current.seen_at >= dt.timedelta(minutes=idle):
        return f"已超过 {idle} 分钟没有操作，为保护数据已自动退出。请重新登录。"
    if now - current.started_at >= dt.timedelta(hours=rule("absolute")):
        return f"本次登录已满 {rule('absolute')} 小时，已自动退出。请重新登录。"
    # A page that polls by itself says so and does not keep an empty chair signed in.
    if now - current.seen_at >= dt.timedelta(minutes=1) and not request.headers.get("X-Background"):
        SignIn.objects.filter(pk=current.pk, session_digest=current.session_digest).update(seen_at=now)
    return ""


def due(request: Request, now: dt.datetime) -> str:
    """Where the person must go first: the second factor, then the password; "" = nowhere."""
    user, factor = request.user, request.session.get("second_factor", "none")
    if factor != "done" and (factor == "due" or user.second_factor_required or is_administrator(request.scope)):
        return "/account/second-factor/"
    changed = user.password_changed_at
    if user.must_change_password or changed is None or now - changed >= dt.timedelta(days=rule("password_max_age")):
        return "/account/password/"
    return ""
