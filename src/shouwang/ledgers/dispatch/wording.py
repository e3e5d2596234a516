"""Words of reports: titles, parts and the sentences that carry figures; the sentences are data in the rulebook."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils import timezone

TOKEN = re.compile(r"\{\{([a-z0-9_.]+)\}\}")
_PART_WORDS = re.compile(r"(?:主要包括|包括|内容为|主要内容[为是]?|报告[应须]?包括)[:：]?(?P<list>[^。；]+)")
_SPLIT = re.compile(r"、|，|和|及|以及")


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("shouwang.rulebook").joinpath("report_wording.yaml").read_text("utf-8"))
    return loaded


def report_wording() -> dict[str, Any]:
    """{figure code: {phrase, aliases, part}}."""
    figures: dict[str, Any] = _data()["figures"]
    return figures


def default_figures() -> list[str]:
    """Codes that a situation report carries unless the office chooses others."""
    from shouwang.kernel.figures import installed

    return [c for c in _data()["default_figures"] if c in installed()]


def report_title(notice_title: str, position: int | None = None) -> str:
    """The title of the report that answers a notice: 关于贯彻落实《……》情况的报告, with the notice's own title inside.

    `position` names the duty where the notice asks for several reports.
    """
    return f"关于贯彻落实《{notice_title.strip('《》')}》{f'第{position}条' if position else ''}情况的报告"


def parts_of(duty_text: str, deliverables: list[str]) -> list[dict[str, str]]:
    """The parts a report duty names, as [{key, heading}]; known kinds get their key (impact, measures, suggestions), others part1, part2 …

    Two names of one kind (意见和建议) are one part. A duty that names none gets the three customary parts.
    """
    named: list[str] = []
    if found := _PART_WORDS.search(duty_text):
        named = [re.sub(r"^(?:对|采取的|相关|有关|以及)+", "", x).strip() for x in _SPLIT.split(found["list"])]
    named = [x for x in named if 1 < len(x) <= 20] or [d for d in deliverables if "报告" not in d and len(d) <= 20]
    kinds: list[dict[str, Any]] = _data()["parts"]
    parts: dict[str, str] = {}
    for n, words in enumerate(named, 1):
        kind = next((k for k in kinds if re.search(k["pattern"], words)), None)
        parts.setdefault(kind["key"] if kind else f"part{n}", kind["heading"] if kind else words)
    return [{"key": key, "heading": heading} for key, heading in (parts or {k["key"]: k["heading"] for k in kinds}).items()]


def sentence_templates(part: str) -> list[dict[str, Any]]:
    """The sentence rules of a part: each {text, needs: [codes], positive: [codes]}."""
    rules: list[dict[str, Any]] = _data()["sentences"].get(part, [])
    return rules


def numeral(n: int) -> str:
    """1 → 一, 10 → 十, 23 → 二十三: the numbers of headings, up to 99."""
    tens, ones = divmod(n, 10)
    digits = " 一二三四五六七八九"
    return ("" if not tens else "十" if tens == 1 else f"{digits[tens]}十") + (digits[ones] if ones else "")


def stamp(moment: dt.datetime) -> str:
    """2020年2月19日17时, with minutes where there are any; the last second of a day is its 24时."""
    at = timezone.localtime(moment)
    if at.time() >= dt.time(23, 59):
        return f"{at.year}年{at.month}月{at.day}日24时"
    return f"{at.year}年{at.month}月{at.day}日{at.hour}时{f'{at.minute}分' if at.minute else ''}"


def with_numbers(text: str, shown: Mapping[str, Mapping[str, Any]]) -> str:
    """Text whose {{code}} are set to the numbers of one report: quoted elsewhere they stay that report's numbers."""
    return TOKEN.sub(lambda m: str(shown[m[1]]["text"]) if m[1] in shown else "--", text)


def tokens(text: str) -> list[str]:
    """Codes of the figures a text carries, in order."""
    return TOKEN.findall(text)


def typed_numbers(text: str) -> list[str]:
    """Quantities typed by hand, which no ledger vouches for: digits before a unit of quantity; dates, ordinals and document numbers are none."""
    bare = TOKEN.sub("", text)
    return re.findall(r"(?<![第\d.,])\d[\d,.]*\s*(?:户|人次?|个|家|名|元|万元|亿元|公斤|吨|亩|%|％|个百分点|宗|笔|次|场|期)", bare)


def parts_from_words(words: str) -> list[dict[str, str]]:
    """Parts as an officer names them, separated by 、 or commas, under the officer's own headings; empty words give no part."""
    named = list(dict.fromkeys(x.strip()[:80] for x in re.split(r"[、，,；;\n]", words) if x.strip()))
    return [{"key": kind["key"] if kind else f"part{n}", "heading": heading} for n, (kind, heading) in enumerate(_kinds_of(named), 1)]


def _kinds_of(named: list[str]) -> list[tuple[dict[str, Any] | None, str]]:
    """Each part with the known kind it is of; the second of one kind is a part of its own."""
    kinds: list[dict[str, Any]] = _data()["parts"]
    out: list[tuple[dict[str, Any] | None, str]] = []
    for words in named:
        kind = next((k for k in kinds if re.search(k["pattern"], words)), None)
        out.append((kind if kind not in [k for k, _ in out] else None, words))
    return out


def to_names(text: str, day: dt.date) -> str:
    """Text for the editor: figures by their name on the day, 【建档立卡户数】, instead of codes."""
    from shouwang.kernel.figures import installed

    known = installed(day)
    return TOKEN.sub(lambda m: f"【{known[m[1]].name}】" if m[1] in known else m[0], text)


def to_codes(text: str, codes: list[str], day: dt.date) -> str:
    """Text from the editor: 【name】 of the given figures back to codes; other brackets stay as typed."""
    from shouwang.kernel.figures import installed

    named = installed(day)
    known = {named[c].name: c for c in codes if c in named}
    return re.sub(r"【([^【】]+)】", lambda m: f"{{{{{known[m[1]]}}}}}" if m[1] in known else m[0], text)
