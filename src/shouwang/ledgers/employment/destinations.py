"""Where somebody works, read from what people write: 广东省深圳市宝安区, 东莞长安镇, 汕头潮阳. Names and codes of the yearly release.

Dongguan, Zhongshan, Danzhou and Jiayuguan have no counties: the city itself is the terminus, what follows it is kept as detail.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files

from shouwang.kernel.errors import Refused
from shouwang.ledgers.employment.codes import rule

SUFFIX = re.compile(r"(特别行政区|(壮族|回族|维吾尔)?自治区|自治州|自治县|地区|新区|省|市|区|县|盟|旗)$")
BANDS = ("out_province", "out_city", "cross_district", "in_county")


@dataclass(frozen=True, slots=True)
class Division:
    """A province (2 digits), city (4) or county (6): its code and names."""

    code: str
    level: int
    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Destination:
    """A place of work: six-digit code ("440000" a province only, "440300" a city only), full name, and what stood behind it."""

    code: str
    name: str
    detail: str
    whole: bool


@lru_cache(maxsize=1)
def divisions() -> tuple[Division, ...]:
    """Provinces, cities and counties of the last release, once per process (about 3,400)."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with as_file(files("shouwang.kernel.regions").joinpath("data", "divisions.parquet")) as path:
        table = pq.read_table(path, filters=pc.field("level") <= 3)
    found = {}
    for row in table.to_pylist():
        code, level = f"{row['code']:012d}", row["level"]
        key = code[: 2 * level]
        if level == 3 and code[4:6] == "00":
            continue  # a city without counties stands twice in the release
        found[key] = Division(key, level, row["name"], _short(row["name"]))
    return tuple(found[k] for k in sorted(found))


def _short(name: str) -> str:
    cut = SUFFIX.sub("", name)
    return cut if len(cut) > 1 else name


def _lead(text: str, inside: str) -> list[tuple[Division, str]]:
    """Divisions inside the code whose full or short name the text begins with, with the rest of the text.

    The longest name wins, so that 朝阳区 is no 朝阳市; of equally long ones the higher division: 吉林 is the province.
    """
    found = []
    for d in divisions():
        if d.code.startswith(inside) and d.code != inside:
            said = d.name if text.startswith(d.name) else d.short if text.startswith(d.short) else ""
            if said:
                found.append((len(said), -d.level, d, text[len(said) :]))
    best = max((f[:2] for f in found), default=None)
    return [(d, rest) for length, level, d, rest in found if (length, level) == best]


def read(text: str, *, on: dt.date, whole: bool = False) -> Destination:
    """The destination somebody wrote. `whole` asks for the county (or the city, where it has none).

    Raises Refused naming what was written and how to write it: unknown, ambiguous, or too coarse.
    """
    said = re.sub(r"[\s,，、/\-—]", "", text)
    code, rest = "", said
    while found := _lead(rest, code):
        if len(found) > 1:
            names = "、".join(_name(d.code) for d, _ in found[:3])
            raise Refused(f"务工地“{text[:30]}”有多处同名（{names}）。请写全省、市、区（县）。", field="place")
        code, rest = found[0][0].code, found[0][1]
    if not code:
        raise Refused(f"没有认出务工地“{text[:30]}”。请写成“广东省深圳市宝安区”；东莞、中山写到市和镇（街道）。", field="place")
    six = code.ljust(6, "0")
    is_whole = len(code) == 6 or six in rule("cities_without_counties", on=on).value
    if whole and not is_whole:
        raise Refused(f"务工地“{text[:30]}”须写到区（县），例如“{_name(code)}××区”。", field="place")
    return Destination(six, _name(code), rest[:40], is_whole)


@lru_cache(maxsize=4096)
def _name(code: str) -> str:
    names = {d.code: d.name for d in divisions()}
    parts = [names.get(code[:n], "") for n in (2, 4, 6) if n <= len(code)]
    return "".join(p for p in parts if p not in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"))


def band(code: str, home_county: str) -> str:
    """out_province, out_city, cross_district or in_county: where the code lies, seen from a home county ("440513"); "" if too coarse."""
    if code[:2] != home_county[:2]:
        return "out_province"
    if code[2:4] == "00":
        return ""
    if code[:4] != home_county[:4]:
        return "out_city"
    return "" if code[4:6] == "00" else "in_county" if code[:6] == home_county[:6] else "cross_district"
