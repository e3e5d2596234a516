"""Weights as people write them, stored as whole grams: 公斤, 斤 (half a kilogram), 吨; never one added to another."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

GRAMS = {"公斤": 1000, "千克": 1000, "kg": 1000, "斤": 500, "市斤": 500, "吨": 1_000_000, "t": 1_000_000, "克": 1, "g": 1}
ONE = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(万?)\s*(公斤|千克|市斤|斤|吨|克|kg|t|g)?", re.I)
MOST = 10**15  # what is stored and added up without overflow; what is plausible is said by the rulebook (codes.check_most)
UNITS = "公斤、斤、吨"


def grams_of(said: str, unit: str = "") -> int:
    """Whole grams of “3000斤”, “1.5吨”, “2,000 公斤”; `unit` counts where the text names none.

    Raises ValueError with the remedy: no number, no unit, units mixed in one text (“500公斤300斤”) or against `unit`, a fraction of a gram,
    nothing or less, or more than can be stored.
    """
    text = unicodedata.normalize("NFKC", said).strip()
    found = ONE.findall(text)
    if not found or ONE.sub("", text).strip():
        raise ValueError(f"“{said[:20]}”不是重量。请写成 3000公斤、6000斤 或 3吨。")
    named = {_unit(u) for _, _, u in found if u} | ({_unit(unit)} if unit else set())
    if len(found) > 1 or len({GRAMS[u] for u in named}) > 1:
        raise ValueError(f"“{said[:20]}”里混用了不同单位（{'、'.join(sorted(named))}）。1 公斤等于 2 斤，请统一换算成一个单位后填写。")
    if not named:
        raise ValueError(f"“{said[:20]}”没有写单位。请写明是{UNITS}。")
    number, ten_thousand, _ = found[0]
    grams = Decimal(number.replace(",", "")) * (10_000 if ten_thousand else 1) * GRAMS[named.pop()]
    if grams != int(grams):
        raise ValueError(f"“{said[:20]}”小数位过多，换算后不足 1 克。请核对。")
    if not 0 < grams <= MOST:
        raise ValueError(f"“{said[:20]}”应大于 0，且不能是十亿吨以上。请核对数字和单位。")
    return int(grams)


def _unit(word: str) -> str:
    known = word.strip().lower()
    if known not in GRAMS:
        raise ValueError(f"不认识的单位“{word[:10]}”。请用{UNITS}。")
    return known


def kilograms(grams: int | None) -> Decimal | None:
    """公斤, exact."""
    return None if grams is None else Decimal(grams) / 1000


def value_fen(grams: int, fen_per_kg: int) -> int:
    """The worth in 分, rounded half up from the exact product."""
    return (grams * fen_per_kg + 500) // 1000
