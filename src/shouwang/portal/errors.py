"""Error answers in plain words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from shouwang.kernel.pages import page
from shouwang.kernel.web_health import unavailable


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - passed by that name
    """403."""
    return render(request, "403.html", {"reason": "没有权限查看本页面。"}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - passed by that name
    """404, also for what lies outside the person's scope."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the framework's signature
    """500, drawn without the request: what broke may be what the frame of a page needs."""
    return unavailable() or HttpResponse(render_to_string("500.html"), status=500)


@page(public=True, why="答复跨站请求校验失败")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - the framework's signature
    """A form whose protection token is missing or old."""
    return render(
        request, "403.html", {"reason": "页面停留时间过长或浏览器禁用了 Cookie，提交未被接受。请返回上一页刷新后重新提交。"}, status=403
    )
