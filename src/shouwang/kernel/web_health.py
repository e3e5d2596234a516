"""Whether the site can work: for load balancers and the supervisor."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpResponse

from shouwang.kernel.pages import page
from shouwang.kernel.web import Request


@page(public=True, why="探活接口，不含任何数据")
def healthz(_request: Request) -> HttpResponse:
    """200 when the database answers; 503 with Retry-After when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unavailable", status=503, content_type="text/plain", headers={"Retry-After": "5"})
    return HttpResponse("ok", content_type="text/plain")
