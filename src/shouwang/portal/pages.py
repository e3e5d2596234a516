"""Home, work list, inbox, figures, map, help, demonstration date, holidays."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.pages import back, page
from shouwang.kernel.web import Request
from shouwang.kernel.worklist import actions as worklist_actions
from shouwang.kernel.worklist import queries as worklist
from shouwang.portal import demo_clock, holidays, queries
from shouwang.portal.catalog import LEDGERS
from shouwang.portal.context import first_page

VIEW = "worklist.view"
FIGURES = figures.PERMISSION


@page(signed_in=True, why="首页：内容在页面内按权限取舍，没有授权的账号看到说明")
def home(request: Request) -> HttpResponse:
    """工作台: the work list first, then the notice, the figures, the map."""
    if not request.scope.holds:
        return render(request, "portal/no_scope.html")
    if not request.scope.may(VIEW):
        demo = request.demo and request.scope.may("demo.advance")
        return render(request, "portal/demo_admin.html") if demo else redirect(first_page(request))
    return render(request, "portal/home.html", queries.home(request.scope, request.now))


@page(VIEW)
def work(request: Request) -> HttpResponse:
    """The whole work list, one light at a time where asked."""
    groups = worklist.grouped(request.scope, request.now, limit=500)
    wanted = request.GET.get("light", "")
    shown = [g for g in groups if g.key == wanted] if wanted in worklist.LIGHTS else groups
    context = {"groups": shown, "all": groups, "wanted": wanted, "waiting": sum(g.total for g in shown), "now": request.now}
    return render(request, "portal/worklist.html", context)


@page(VIEW, methods=("GET", "POST"))
def inbox(request: Request) -> HttpResponse:
    """Messages to the office; a POST marks them all as read."""
    rows = worklist.inbox(request.scope)
    if request.method == "POST":
        worklist_actions.read_messages(request.scope.user_name, rows)
        return redirect("inbox")
    return render(request, "portal/inbox.html", {"page": Paginator(rows, 50).get_page(request.GET.get("page"))})


@page(FIGURES)
def figure_list(request: Request) -> HttpResponse:
    """Every figure with its definition and the value at the person's place."""
    place = queries.place_for(request.scope, request.GET.get("region", ""))
    values = figures.values(figures.installed().values(), request.today, place=place)
    groups = [(ledger.title, [(f.on(request.today), values[f.code]) for f in ledger.figures]) for ledger in LEDGERS]
    return render(request, "portal/figures.html", {"groups": [g for g in groups if g[1]], "place": place, "now": request.now})


def _cut_off(request: Request) -> dt.datetime | None:
    at = request.GET.get("at", "")
    if not at.isdecimal() or len(at) > 11:
        return None
    return timezone.localtime(dt.datetime.fromtimestamp(int(at), dt.UTC))


def _day(request: Request, cut_off: dt.datetime | None) -> dt.date:
    """The day in whose words the page speaks."""
    return cut_off.date() if cut_off else request.today


def _figure(code: str, day: dt.date) -> figures.Figure:
    if code not in figures.installed():
        raise Http404
    return figures.get(code, day)


@page(FIGURES)
def figure(request: Request, code: str) -> HttpResponse:
    """One figure: definition, value, regions below, trend; at a past cut-off the frozen values."""
    cut_off = _cut_off(request)
    found = _figure(code, _day(request, cut_off))
    place = queries.place_for(request.scope, request.GET.get("region", ""))
    value, frozen, rows = queries.figure_at(found, place, request.today, cut_off)
    context = {
        "figure": found, "place": place, "value": value, "frozen": frozen, "cut_off": cut_off, "rows": rows, "now": request.now,
        "chart": queries.chart_of(found, figures.series([found], place, until=request.now)[code]), "at": request.GET.get("at", "") if cut_off else "",
        "base": figures.get(found.denominator, _day(request, cut_off)) if found.denominator else None, "above": queries.places_above(request.scope, place),
    }  # fmt: skip
    return render(request, "portal/figure.html", context)


@page(FIGURES)
def figure_rows(request: Request, code: str) -> HttpResponse:
    """Exactly the rows a figure counted, those the person may open."""
    cut_off = _cut_off(request)
    found = _figure(code, _day(request, cut_off))
    place = queries.place_for(request.scope, request.GET.get("region", ""))
    counted = queries.counted_rows(found, request.scope, place, request.today, cut_off, request.GET.get("page"))
    at = request.GET.get("at", "") if cut_off else ""
    context = {
        "figure": found,
        "place": place,
        "page": counted.page,
        "counted": counted.number,
        "kept": counted.kept,
        "cut_off": cut_off,
        "at": at,
    }
    return render(request, "portal/figure_rows.html", context)


@page(FIGURES)
def map_outlines(request: Request, pk: int) -> JsonResponse:  # noqa: ARG001 - outlines are the same for everyone who may see figures
    """Outlines of the regions below a place."""
    return JsonResponse(queries.geojson(pk))


@page(signed_in=True, why="使用帮助：不含业务数据")
def help_page(request: Request) -> HttpResponse:
    """What to do first, in words for each level."""
    return render(request, "portal/help.html", {"ledgers": LEDGERS})


@page("demo.advance", methods=("POST",))
def advance_demo(request: Request) -> HttpResponse:
    """One day forward on the demonstration's calendar; reminders, freezes and overdue lights follow at once."""
    day = demo_clock.advance(by=request.scope)
    if day is None:
        raise OutOfScope
    messages.success(request, f"演示日期已推进到 {day:%Y-%m-%d}，到期提醒和催办已按新日期运行。")
    return back(request)


@page("settings.manage", methods=("GET", "POST"))
def holiday_list(request: Request) -> HttpResponse:
    """Holidays and make-up working days, year by year; exceptions by kind of actor."""
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and 2000 <= int(text) <= 2100 else request.today.year
    form = holidays.HolidayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = holidays.set_day(form.cleaned_data, by=request.scope, today=request.today)
        except Refused as no:
            form.add_error(None, no.message)
        else:
            messages.success(request, f"{saved.day} 已登记为{'上班' if saved.working else '休息'}。")
            return redirect(f"/settings/holidays/?year={saved.day.year}")
    context = {"form": form, "rows": holidays.of_year(year), "year": year, "years": range(2019, request.today.year + 4)}
    return render(request, "portal/holidays.html", context, status=422 if form.errors else 200)
