"""Offices and officers of the demonstration city: every level, invented names, one password that the command prints."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from shouwang.demo.names import draw_surnames, full_names
from shouwang.kernel.accounts.models import Grant, Office, User
from shouwang.kernel.regions.models import Region

PASSWORD = "Shouwang-2020"  # noqa: S105 - the demonstration's, printed by the command that makes it
FOUNDED = dt.date(2016, 1, 1)
DEPARTMENTS = (
    ("rsj", "人力资源和社会保障局"), ("nyj", "农业农村局"), ("mzj", "民政局"), ("wjj", "卫生健康局"), ("jyj", "教育局"),
    ("zjj", "住房和城乡建设局"), ("fgj", "发展和改革局"), ("czj", "财政局"), ("ybj", "医疗保障局"), ("jrj", "金融工作局"),
)  # fmt: skip
DISTRICT_DEPARTMENTS = ("rsj", "nyj", "mzj")


@dataclass
class Staff:
    """The offices by code and the users by user name."""

    offices: dict[str, Office] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


def build(city: Region, *, seed: int, today: dt.date) -> Staff:
    """Create offices for the city, its counties, towns and villages in force on `today`, with officers and grants."""
    staff = Staff()
    inside = Region.objects.filter(city=city, year_from__lte=today.year).exclude(year_to__lt=today.year)
    regions = list(inside.select_related("parent__parent", "county", "town").order_by("level", "rank", "code"))
    _save(staff, _city_offices(city))
    _save(staff, itertools.chain.from_iterable(_county_offices(r, staff) for r in regions if r.level == Region.COUNTY))
    _save(staff, (_town_office(r, staff) for r in regions if r.level == Region.TOWN))
    _save(staff, (_village_office(r, staff) for r in regions if r.level == Region.VILLAGE))
    _people(staff, seed, today)
    return staff


def _save(staff: Staff, offices: Iterable[Office]) -> None:
    made = Office.objects.bulk_create(list(offices), batch_size=500)
    staff.offices |= {o.code: o for o in made}


def _office(code: str, name: str, short: str, region: Region, kind: str, parent: Office | None = None, **kw: object) -> Office:
    office = Office(code=code, name=name, short_name=short, kind=kind, tier=region.level, parent=parent, valid_from=FOUNDED, **kw)
    office.put_in(region)
    return office


def _city_offices(city: Region) -> Iterator[Office]:
    short = city.name.removesuffix("市")
    yield _office(
        "4405-fpb", f"{city.name}扶贫开发办公室", "市扶贫办", city, Office.Kind.LEAD, doc_prefix=f"{short[0]}扶办报", red_head=f"{city.name}扶贫开发办公室文件",
        signature=f"{city.name}扶贫开发办公室", aliases=["市扶贫办", "市扶贫开发领导小组办公室", "市扶贫开发领导小组"],
    )  # fmt: skip
    for rank, (key, name) in enumerate(DEPARTMENTS, 1):
        full = f"{city.name}{name}"
        aliases = [f"市{name}", f"市{name[:2]}局"]
        yield _office(
            f"4405-{key}", full, f"市{name}", city, Office.Kind.DEPARTMENT, rank=rank, doc_prefix=f"{short[0]}{name[0]}{name[-2]}报",
            red_head=f"{full}文件", signature=full, aliases=aliases,
        )  # fmt: skip


def _county_offices(region: Region, staff: Staff) -> Iterator[Office]:
    code, city = region.code[:6], staff.offices["4405-fpb"]
    full = f"{region.name}扶贫开发领导小组"
    prefix = f"{region.name.rstrip('区县')[-1]}农扶组报"
    yield _office(
        f"{code}-fpb", full, f"{region.name}扶贫办", region, Office.Kind.LEAD, city, rank=region.rank, doc_prefix=prefix, red_head=f"{full}文件",
        signature=f"{region.name}扶贫开发领导小组办公室", aliases=[region.name, f"{region.name}扶贫开发领导小组办公室"],
    )  # fmt: skip
    names = dict(DEPARTMENTS)
    for rank, key in enumerate(DISTRICT_DEPARTMENTS, 1):
        name = f"{region.name}{names[key]}"
        yield _office(
            f"{code}-{key}", name, name, region, Office.Kind.DEPARTMENT, staff.offices[f"4405-{key}"], rank=region.rank * 10 + rank,
            doc_prefix=f"{region.name[0]}{names[key][0]}报", red_head=f"{name}文件", signature=name,
        )  # fmt: skip


def _town_office(region: Region, staff: Staff) -> Office:
    parent = staff.offices[f"{region.code[:6]}-fpb"]
    name = f"{region.name}办事处" if region.name.endswith("街道") else f"{region.name}人民政府"
    return _office(
        f"{region.code[:9]}-zf", f"{parent.region.name}{name}", region.name, region, Office.Kind.TOWN, parent, rank=int(region.code[6:9]),
        doc_prefix=f"{region.name[0]}府报", red_head=f"{parent.region.name}{name}文件", signature=f"{parent.region.name}{name}",
    )  # fmt: skip


def _village_office(region: Region, staff: Staff) -> Office:
    parent = staff.offices[f"{region.code[:9]}-zf"]
    return _office(
        f"{region.code}-cw",
        f"{parent.region.name}{region.name}",
        region.name,
        region,
        Office.Kind.VILLAGE,
        parent,
        rank=int(region.code[9:]),
    )


ROLES = {Office.Kind.LEAD: "office", Office.Kind.DEPARTMENT: "department", Office.Kind.TOWN: "town"}
# (suffix of the user name, duty, title)
SEATS = (("jb", User.Duty.CLERK, "经办人"), ("jb2", User.Duty.CLERK, "科员"), ("ld", User.Duty.LEADER, "负责人"))


def _people(staff: Staff, seed: int, today: dt.date) -> None:
    wanted: list[tuple[Office, str, str, str, list[str]]] = []
    for office in staff.offices.values():
        if role := ROLES.get(Office.Kind(office.kind)):
            for suffix, duty, title in SEATS:
                if suffix == "jb2" and office.kind != Office.Kind.LEAD:
                    continue  # departments and towns have two people for this work
                wanted.append(
                    (office, f"{office.code}-{suffix}", duty, title, [f"{role}_{'leader' if duty == User.Duty.LEADER else 'clerk'}"])
                )
        else:
            wanted.append((office, office.code, User.Duty.CLERK, "扶贫专干", ["village_officer"]))
    lead = staff.offices["4405-fpb"]
    wanted += [(lead, "demo", User.Duty.ADMIN, "演示管理员", ["demo_admin"])]
    wanted += [
        (lead, f"admin-{k}", User.Duty.ADMIN, t, [f"{k}_admin"])
        for k, t in (("system", "系统管理员"), ("security", "安全管理员"), ("audit", "审计管理员"))
    ]
    rng = np.random.default_rng([seed, 7])
    n = len(wanted)
    zeros = np.zeros(n, dtype=np.int16)
    names = full_names(rng, draw_surnames(rng, n), rng.random(n) < 0.6, zeros, zeros)
    encoded, now = make_password(PASSWORD), timezone.now()
    users = [
        User(username=name, name=str(person), office=office, duty=duty, title=title, password=encoded, password_changed_at=now)
        for (office, name, duty, title, _), person in zip(wanted, names, strict=True)
    ]
    made = User.objects.bulk_create(users, batch_size=500)
    staff.users = {u.username: u for u in made}
    since = today.replace(month=1, day=1)
    grants = [
        Grant(user=staff.users[name], role=role, region=office.region, valid_from=since)
        for office, name, _, _, roles in wanted
        for role in roles
    ]
    Grant.objects.bulk_create(grants, batch_size=500)
    reporting = [o for o in staff.offices.values() if Office.Kind(o.kind) in ROLES]
    for office in reporting:
        office.contact_line = f"联系人：{staff.users[f'{office.code}-jb'].name}，电话：00000000"
    Office.objects.bulk_update(reporting, ["contact_line"], batch_size=500)
