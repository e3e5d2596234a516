"""Middleware: headers of the strict content policy, and the scope, date and time every request carries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.clock import demo_date, moment_on
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.scope import Scope

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from shouwang.kernel.accounts.models import User

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Request(HttpRequest):
    """What a page gets: the kernel's middleware has set scope, business time and request id."""

    scope: Scope
    now: dt.datetime
    today: dt.date
    request_id: str
    demo: bool
    htmx: HtmxDetails
    user: User


class HeadersMiddleware:
    """Sets the security headers on every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with headers."""
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class ScopeMiddleware:
    """Sets request.now (business time), request.today, request.request_id and request.scope."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        """Answer with scope set; an anonymous person has an empty one."""
        request.request_id = str(uuid.uuid4())
        day = demo_date()
        request.demo = day is not None
        request.now = moment_on(day)
        request.today = request.now.date()
        if request.path.startswith("/static/") or not request.user.is_authenticated:
            request.scope = Scope(user_id=None, user_name="", office=None)
        else:
            device = request.session.get("device", "desk")
            request.scope = scope_of(request.user, request.today, device=device, request_id=request.request_id)
        if request.path.startswith("/static/"):
            return self.get_response(request)
        # Set anew and not only taken back: a process that died between may have left its connection to the next request.
        rls.activate(request.scope)
        try:
            return self.get_response(request)
        finally:
            rls.deactivate()
