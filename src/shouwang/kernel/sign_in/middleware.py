"""Ends sessions that are over, and says what a person must settle before going on."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import auth, messages
from django.http import HttpResponse
from django.utils import timezone

from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.sign_in.sessions import check, due
from shouwang.kernel.web import Request


class SettledRequest(Request):
    """A request that knows what the person must do first: ``must_settle`` is an address, "" = nothing."""

    must_settle: str


class SignInMiddleware:
    """Runs after the scope is set; sets ``request.must_settle``. One query beyond session and user."""

    def __init__(self, get_response: Callable[[SettledRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SettledRequest) -> HttpResponse:
        """Answer, as an anonymous person where the session is over: the page's own gate then leads to the sign-in page."""
        request.must_settle = ""
        if request.user.is_authenticated:
            now = timezone.now()
            if why := check(request, now):
                auth.logout(request)
                request.scope = Scope(user_id=None, user_name="", office=None)
                messages.warning(request, why)
            else:
                request.must_settle = due(request, now)
        return self.get_response(request)
