"""What the site answers while its database is away."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory

from shouwang.kernel.web_health import HealthMiddleware, healthz, unavailable


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cursor fails."""

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", fail)


def probe() -> HttpResponse:
    return HealthMiddleware(lambda _: HttpResponse("site"))(RequestFactory().get("/healthz"))


@pytest.mark.django_db
def test_the_probe_is_answered_without_session_or_scope() -> None:
    assert (probe().status_code, probe().content) == (200, b"ok")
    assert healthz(RequestFactory().get("/healthz")).status_code == 200
    assert HealthMiddleware(lambda _: HttpResponse("site"))(RequestFactory().get("/healthy/")).content == b"site"


@pytest.mark.django_db
@pytest.mark.usefixtures("away")
def test_the_probe_says_503_and_when_to_come_back() -> None:
    answer = probe()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_a_page_whose_database_is_away_becomes_503_in_words(fault: type[Exception]) -> None:
    try:
        raise fault
    except fault:
        answer = unavailable()
    assert answer is not None
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "暂时无法提供服务" in answer.content.decode()


def test_other_errors_stay_what_they_are() -> None:
    assert unavailable() is None
    try:
        raise ValueError
    except ValueError:
        assert unavailable() is None
