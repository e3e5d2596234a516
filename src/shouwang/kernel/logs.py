"""Structured logs: one JSON object a line, from a closed list of keys, so that no personal data can slip in."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

KEYS = ("request_id", "route", "method", "status", "ms", "cpu_ms", "queries", "job", "kind", "attempt", "rows", "user_id", "code")
log = logging.getLogger("shouwang.request")
# Digit runs of the lengths of mobile phones, identity numbers (15, 18) and bank cards (16 to 19).
PERSONAL_NUMBER = re.compile(r"(?<!\d)(1\d{10}|\d{15,19}|\d{17}[Xx])(?!\d)")


def hide_numbers(text: str) -> str:
    """The text without phone, identity and card numbers: for what people type freely and we store readable."""
    return PERSONAL_NUMBER.sub("（号码已隐去）", text)


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON; `extra` keys outside KEYS are dropped, tracebacks keep places but not values."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        out: dict[str, Any] = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname, "logger": record.name}
        out["message"] = _message(record)
        out |= {k: record.__dict__[k] for k in KEYS if k in record.__dict__}
        if route := route_of(getattr(record, "request", None)):
            out["route"] = route
        if record.exc_info and record.exc_info[0]:
            out["error"] = record.exc_info[0].__name__
            trace, frames = record.exc_info[2], []
            while trace:
                frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
                trace = trace.tb_next
            out["frames"] = frames[-8:]
        return json.dumps(out, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    """Our own messages in full, of others the text without the values put into it: a path or a query may name a person."""
    if record.name.startswith(("shouwang", "granian", "_granian")):
        return record.getMessage()
    if record.name == "django.request" and isinstance(record.args, tuple) and record.args:
        return str(record.args[0])  # "Internal Server Error", then the path
    return str(record.msg)


def route_of(request: Any) -> str:
    """The pattern of the route a request went to (``registry/<int:pk>/``), never the path itself; "" where none did."""
    match = getattr(request, "resolver_match", None)
    return str(match.route) if match else ""


class RequestLogMiddleware:
    """Writes one line per request: route pattern, status, milliseconds, CPU milliseconds, number of queries, user id. The outermost one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer and write the line; files of the design system are not logged."""
        if request.path.startswith("/static/"):
            return self.get_response(request)
        queries = 0

        def count(execute: Callable[..., Any], *args: Any) -> Any:
            nonlocal queries
            queries += 1
            return execute(*args)

        start, cpu = time.perf_counter(), time.thread_time()
        with connection.execute_wrapper(count):
            response = self.get_response(request)
        said = {
            "request_id": getattr(request, "request_id", ""),
            "route": route_of(request),
            "method": request.method,
            "status": response.status_code,
            "ms": round(1000 * (time.perf_counter() - start), 1),
            "cpu_ms": round(1000 * (time.thread_time() - cpu), 1),
            "queries": queries,
            "user_id": getattr(getattr(request, "scope", None), "user_id", None),
        }
        log.info("request", extra=said)
        return response
