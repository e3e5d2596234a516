"""The plain pages: who answers, a slow one, one that asks the database, one that takes files."""

from __future__ import annotations

import os
import time

from django.http import HttpRequest, HttpResponse
from django.urls import path

from shouwang.kernel.attachments.uploads import refusal_of
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.pages import Access, page


@page(public=True, why="测试")
def whoami(_: HttpRequest) -> HttpResponse:
    """The process number."""
    return HttpResponse(str(os.getpid()))


@page(public=True, why="测试")
def slow(_: HttpRequest) -> HttpResponse:
    """An answer that takes a second."""
    time.sleep(1)
    return HttpResponse("done")


@page(public=True, why="测试")
def jobs(_: HttpRequest) -> HttpResponse:
    """How many jobs there are."""
    return HttpResponse(str(Job.objects.count()))


def upload(request: HttpRequest) -> HttpResponse:
    """What came in, or why it was refused."""
    no = refusal_of(request)
    if no is not None:
        return HttpResponse(no.message, status=413)
    return HttpResponse(str(sum(f.size or 0 for f in request.FILES.getlist("file"))))


# Without the wrapper of @page, which answers a refused upload itself with a page these plain settings do not have.
upload.access = Access(public=True, why="测试", methods=("POST",))  # type: ignore[attr-defined]  # as @page sets it

urlpatterns = [path("whoami/", whoami), path("slow/", slow), path("jobs/", jobs), path("upload/", upload)]
