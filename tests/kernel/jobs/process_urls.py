"""The plain pages: who answers, a slow one, and one that asks the database."""

from __future__ import annotations

import os
import time

from django.http import HttpRequest, HttpResponse
from django.urls import path

from shouwang.kernel.jobs.models import Job
from shouwang.kernel.pages import page


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


urlpatterns = [path("whoami/", whoami), path("slow/", slow), path("jobs/", jobs)]
