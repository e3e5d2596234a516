"""Printing 帮扶明白卡: one household's, or those of a village or hamlet."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shouwang.kernel.pages import page
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.web import Request
from shouwang.ledgers.registry import cards, queries
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.entitlements import BOOK
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.policies import EDIT
from shouwang.ledgers.registry.tables import HOUSEHOLDS

CHOSEN_BY = ("region", "hamlet", "registration", "monitoring")


@page(EDIT)
def card(request: Request, pk: int) -> HttpResponse:
    """One household's card; printing is on the audit."""
    household = queries.household(request.scope, pk, EDIT)
    return _printed(request, Household.objects.filter(pk=household.pk), reverse("registry_household", args=[pk]))


@page(EDIT, methods=("GET", "POST"))
def batch(request: Request) -> HttpResponse:
    """Choose a village or hamlet and see how many cards that makes; a post prints them."""
    asked = HOUSEHOLDS.read(request.GET, request.scope)
    rows = cards.wanted(queries.on_file(HOUSEHOLDS.matching(asked, request.scope, request.today)), request.scope)
    if request.method == "POST":
        return _printed(request, rows, reverse("registry_cards") + asked.link())
    filters = [f for f in HOUSEHOLDS.filters if f.key in CHOSEN_BY and HOUSEHOLDS.open_to(f.group, request.scope)]
    context: dict[str, Any] = {
        "filters": [f.show(asked.readings.get(f.key), request.scope, EDIT, request.today) for f in filters],
        "count": rows.count(),
        "whom": in_words("建档立卡户和监测对象", request.today),
        "limit": lookup(BOOK, "cards_per_print", on=request.today).value,
        "query": asked.link(),
    }
    return render(request, "registry/cards.html", context)


def _printed(request: Request, rows: QuerySet[Household], back: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("registry_household", args=[0])).replace("/0/", "/{pk}/")
    made = cards.print_cards(rows, by=request.scope, today=request.today, address=address)
    hotline = lookup(BOOK, "hotline", on=request.today).value
    return render(request, "registry/card.html", {"cards": made, "hotline": hotline, "today": request.today, "back": back})
