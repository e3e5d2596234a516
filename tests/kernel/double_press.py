"""The same form sent by several threads at once against a real database: says as JSON how often it was written and what each got."""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from django.contrib.messages.storage.base import BaseStorage  # noqa: E402 - Django must be set up first
from django.db import connections  # noqa: E402 - the same
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402 - the same
from django.test import RequestFactory  # noqa: E402 - the same

from shouwang.kernel.errors import Refused  # noqa: E402 - the same
from shouwang.kernel.models import Receipt, Setting  # noqa: E402 - the same
from shouwang.kernel.pages import page  # noqa: E402 - the same
from shouwang.kernel.regions.scope import Scope  # noqa: E402 - the same
from shouwang.kernel.web import Request  # noqa: E402 - the same


class Said(BaseStorage):
    """Messages kept in memory."""

    def _get(self, *_args: object, **_kwargs: object) -> tuple[list[object], bool]:
        return [], True

    def _store(self, *_args: object, **_kwargs: object) -> list[object]:
        return []


@page(public=True, why="测试", methods=("POST",))
def slow(request: Request) -> HttpResponse:
    """Writes one row and takes its time; refuses where the form says so."""
    time.sleep(0.4)
    if request.POST.get("refuse"):
        raise Refused("不行。")
    Setting.objects.create(key=uuid.uuid4().hex, value=1)
    return HttpResponseRedirect("/done/")


def press(op_id: str, refuse: str) -> str:
    """One press of the button in a thread of its own."""
    request = RequestFactory().post("/form/", {"op_id": op_id, "refuse": refuse})
    request.scope = Scope(user_id=7, user_name="陈测试", office=None)  # type: ignore[attr-defined]  # what the middleware sets
    request._messages = Said(request)  # type: ignore[attr-defined]  # what the middleware sets
    try:
        return str(slow(request).headers.get("Location"))
    finally:
        connections.close_all()


def main() -> None:
    """Four presses at once of a form that is written, and of one that is refused; then each once more."""
    told = {}
    for refuse in ("", "1"):
        op_id = str(uuid.uuid4())
        with ThreadPoolExecutor(4) as pool:
            places = list(pool.map(press, [op_id] * 4, [refuse] * 4))
        rows = Setting.objects.count()
        told[refuse] = {"places": places, "rows": rows, "again": press(op_id, ""), "rows_after": Setting.objects.count()}
    print(json.dumps({**told, "receipts": Receipt.objects.count()}))


main()
