"""Words on a product card that name somebody: refused when a lot is entered, left off whenever a card is drawn."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.models import LEVEL_FIELDS, Region
from shouwang.ledgers.produce.models import Lot, LotHousehold
from shouwang.ledgers.registry.models import Household, Member

ON_CARD = {"story": "产品故事", "seller": "主体名称", "spec": "规格", "quality": "品质、认证"}
INSTEAD = {"story": "请改写为“村民”“种植户”等，不写姓名。", "seller": "请改为“××村农户”。"}
LONGEST = 4
_BETWEEN = re.compile(r"[\s·•・]+")
_HAN = re.compile("[\u3400-\u9fff]+")
_OFFICE = re.compile("村|社|委|办|站|场|厂|店|公司|中心|干部")  # a contact that is no person


def check_words(said: Mapping[str, Any], region: Region, homes: Collection[int] = ()) -> None:
    """Whether the free words of a card name nobody; `said` holds fields of a lot, `homes` ids of the households behind it.

    Raises Refused naming field, word and what to write instead.
    """
    for field, (name, whose) in named(said, region, homes).items():
        remedy = INSTEAD.get(field, "请删去姓名。")
        raise Refused(f"{ON_CARD[field]}里的“{name}”{whose}，产品卡对外分享，不能印姓名。{remedy}", field=field)


def withheld(lot: Lot) -> dict[str, tuple[str, str]]:
    """{field: (name, whose)} of what a card may not show, by who stands behind the lot and lives at its place now."""
    with rls.everywhere():  # a village may share the card of a lot that others stand behind too
        homes = list(LotHousehold.objects.filter(lot=lot).values_list("household_id", flat=True))
        return named({f: getattr(lot, f) for f in (*ON_CARD, "seller_kind", "contact")}, lot.region, homes)


def named(said: Mapping[str, Any], region: Region, homes: Collection[int]) -> dict[str, tuple[str, str]]:
    """{field: (name, whose)}: members of the households behind the lot, its contact, people registered in the village or town.

    The name of a firm or cooperative is in the public register: only those behind the lot count in it. Of a whole town, names of two
    characters do not count: too many of them are words of everyday.
    """
    texts = {f: _plain(said.get(f)) for f in ON_CARD if said.get(f)}
    if not texts:
        return {}
    known = dict.fromkeys(_members(homes), "是涉及户成员的姓名")
    contact = _plain(said.get("contact"))
    person = {contact: "是联系人的姓名"} if 1 < len(contact) <= LONGEST and not _OFFICE.search(contact) else {}
    free = {f for f in texts if f != "seller" or said.get("seller_kind") not in ("firm", "coop")}
    words = {w for f in free for w in _candidates(texts[f], region)}
    others = dict.fromkeys(_residents(region, words), f"与{region.name}登记居民的姓名相同")
    out = {}
    for field, text in texts.items():
        names = others | person | known if field in free else known
        if found := next((n for n in sorted(names, key=len, reverse=True) if n in text), None):
            out[field] = (found, names[found])
    return out


def _plain(text: Any) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text or ""))


def _members(homes: Collection[int]) -> set[str]:
    """Names of everybody of the households, those who left too."""
    if not homes:
        return set()
    found = {*Member.objects.filter(household_id__in=homes).values_list("name", flat=True)}
    found |= {*Household.objects.filter(pk__in=homes).values_list("head_name", flat=True)}
    return {n for n in map(_plain, found) if len(n) > 1}


def _candidates(text: str, region: Region) -> Iterator[str]:
    """Every run of two to four characters that may be a name; those of the place itself are none."""
    for place in (p for p in (region, region.town, region.county) if p):
        text = text.replace(place.name, " ")
    for run in _HAN.findall(text):
        for size in range(2, LONGEST + 1):
            yield from (run[at : at + size] for at in range(len(run) - size + 1))


def _residents(region: Region, words: Collection[str]) -> set[str]:
    """Which of the words are names of people registered in the village or town."""
    if region.level not in (Region.TOWN, Region.VILLAGE):
        return set()
    wanted = [w for w in words if region.level == Region.VILLAGE or len(w) > 2]
    here = Member.objects.filter(left_on=None, **{LEVEL_FIELDS[region.level]: region.pk})
    return {*here.filter(name__in=wanted).values_list("name", flat=True)}
