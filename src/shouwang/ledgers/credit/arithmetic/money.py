"""Money in whole 分 and rates in whole millionths: the one place where anything is rounded, and where 元 and % become whole numbers."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from shouwang.kernel.errors import Refused

MILLION = 1_000_000  # a rate of 4.35 % is 43,500 millionths
SMALLEST = 1_000  # millionths: below 0.1 % somebody wrote 0.0435 for 4.35 %
PLAIN = re.compile(r"-?(\d{1,3}(,\d{3})+|\d{1,20})(\.\d{1,20})?", re.ASCII)
LARGEST = 10**13  # 分: a hundred thousand million 元; beyond it is a slip of the keyboard


def half_up(numerator: int, denominator: int) -> int:
    """The quotient of two whole numbers, halves away from zero (四舍五入到分); the denominator is positive."""
    if numerator < 0:
        return -half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def fen_of(yuan: str | int | Decimal, *, field: str = "principal", name: str = "金额") -> int:
    """元 as whole 分; raises Refused for what is no amount, negative, too large, or finer than a 分."""
    fen = _whole(yuan, "元", 2, field, f"{name}“{yuan}”不是有效金额。请填写以元为单位的数字，如 50000 或 549.79。")
    if fen < 0 or fen > LARGEST:
        raise Refused(f"{name}“{yuan}”超出范围。请填写 0 至 {LARGEST // 100:,} 元之间的数。", field=field)
    return fen


def ppm_of(percent: str | int | Decimal, *, field: str = "rate", name: str = "年利率") -> int:
    """A yearly rate in % as whole millionths; raises Refused for what is no rate, above 24 %, a share of one, or finer than 0.0001 %."""
    ppm = _whole(percent, "%", 4, field, f"{name}“{percent}”不是有效的百分数。请填写如 4.35（表示 4.35%），小数不超过四位。")
    if not 0 <= ppm <= 240_000:
        raise Refused(f"{name}“{str(percent).removesuffix('%')}%”超出范围。请填写 0 至 24 之间的数（4.35 表示 4.35%）。", field=field)
    if 0 < ppm < SMALLEST:
        raise Refused(f"{name}“{percent}”不足 0.1%，疑把百分数写成了小数。4.35% 请填写 4.35。", field=field)
    return ppm


def _whole(said: str | int | Decimal, unit: str, places: int, field: str, words: str) -> int:
    """A plain number (thousands set off by commas, full-width as a Chinese keyboard has it, the unit behind it) times 10^places, if whole."""
    text = unicodedata.normalize("NFKC", str(said)).strip().removesuffix(unit).strip()
    if not PLAIN.fullmatch(text):
        raise Refused(words, field=field)
    scaled = Decimal(text.replace(",", "")).scaleb(places)
    if scaled != scaled.to_integral_value():
        raise Refused(words, field=field)
    return int(scaled)


def yuan(fen: int) -> str:
    """分 as 元 with separators and two places: 54979 → 549.79."""
    return f"{Decimal(fen) / 100:,.2f}"


def percent(ppm: int) -> str:
    """Millionths as a percentage without needless zeros: 43500 → 4.35%."""
    return f"{(Decimal(ppm) / 10_000).normalize():f}%"
