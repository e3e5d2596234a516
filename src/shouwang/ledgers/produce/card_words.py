"""Words on a product card that name somebody: refused when a lot is entered, left off whenever a card is drawn."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
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
# What stands before or after a name when somebody is meant by it: with it a word of two characters counts through the town.
_BEFORE = re.compile("村民|农户|贫困户|种植户|养殖户|果农|菜农|渔民|蚝农|户主|名叫|老人")
_AFTER = re.compile(
    "一家|家的|家种|家养|家里|夫妇|夫妻|大爷|大娘|大叔|大婶|阿姨|爷爷|奶奶|叔|伯|婶|嫂|哥|姐|老人|老师|师傅|书记|主任|支书|村长|同志|先生|女士"
)
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
    """{field: (name, whose)}: members of the households behind the lot, its contact, people registered where it lies and about it.

    The name of a firm or cooperative is in the public register: only those behind the lot count in it. Of the village every name counts.
    Of the rest of the town names of two characters do only beside a word that says a person is meant, and of the rest of the county all
    names: too many of them are words of everyday.
    """
    texts = {f: _plain(said.get(f)) for f in ON_CARD if said.get(f)}
    if not texts:
        return {}
    known = dict.fromkeys(_members(homes), "是涉及户成员的姓名")
    contact = _plain(said.get("contact"))
    person = {contact: "是联系人的姓名"} if 1 < len(contact) <= LONGEST and not _OFFICE.search(contact) else {}
    free = {f for f in texts if f != "seller" or said.get("seller_kind") not in ("firm", "coop")}
    others = _residents(region, [texts[f] for f in free])
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


def _runs(text: str, region: Region) -> Iterator[str]:
    """The text without the names of the place itself, by runs of characters."""
    for place in (p for p in (region, region.town, region.county) if p):
        text = text.replace(place.name, " ")
    yield from _HAN.findall(text)


def _candidates(run: str) -> Iterator[str]:
    """Every two to four characters that may be a name."""
    for size in range(2, LONGEST + 1):
        yield from (run[at : at + size] for at in range(len(run) - size + 1))


def _marked(run: str) -> Iterator[str]:
    """Those of them beside a word that says a person is meant."""
    for size in range(2, LONGEST + 1):
        yield from (run[m.end() : m.end() + size] for m in _BEFORE.finditer(run) if m.end() + size <= len(run))
        yield from (run[m.start() - size : m.start()] for m in _AFTER.finditer(run) if m.start() >= size)


def _residents(region: Region, texts: Iterable[str]) -> dict[str, str]:
    """{name: whose} of people registered in the lot's village, town or county whom the texts name; the nearest place says whose."""
    runs = [run for text in texts for run in _runs(text, region)]
    words, marked = {w for run in runs for w in _candidates(run)}, {w for run in runs for w in _marked(run)}
    wanted = {Region.VILLAGE: words, Region.TOWN: {w for w in words if len(w) > 2} | marked, Region.COUNTY: marked}
    out: dict[str, str] = {}
    for level, names in wanted.items():
        place = region if region.level == level else {Region.TOWN: region.town, Region.COUNTY: region.county}.get(level)
        if place and names and level <= region.level:
            here = Member.objects.filter(left_on=None, name__in=names, **{LEVEL_FIELDS[level]: place.pk})
            out = {**dict.fromkeys(here.values_list("name", flat=True), f"与{place.name}登记居民的姓名相同"), **out}
    return out
