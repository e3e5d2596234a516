"""Whether the site can work, said to machines and to people: an installation whose database is away answers 503 and comes back by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from shouwang.kernel.pages import page
from shouwang.kernel.web import Request

RETRY_SECONDS = "10"
PATH = "/healthz"


@page(public=True, why="供负载均衡和监控探测")
def healthz(request: Request) -> HttpResponse:
    """200 when the database answers, 503 with Retry-After when it does not."""
    return probe(request)


def probe(_request: HttpRequest) -> HttpResponse:
    """The answer to a health probe."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return HttpResponse("database unavailable", status=503, content_type="text/plain", headers={"Retry-After": RETRY_SECONDS})
    return HttpResponse("ok", content_type="text/plain")


class HealthMiddleware:
    """Answers the health probe before session, scope and clock ask the database: they would turn 503 into 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The probe's answer, or the site's."""
        return probe(request) if request.path.rstrip("/") == PATH else self.get_response(request)


def unavailable() -> HttpResponse | None:
    """For the handler of status 500: the page of status 503 if the error being handled is the database's, else None.

    Rendered without the request: the frame's messages and menu would ask the database again.
    """
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return None
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": RETRY_SECONDS})
