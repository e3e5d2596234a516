"""主送 to offices: group words of the field first, then names and aliases; what is no office is said, never guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.db.models import Q

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force

# Separators between organs; one inside brackets belongs to the word: 各县（市、区）.
_SPLIT = re.compile(r"(?:[，,、；;]|(?<=[单位门])和)(?![^（(]*[）)])")
_NAME_NOISE = re.compile(r"[\s（）()：:]|有关|各相关")


@dataclass
class Recipients:
    """Offices a notice addresses, by part of the phrase, and the parts that are no office here or the name of several."""

    offices: list[Office] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def _groups() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(files("shouwang.rulebook").joinpath("recipient_groups.yaml").read_text("utf-8"))["groups"]
    return loaded


def resolve(phrase: str, issuer: Office, today: dt.date) -> Recipients:
    """The offices in force on `today` that `phrase` (主送, without colon) names, seen from `issuer`; each once, official order.

    Looked for down to the tier below the issuer, and among towns: no document names offices further down.
    """
    near = offices_in_force(today).filter(Q(tier__lte=issuer.tier + 1) | Q(kind=Office.Kind.TOWN))
    return resolve_among(phrase, issuer, list(near))


def resolve_among(phrase: str, issuer: Office, standing: Sequence[Office]) -> Recipients:
    """As `resolve`, among offices already read."""
    out = Recipients()
    seen: set[int] = set()
    city = issuer.region.city.name.removesuffix("市") if issuer.region.city else ""
    named = {o.pk: {_plain(n, city) for n in (o.name, o.short_name, *o.aliases)} for o in standing}
    for part in filter(None, (p.strip() for p in _SPLIT.split(phrase))):
        wanted = _plain(part, city)
        same = [o for o in standing if wanted and wanted in named[o.pk]]
        found = _nearest(same, issuer) if same else _group(part, issuer, standing)
        if not found:
            out.unknown.append(part)
        for office in found:
            if office.pk not in seen and office.pk != issuer.pk:
                seen.add(office.pk)
                out.offices.append(office)
    out.offices.sort(key=lambda o: (o.tier, o.kind != Office.Kind.LEAD, o.rank, o.code))
    return out


@lru_cache(maxsize=10_000)
def _plain(name: str, city: str) -> str:
    """A name without the city's own (汕头市农业农村局 is 市农业农村局 here), brackets and 有关."""
    bare = _NAME_NOISE.sub("", name)
    return bare.replace(city, "") if city else bare


def _nearest(same: list[Office], issuer: Office) -> list[Office]:
    """Of offices of one name the one beside or right below the issuer, else inside its region; none where that leaves several."""
    beside = [o for o in same if o.parent_id == issuer.pk or o.region_id == issuer.region_id]
    near = beside or [o for o in same if _inside(o, issuer)] or same
    return near if len(near) == 1 else []


def _group(part: str, issuer: Office, standing: Sequence[Office]) -> list[Office]:
    for group in _groups():
        if not re.search(group["pattern"], part):
            continue
        below = issuer.tier + 1
        wanted = group["means"]
        if wanted == "departments":
            return [o for o in standing if o.kind == Office.Kind.DEPARTMENT and o.tier == issuer.tier and o.region_id == issuer.region_id]
        if wanted == "lead_below":
            return [o for o in standing if o.kind in (Office.Kind.LEAD, Office.Kind.TOWN) and o.tier == below and o.parent_id == issuer.pk]
        if wanted == "towns":
            return [o for o in standing if o.kind == Office.Kind.TOWN and _inside(o, issuer)]
    return []


def _inside(office: Office, issuer: Office) -> bool:
    region = issuer.region_id
    return region in (office.city_id, office.county_id, office.town_id)
