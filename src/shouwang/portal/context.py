"""What every page shows around its own content."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.urls import reverse

from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.web import Request
from shouwang.kernel.worklist.queries import unread

HOME_ITEMS = (("工作台", "home", "layout-dashboard", "worklist.view"), ("我的待办", "worklist", "clipboard-check", "worklist.view"))
MENU_OPEN = 16  # lines that a screen of 768 shows at once: a longer menu is folded to the group that is open, and those with work waiting
SEARCH = ("registry_households", "registry.view")  # the list that the box in the header searches
FIGURE_ITEMS = (("指标目录", "figures", "report-analytics", "figures.view"),)


def chrome(request: Request) -> dict[str, Any]:
    """The frame of a page: product, menu, person, place, demonstration date. An error page before the middleware has none of it."""
    scope: Scope | None = getattr(request, "scope", None)
    signed_in = scope is not None and scope.user_id is not None
    today = getattr(request, "today", None)
    frame = SimpleNamespace(
        product="守望", menu=[], user=None, scope_label="", demo=today is not None and getattr(request, "demo", False), today=today, unread=None,
        search="", can_advance_demo=False, demo_advance_url="/demo/advance/",
    )  # fmt: skip
    create: dict[str, bool] = {}
    if scope is not None and signed_in:
        home = scope.home
        frame.menu = _menu(request, scope)
        frame.user = SimpleNamespace(
            name=scope.user_name, office=scope.office.name if scope.office else "未分配机构", initial=scope.user_name[:1]
        )
        frame.search = reverse(SEARCH[0]) if scope.may(SEARCH[1]) else ""
        frame.scope_label = f"{home.name}{' · 全市' if home.level == 2 else ''}" if home else ""
        frame.unread = unread(scope)
        frame.inbox = scope.may("worklist.view")
        frame.can_advance_demo = frame.demo and scope.may("demo.advance")
        create = {
            "notice": scope.may("dispatch.notice.register"),
            "request": scope.may("dispatch.report.request"),
            "feed": scope.may("exchange.manage"),
            "lead": scope.may("monitoring.report"),
        }
    return {"chrome": frame, "create": create}


def _item(request: Request, label: str, url: str, icon: str, count: int | None = None) -> dict[str, Any]:
    current = request.path == url if url == "/" else request.path.startswith(url)
    return {"url": url, "icon": icon, "label": label, "count": count, "current": current}


def _menu(request: Request, scope: Scope) -> list[dict[str, Any]]:
    from shouwang.portal.catalog import LEDGERS

    top = [_item(request, label, reverse(name), icon) for label, name, icon, permission in HOME_ITEMS if scope.may(permission)]
    groups: dict[str, list[dict[str, Any]]] = {"": top}
    for ledger in LEDGERS:
        for entry in ledger.menu:
            if scope.may(entry.permission):
                number = ledger.count(scope, entry.url_name) if ledger.count else None
                groups.setdefault(entry.group, []).append(
                    _item(request, entry.named(request.today), reverse(entry.url_name), entry.icon, number)
                )
    groups["统计"] = [_item(request, label, reverse(name), icon) for label, name, icon, permission in FIGURE_ITEMS if scope.may(permission)]
    groups["管理"] = [
        _item(request, label, reverse(name), icon) for label, name, icon, held in ADMIN_ITEMS if any(scope.may(p) for p in held)
    ]
    groups["管理"].append(_item(request, "使用帮助", reverse("help"), "help-circle"))
    everything = [item for items in groups.values() for item in items]
    _mark_the_nearest(everything)
    short = len(everything) <= MENU_OPEN
    return [
        {"title": title, "items": items, "open": short or any(i["current"] or i["count"] for i in items)}
        for title, items in groups.items()
        if items
    ]


def _mark_the_nearest(items: list[dict[str, Any]]) -> None:
    """One line of the menu is current: /registry/members/ lies under /registry/ as well."""
    current = [item for item in items if item["current"]]
    nearest = max(current, key=lambda item: len(item["url"]), default=None)
    for item in current:
        item["current"] = item is nearest


def first_page(request: Request) -> str:
    """Where a person without a work list starts: the first line of their menu."""
    url: str = next((item["url"] for group in _menu(request, request.scope) for item in group["items"]), "/help/")
    return url


ADMIN_ITEMS = (
    ("机构", "admin-offices", "users-group", ("accounts.manage",)),
    ("账号与授权", "admin-users", "user-check", ("accounts.manage", "accounts.grant", "accounts.unlock")),
    ("节假日", "holidays", "calendar", ("settings.manage",)),
    ("后台任务", "jobs", "clock", ("jobs.view",)),
    ("审计日志", "audit", "history", ("audit.view", "audit.view_own_region")),
)
