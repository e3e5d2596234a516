"""The second factor: TOTP by an authenticator app, recovery codes for the day the phone is lost, and a brake on guessing."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from urllib.parse import quote, urlencode

from django.db import transaction
from django_otp.oath import TOTP

from shouwang.kernel.accounts.models import SecondFactor, SignIn, User
from shouwang.kernel.accounts.passwords import READABLE
from shouwang.kernel.audit.actions import note
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.sign_in.policies import ENROL_FACTOR, FACTOR_FAILED, NEW_RECOVERY_CODES
from shouwang.kernel.sign_in.sessions import lock_time, rule

ISSUER = "守望"


def start(user: User) -> SecondFactor:
    """A fresh secret to enrol, replacing an unfinished one; raises Refused where one is in use."""
    if SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        raise Refused("您已启用二次验证。更换手机前请先由本级安全管理员解除绑定。")
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    return SecondFactor.objects.update_or_create(user=user, defaults={"secret": secret, "failures": 0, "locked_until": None})[0]


def qr(factor: SecondFactor) -> str:
    """The enrolment QR code as a data: URI (otpauth key URI format)."""
    import segno  # drawn on one page only

    label = quote(f"{ISSUER}:{factor.user.username}")
    query = urlencode({"secret": factor.secret.reveal(), "issuer": ISSUER, "digits": 6, "period": 30}, quote_via=quote)
    return str(segno.make(f"otpauth://totp/{label}?{query}", error="m").png_data_uri(scale=5, border=2))


def confirm(user: User, code: str, *, by: Scope, today: dt.date, now: dt.datetime) -> list[str]:
    """Put the factor into force with its first code; returns the recovery codes, shown this once. Other devices are signed out."""
    check_code(user, code, by=by, today=today, now=now, confirmed=False)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=user)
        factor.confirmed_at = now
        codes = _renew(factor)
        SignIn.objects.filter(user=user).exclude(device=by.device).delete()
        note(user, by=by, verb=ENROL_FACTOR, today=today)
    return codes


def new_recovery_codes(user: User, code: str, *, by: Scope, today: dt.date, now: dt.datetime) -> list[str]:
    """Replace the recovery codes after a valid code; returns the new ones, shown this once."""
    check_code(user, code, by=by, today=today, now=now)
    with transaction.atomic():
        codes = _renew(SecondFactor.objects.select_for_update().get(user=user))
        note(user, by=by, verb=NEW_RECOVERY_CODES, today=today)
    return codes


def check_code(user: User, code: str, *, by: Scope, today: dt.date, now: dt.datetime, confirmed: bool = True) -> None:
    """Take one TOTP or recovery code; raises Refused in words. A code opens once, and wrong ones lock for the time of the rulebook."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=not confirmed).first()
        if factor is None:
            raise Refused("您还没有绑定身份验证器。请先点“开始绑定”。")
        locked = factor.locked_until is not None and now < factor.locked_until
        taken = not locked and _take(factor, "".join(code.split()).replace("-", ""), now)
        if taken:
            factor.failures, factor.locked_until = 0, None
        elif not locked:
            factor.failures += 1
            if factor.failures >= rule("failures"):
                factor.failures, factor.locked_until = 0, now + lock_time()
            note(user, by=by, verb=FACTOR_FAILED, today=today)
        factor.save()
    # Outside the transaction: the failure just counted must not be rolled back.
    if taken:
        return
    if factor.locked_until is not None and now < factor.locked_until:
        minutes = int((factor.locked_until - now).total_seconds() // 60) + 1
        raise Refused(f"验证码连续输错 {rule('failures')} 次，请 {minutes} 分钟后再试。手机丢失请联系本级安全管理员。", field="code")
    raise Refused("验证码不正确或已用过。请核对手机时间是否自动校准，等下一个验证码出现后再输入。", field="code")


def _take(factor: SecondFactor, code: str, now: dt.datetime) -> bool:
    if code.isascii() and code.isdigit() and len(code) == 6:
        clock = TOTP(base64.b32decode(factor.secret.reveal()))
        clock.time = now.timestamp()
        if clock.verify(int(code), tolerance=1, min_t=factor.last_step + 1):
            factor.last_step = clock.t()
            return True
        return False
    if (hashed := _digest(factor, code)) in factor.recovery:
        factor.recovery = [h for h in factor.recovery if h != hashed]
        return True
    return False


def _renew(factor: SecondFactor) -> list[str]:
    codes = ["".join(secrets.choice(READABLE) for _ in range(12)) for _ in range(rule("recovery_codes"))]
    factor.recovery = [_digest(factor, code) for code in codes]
    factor.save()
    return [f"{c[:4]}-{c[4:8]}-{c[8:]}" for c in codes]


def _digest(factor: SecondFactor, code: str) -> str:
    # Twelve drawn signs hold 69 bits: a plain digest is enough, a slow hash of ten codes would only slow the honest.
    return hashlib.sha256(f"{factor.uid}:{code}".encode()).hexdigest()
