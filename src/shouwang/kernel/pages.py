"""Pages: every route declares who may come in; a route that does not say so keeps the site from starting."""

from __future__ import annotations

import functools
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.checks import CheckMessage, Error, register
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from shouwang.kernel.attachments.uploads import refusal_of
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.models import Receipt
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.web import Request

Handler = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in: holders of any of `permissions`, or everyone signed in, or everyone; the last two say why."""

    permissions: tuple[str, ...] = ()
    signed_in: bool = False
    public: bool = False
    why: str = ""
    methods: tuple[str, ...] = ("GET",)
    file_limit: int = 0


def page(
    *permissions: str,
    methods: tuple[str, ...] = ("GET",),
    signed_in: bool = False,
    public: bool = False,
    why: str = "",
    file_limit: int = 0,
) -> Callable[[Handler], Handler]:
    """Declare a route's access and turn refusals into answers.

    Not signed in → sign-in page; signed in without the permission → 403; OutOfScope → 404; Refused on a POST → the words as a
    message and back to where the person was (or 422 for htmx); NotPermitted → 403 with the reason. `file_limit`: bytes of a file
    sent here, where it is not SHOUWANG_UPLOAD_LIMIT.
    """
    access = Access(permissions, signed_in, public, why, methods, file_limit)
    if not permissions and not why:
        raise ValueError("a page without a permission says why")

    def wrap(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def view(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            if refusal := _gate(request, access):
                return refusal
            if no := refusal_of(request):
                return refused(request, no)
            try:
                return _once(request, lambda: handler(request, *args, **kwargs))
            except OutOfScope as gone:
                raise Http404 from gone
            except NotPermitted as no:
                return render(request, "403.html", {"reason": no.message}, status=403)
            except Refused as no:
                return refused(request, no)

        view.access = access  # type: ignore[attr-defined]  # read by the route check and the permission matrix
        return view

    return wrap


def opens(path: str, scope: Scope) -> bool:
    """Whether the page at an address of ours lets the person in: links go only where they lead."""
    access = _access(re.sub(r"\d", "0", urlsplit(path).path))  # one answer for all records of a kind: lists ask it for every line
    return access is not None and (not access.permissions or any(scope.may(p) for p in access.permissions))


@functools.lru_cache(maxsize=1024)
def _access(path: str) -> Access | None:
    """Who may come in at an address; None where there is no page: an old record of one that is gone."""
    try:
        access: Access = resolve(path).func.access  # type: ignore[attr-defined]  # the route check holds it to be there
    except Resolver404:
        return None
    return access


def _once(request: Request, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Run a form post once per operation id: a second press waits for the first and goes where it went.

    A refusal or an answer that is no redirect frees the id, so that the corrected form can be sent again.
    """
    op_id = request.POST.get("op_id", "") if request.method == "POST" else ""
    try:
        key = uuid.UUID(op_id) if op_id else None
    except ValueError:
        key = None
    if key is None:
        return act()
    try:
        with transaction.atomic():
            receipt = Receipt.objects.create(op_id=key, user_id=request.scope.user_id, location="")
    except IntegrityError:
        return _first_answer(request, key)
    done = False
    try:
        response = act()
        if done := response.status_code in (301, 302, 303):
            Receipt.objects.filter(pk=receipt.pk).update(location=response["Location"][:300])
        return response
    finally:
        if not done:
            receipt.delete()


def _first_answer(request: Request, key: uuid.UUID) -> HttpResponse:
    for _ in range(50):  # the first press may still be at work: up to five seconds
        first = Receipt.objects.filter(pk=key, user_id=request.scope.user_id).first()
        if first is None:
            break
        if first.location:
            return HttpResponseRedirect(first.location)
        time.sleep(0.1)
    messages.warning(request, "同一次提交正在处理或已处理，没有重复写入。请刷新页面查看结果。")
    return back(request)


def _gate(request: Request, access: Access) -> HttpResponse | None:
    if access.public:
        return None
    if not request.user.is_authenticated:
        target = f"/sign-in/?next={request.path}" if request.method == "GET" else "/sign-in/"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": "/sign-in/"})
        return redirect(target)
    if getattr(request, "must_settle", "") and not access.why.startswith("account:"):
        return redirect(request.must_settle)  # type: ignore[attr-defined]  # set by the sign-in middleware: password change or second factor due
    if access.permissions and not any(request.scope.may(p) for p in access.permissions):
        reason = "您的账号没有本页面的权限。如工作需要，请向本级系统管理员申请授权。"
        if not request.scope.holds:
            reason = "您的账号尚未分配任何角色和区划，暂时看不到业务内容。请联系本级系统管理员授权。"
        return render(request, "403.html", {"reason": reason}, status=403)
    return None


def refused(request: Request, no: Refused) -> HttpResponse:
    """A refusal as an answer: for htmx and GET a page with status 422, for a form post a message and back to the page it came from."""
    if request.headers.get("HX-Request") or request.method != "POST":
        return render(request, "refused.html", {"refusal": no}, status=422)
    messages.error(request, no.message)
    return back(request)


def back(request: HttpRequest, default: str = "/") -> HttpResponseRedirect:
    """Redirect to the page the person came from, if it is ours."""
    came_from = request.headers.get("Referer", "")
    if came_from and url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(came_from)
    return HttpResponseRedirect(default)


def version_of(request: HttpRequest) -> int:
    """The version the person's form was opened with; -1, which is never current, where the form does not say."""
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 10 else -1


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site with its full pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


@register("shouwang")
def every_route_declares_access(**_: Any) -> list[CheckMessage]:
    """System check: a route without declared access is an error, so the site does not start."""
    return [
        Error(f"route {pattern} declares no access", hint="decorate the handler with kernel.pages.page", id="shouwang.E001")
        for pattern, entry in routes()
        if not isinstance(getattr(entry.callback, "access", None), Access)
    ]
