"""The side menu is folded where it is long."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from shouwang.portal import context
from tests.factories.accounts import City, make_user, sign_in, small_city

pytestmark = pytest.mark.django_db


def groups(page: str) -> dict[str, bool]:
    """Heading → whether its lines are shown."""
    side = page[page.index('id="side"') : page.index("</nav>", page.index('id="side"'))]
    return {title: bool(shown) for shown, title in re.findall(r"<details( open)?><summary>([^<]+)<", side)}


def households(city: City) -> str:
    clerk = make_user("menu", city.offices["4405-fpb"], "office_clerk", region=city.at("4405"))
    return sign_in(Client(), clerk).get("/registry/").content.decode()


def test_long_menu_shows_the_group_of_the_page_only(monkeypatch):
    monkeypatch.setattr(context, "MENU_OPEN", 3)
    shown = groups(households(small_city()))
    assert [title for title, is_open in shown.items() if is_open] == ["户档案"]
    assert len(shown) > 6


def test_short_menu_is_open_throughout(monkeypatch):
    monkeypatch.setattr(context, "MENU_OPEN", 99)
    assert set(groups(households(small_city())).values()) == {True}
