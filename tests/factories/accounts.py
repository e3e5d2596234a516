"""Regions, offices, users and grants for tests: a small piece of the real city with its real codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from shouwang.kernel.accounts.models import Grant, Office, SignIn, User
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.sign_in.sessions import digest

PASSWORD = "Chao-shan2020"
START = dt.date(2019, 1, 1)


def make_region(code: str, name: str, level: int, parent: Region | None = None, **kw: Any) -> Region:
    """A region with its ancestors set; `code` may be short ("440513") and is padded to 12 digits."""
    region = Region(code=code.ljust(12, "0"), name=name, level=level, parent=parent, year_from=kw.pop("year_from", 2018), **kw)
    if parent:
        region.city, region.county, region.town = parent.city, parent.county, parent.town
    region.save()
    if own := {Region.CITY: "city", Region.COUNTY: "county", Region.TOWN: "town"}.get(level):
        setattr(region, own, region)
        region.save()
    return region


def make_office(code: str, name: str, region: Region, kind: str = Office.Kind.LEAD, parent: Office | None = None, **kw: Any) -> Office:
    """An office in force since 2019; its tier is the region's level."""
    office = Office(
        code=code,
        name=name,
        short_name=kw.pop("short_name", name[:40]),
        kind=kind,
        tier=kw.pop("tier", region.level),
        parent=parent,
        valid_from=kw.pop("valid_from", START),
        **kw,
    )
    office.put_in(region)
    office.save()
    return office


def grant(user: User, role: str, region: Region | None = None, *, groups: Sequence[str] | None = None, **kw: Any) -> Grant:
    """A grant since 2019 without end, unless `valid_from` / `until` say otherwise."""
    stored = None if groups is None else list(groups)
    return Grant.objects.create(user=user, role=role, region=region, groups=stored, valid_from=kw.pop("valid_from", START), **kw)


def make_user(username: str, office: Office | None, *roles: str, region: Region | None = None, **kw: Any) -> User:
    """A user who can sign in with PASSWORD; each role is granted at `region`, else at the office's region ("helper": at none)."""
    name, password = kw.pop("name", username), kw.pop("password", PASSWORD)
    user = User(username=username, name=name, office=office, password_changed_at=kw.pop("password_changed_at", timezone.now()), **kw)
    user.set_password(password)
    user.save()
    for role in roles:
        at = region or (office.region if office else None)
        grant(user, role, None if role == "helper" else at)
    return user


def scope(user: User, today: dt.date = dt.date(2020, 2, 17)) -> Scope:
    """What the user holds on `today`."""
    return scope_of(user, today)


def sign_in(client: Client, user: User, *, device: str = "desk") -> Client:
    """Sign the user in without the page, second factor passed; returns the client."""
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    session = client.session
    session["device"], session["second_factor"] = device, "done"
    session.save()
    now = timezone.now()
    values = {"session_digest": digest(session.session_key), "started_at": now, "seen_at": now}
    SignIn.objects.update_or_create(user=user, device=device, defaults=values)
    return client


@dataclass
class City:
    """What `small_city` built; offices by code."""

    city: Region
    counties: list[Region] = field(default_factory=list)
    towns: list[Region] = field(default_factory=list)
    villages: list[Region] = field(default_factory=list)
    offices: dict[str, Office] = field(default_factory=dict)

    def at(self, code: str) -> Region:
        """The region with that code, short or padded."""
        return next(r for r in [self.city, *self.counties, *self.towns, *self.villages] if r.code == code.ljust(12, "0"))


COUNTIES = {"440513": "潮阳区", "440514": "潮南区"}
TOWNS = {"440513100": "海门镇", "440513101": "河溪镇", "440514101": "井都镇", "440514103": "成田镇"}
VILLAGES = {
    "440513100001": "和睦居委会",
    "440513100002": "城南居委会",
    "440513101201": "湖东村委会",
    "440513101202": "华东村委会",
    "440514101201": "和丰村委会",
    "440514101202": "连丰村委会",
    "440514103001": "成田居委会",
    "440514103201": "沙陇村委会",
}
DEPARTMENTS = {"nyj": "农业农村局", "rsj": "人力资源和社会保障局"}


def small_city() -> City:
    """Two districts of two towns of two villages each, with lead offices ("4405-fpb", "440513-fpb", "440514-fpb"), city departments
    ("4405-nyj", "4405-rsj"), district departments ("440513-nyj" …), town ("440513100-zf") and village ("440513100001-cwh") offices."""
    c = City(city=make_region("4405", "汕头市", Region.CITY))
    city = c.offices["4405-fpb"] = make_office("4405-fpb", "汕头市扶贫开发领导小组办公室", c.city, short_name="市扶贫办")
    for key, name in DEPARTMENTS.items():
        department = make_office(f"4405-{key}", f"汕头市{name}", c.city, Office.Kind.DEPARTMENT, short_name=f"市{name}")
        c.offices[department.code] = department
    for code, name in COUNTIES.items():
        county = make_region(code, name, Region.COUNTY, c.city)
        c.counties.append(county)
        lead = make_office(f"{code}-fpb", f"{name}扶贫开发领导小组办公室", county, parent=city, short_name=f"{name}扶贫办")
        c.offices[lead.code] = lead
        for key, title in DEPARTMENTS.items():
            parent = c.offices[f"4405-{key}"]
            office = make_office(f"{code}-{key}", f"汕头市{name}{title}", county, Office.Kind.DEPARTMENT, parent)
            c.offices[office.code] = office
    for code, name in TOWNS.items():
        county = c.at(code[:6])
        town = make_region(code, name, Region.TOWN, county)
        c.towns.append(town)
        office = make_office(f"{code}-zf", f"{county.name}{name}人民政府", town, Office.Kind.TOWN, c.offices[f"{code[:6]}-fpb"])
        c.offices[office.code] = office
    for code, name in VILLAGES.items():
        town = c.at(code[:9])
        village = make_region(code, name, Region.VILLAGE, town)
        c.villages.append(village)
        office = make_office(f"{code}-cwh", f"{town.name}{name}", village, Office.Kind.VILLAGE, c.offices[f"{code[:9]}-zf"])
        c.offices[office.code] = office
    return c
