"""Log lines: what they say, and what can never get into them."""

from __future__ import annotations

import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from shouwang.kernel.logs import JsonFormatter, RequestLogMiddleware, route_of


def line(name: str, message: str, *args: Any, **extra: Any) -> dict[str, Any]:
    record = logging.getLogger(name).makeRecord(name, logging.INFO, "file.py", 1, message, args, extra.pop("exc_info", None), extra=extra)
    told: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return told


def test_our_own_message_and_known_keys_are_written_and_other_keys_dropped() -> None:
    told = line("shouwang.jobs", "job %s left", "7", job=7, name_of_person="王建国", password="x")
    assert (told["message"], told["job"], told["level"]) == ("job 7 left", 7, "INFO")
    assert "王建国" not in str(told)
    assert set(told) == {"at", "level", "logger", "message", "job"}


@pytest.mark.parametrize(
    ("name", "message", "args", "said"),
    [
        ("django.request", "%s: %s", ("Internal Server Error", "/registry/王建国/"), "Internal Server Error"),
        ("django.security", "Invalid host %r", ("王建国.example",), "Invalid host %r"),
        ("axes.attempts", "failure by %s", ("王建国",), "failure by %s"),
        ("pdfminer", "cannot read 王%s", ("建国",), "cannot read 王%s"),
    ],
)
def test_messages_of_others_are_written_without_their_values(name: str, message: str, args: tuple[str, ...], said: str) -> None:
    told = line(name, message, *args)
    assert told["message"] == said
    assert "建国" not in str(told)


def test_an_error_keeps_its_kind_and_places_and_not_its_words() -> None:
    try:
        raise ValueError("身份证号 440513196001011234")
    except ValueError:
        told = line("shouwang", "failed", exc_info=sys.exc_info())
    assert (told["error"], told["frames"][0].split(":")[0]) == ("ValueError", "test_logs.py")
    assert "4405131960" not in json.dumps(told)


def answer(path: str, status: int = 200, **on_request: Any) -> HttpRequest:
    """Send a request through the middleware; two queries are made on the way."""
    request = RequestFactory().get(path)
    for key, value in on_request.items():
        setattr(request, key, value)

    def site(_: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SELECT 1")
        return HttpResponse(status=status)

    assert RequestLogMiddleware(site)(request).status_code == status
    return request


@pytest.mark.django_db
def test_a_request_leaves_one_line_with_route_status_times_queries_and_user(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "shouwang.request")
    match = SimpleNamespace(route="registry/<int:pk>/")
    answer("/registry/王建国/?q=440513196001011234", 404, resolver_match=match, scope=SimpleNamespace(user_id=5), request_id="r")
    assert len(caplog.records) == 1
    told = json.loads(JsonFormatter().format(caplog.records[0]))
    assert {k: told[k] for k in ("route", "status", "queries", "user_id", "method", "request_id")} == {
        "route": "registry/<int:pk>/", "status": 404, "queries": 2, "user_id": 5, "method": "GET", "request_id": "r",
    }  # fmt: skip
    assert 0 <= told["cpu_ms"] <= told["ms"] + 1
    for secret in ("王建国", "4405"):
        assert secret not in json.dumps(told, ensure_ascii=False)


@pytest.mark.django_db
def test_files_of_the_design_system_are_not_logged_and_a_request_nobody_answers_has_no_route(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "shouwang.request")
    answer("/static/css/app.css")
    assert caplog.records == []
    answer("/x/")
    assert (caplog.records[0].route, caplog.records[0].user_id) == ("", None)  # type: ignore[attr-defined]  # extra keys
    assert route_of(None) == ""
