"""Masks: pure functions from a value to what may be shown of it. None ever gives the whole value back.

An ID mask of 6+4 beside a full birth date gives the whole number away: a page that shows the one shows at most the year of the other.
"""

from __future__ import annotations

import re
from enum import StrEnum

HIDDEN = "***"

# Compound surnames in use, simplified and traditional where they differ.
_COMPOUND = """
    欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 宇文 长孙 長孫 司徒 司空 司寇 夏侯 端木 百里
    东郭 東郭 南宫 南宮 独孤 獨孤 轩辕 軒轅 钟离 鍾離 闻人 聞人 澹台 澹臺 公冶 宗政 濮阳 濮陽 淳于 单于 單于 太叔 申屠 仲孙 仲孫
    鲜于 鮮于 闾丘 閭丘 亓官 子车 子車 颛孙 顓孫 巫马 巫馬 公西 漆雕 乐正 樂正 壤驷 壤駟 公良 拓跋 夹谷 夾谷 宰父 谷梁 穀梁 段干
    呼延 西门 西門 南门 南門 东门 東門 羊舌 微生 梁丘 左丘 东野 東野 赫连 赫連 万俟 第五 贺兰 賀蘭 纳兰 納蘭 叶赫 葉赫 完颜 完顏
    耶律 即墨 达奚 達奚 侯莫 陆费 陸費 范姜 张简 張簡
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())
# A written character may be followed by a variation selector (rare forms of 葛, 辻) or a combining mark: together they are one.
_CHARACTER = re.compile("[^\\s][\ufe00-\ufe0f\U000e0100-\U000e01ef\u0300-\u036f]*")
_SEPARATORS = re.compile(r"[\s\-－—‐]+")
_PLACE = re.compile(
    r"(?P<province>[^\d\s*]{2,8}?(?:省|自治区))?"
    r"(?P<city>[^\d\s*]{1,8}?(?:市|自治州|地区|盟))?"
    r"(?P<county>[^\d\s*]{1,8}?(?:区|县|市|旗))?"
    r"(?P<town>[^\d\s*]{1,8}?(?:街道|镇|乡|苏木))?"
)


class MaskKind(StrEnum):
    """What a value is, for masking and for the search form of the blind index."""

    ID_NUMBER = "id_number"
    PHONE = "phone"
    NAME = "name"
    BANK_CARD = "bank_card"
    ADDRESS = "address"
    TEXT = "text"


def mask(kind: MaskKind | str, value: str | None) -> str:
    """The part of `value` that may be shown. "" for nothing; a kind that is not known raises ValueError.

    ID 6+4, phone 3+4, card last 4 (domain.md §8); a name keeps its surname; an address ends at the town; other text shows nothing.
    """
    if not value or not value.strip():
        return ""
    match MaskKind(kind):
        case MaskKind.ID_NUMBER:
            return _ends(value, head=6, tail=4)
        case MaskKind.PHONE:
            return _ends(value, head=3, tail=4)
        case MaskKind.BANK_CARD:
            return _ends(value, head=0, tail=4)
        case MaskKind.NAME:
            return _name(value)
        case MaskKind.ADDRESS:
            return _address(value)
        case _:
            return HIDDEN


def _ends(value: str, *, head: int, tail: int) -> str:
    """First and last characters with a star for each between; at least four stay hidden, of a short value at least half."""
    text = _SEPARATORS.sub("", value)
    size = len(text)
    if size < head + tail + 4:
        head, tail = min(head, size // 4), min(tail, size // 4)
    return text[:head] + "*" * (size - head - tail) + text[size - tail :] if size else HIDDEN


def _name(value: str) -> str:
    """王小明 → 王**, 欧阳某 → 欧阳*, 欧阳 → 欧*; a name of one character is hidden."""
    characters = _CHARACTER.findall(value)
    keep = 2 if len(characters) > 2 and "".join(characters[:2]) in COMPOUND_SURNAMES else 1
    if len(characters) <= 1:
        return "*"
    return "".join(characters[:keep]) + "*" * (len(characters) - keep)


def _address(value: str) -> str:
    """Province, city, county and town stay; village, hamlet and number go. Where nothing would go, the last part is hidden."""
    text = value.strip()
    found = _PLACE.match(text)
    parts = [p for p in (found.groups() if found else ()) if p]
    if "".join(parts) == text:
        parts.pop()
    return "".join(parts) + HIDDEN if parts else text[: min(len(text) // 4, 2)] + HIDDEN
