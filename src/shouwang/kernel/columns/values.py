"""Cells into values: what people type differently and mean the same; what cannot be meant is refused with the remedy. Pure."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from shouwang.kernel.columns.fields import CLEAR, SECRET, Clear, Field
from shouwang.kernel.pasted import as_date
from shouwang.kernel.privacy.masks import MaskKind, mask

CLEARED = "清空"
NOTHING = frozenset({"", "-", "--", "—", "——", "/", "\\", "无权查看"})
YES = frozenset({"是", "有", "√", "✓", "对", "1", "true", "y", "yes"})
NO = frozenset({"否", "无", "没有", "×", "✗", "0", "false", "n", "no"})
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
MOST = Decimal(10) ** 11
MEMORY = 5_000
ERROR_VALUE = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")


def plain(value: Any) -> str:
    """A cell as text: numbers without the tail a spreadsheet gives them, dates as ISO, outer spaces and invisible characters gone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    text = str(value)
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = "".join(" " if c in "\r\n\t" else c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn") or c in "\r\n\t")
    return kept.strip(" \u3000\xa0")


def reader(field: Field, today: dt.date) -> Callable[[Any], Any]:
    """The function that reads a column's cells: None for an empty one, CLEAR for 清空; it raises ValueError with the remedy.

    What a column says again and again (a choice, a day, a village) is read once.
    """
    read = READERS[field.kind]
    words = _words(field, today)
    known: dict[tuple[type, Any], Any] = {}

    def value(cell: Any) -> Any:
        if cell is None or cell == "":
            return None
        key = (cell.__class__, cell)
        if (found := known.get(key)) is None:
            found = _attempt(field, read, cell, today, words)
            if len(known) < MEMORY:
                known[key] = found
        if isinstance(found, ValueError):
            raise found
        return None if found is NOTHING else found

    return value


def _attempt(field: Field, read: Callable[..., Any], cell: Any, today: dt.date, words: Mapping[str, str]) -> Any:
    """The value, NOTHING for an empty cell, or the ValueError itself."""
    text = plain(cell)
    if text in NOTHING:
        return NOTHING
    if text == CLEARED:
        return ValueError("必填项不能清空，请填写。") if field.required else CLEAR
    if ERROR_VALUE.fullmatch(text):
        return ValueError("单元格是公式错误值。请改为实际内容，或把公式的结果粘贴为数值。")
    try:
        return _choice(field, text, today, words) if field.kind == "choice" else read(field, cell, text, today)
    except ValueError as wrong:
        return wrong


def shown(field: Field, cell: Any) -> str:
    """The cell as a message may repeat it: numbers of persons masked, at most 30 characters."""
    text = plain(cell)
    if field.kind in SECRET:
        return mask({"id": MaskKind.ID_NUMBER, "account": MaskKind.BANK_CARD}.get(field.kind, MaskKind.PHONE), text)
    return text[:30]


def _text(field: Field, _cell: Any, text: str, _today: dt.date) -> str:
    if len(text) > field.limit:
        raise ValueError(f"有 {len(text)} 个字，最多 {field.limit} 个字，请精简。")
    return text


def _name(field: Field, _cell: Any, text: str, _today: dt.date) -> str:
    text = unicodedata.normalize("NFKC", text).replace("•", "·")
    if HAN.search(text):
        text = re.sub(r"\s+", "", text)
    if re.search(r"\d", text):
        raise ValueError("姓名中有数字。请核对是否填错了列。")
    return _text(field, None, text, _today)


def _code(field: Field, cell: Any, text: str, today: dt.date) -> str:
    if isinstance(cell, float | int) and not isinstance(cell, bool) and (not float(cell).is_integer() or abs(cell) >= 10**15):
        raise ValueError(LOST)
    return _text(field, cell, re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper(), today)


LOST = "以数字格式存储，超过 15 位的部分已被 Excel 改写（显示为 …E+17）。请把该列设为“文本”格式后重新填写完整号码。"


def _id(_field: Field, cell: Any, text: str, _today: dt.date) -> str:
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        raise ValueError("证件号码" + LOST)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d{2}", text):
        raise ValueError("证件号码已变成科学计数法，末几位丢失。请把该列设为“文本”格式后重新填写完整号码。")
    number = re.sub(r"[\s\-－—'’]+", "", unicodedata.normalize("NFKC", text)).upper()
    if len(number) > 20:
        raise ValueError(f"证件号码有 {len(number)} 位，最多 20 位。请按证件核对。")
    return number


def _phone(_field: Field, cell: Any, text: str, _today: dt.date) -> str:
    if isinstance(cell, float) and not cell.is_integer():
        raise ValueError("电话是小数。请把该列设为“文本”格式后重新填写。")
    number = re.sub(r"[\s'’]+", "", unicodedata.normalize("NFKC", text))
    number = re.sub(r"^(?:\+|00)?86-?(?=1\d{10}$)", "", number)
    if len(number) > 20:
        raise ValueError(f"电话有 {len(number)} 位，只能填一个号码。其余号码请填在相应成员的电话里。")
    return number if number.startswith("0") else number.replace("-", "")


def _account(_field: Field, cell: Any, text: str, _today: dt.date) -> str:
    if isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) >= 10**15:
        raise ValueError(LOST)
    number = re.sub(r"[\s\-—'’]+", "", unicodedata.normalize("NFKC", text))
    if not number.isdigit() or not 8 <= len(number) <= 32:
        raise ValueError("账号应为 8 至 32 位数字。请对照存折（卡）核对，并把该列设为“文本”格式。")
    return number


def _choice(field: Field, text: str, today: dt.date, words: Mapping[str, str]) -> str:
    if field.many:
        parts = [p for p in re.split(r"[、,，;；/\s]+", text) if p]
        return ",".join(dict.fromkeys(_one(field, p, today, words) for p in parts))
    return _one(field, text, today, words)


def _one(field: Field, text: str, today: dt.date, words: Mapping[str, str]) -> str:
    found = words.get(text) or words.get(_bare(text))
    if found is not None:
        return found
    listed = list(dict.fromkeys(_choices(field, today).values()))
    near = difflib.get_close_matches(text, listed, 1, 0.5)
    hint = f"是否应为“{near[0]}”？" if near else ""
    raise ValueError(f"不在可选值内。{hint}可填：{'、'.join(listed[:12])}{'等' if len(listed) > 12 else ''}。")


def _bare(text: str) -> str:
    return re.sub(r"[\s（）()]", "", unicodedata.normalize("NFKC", text)).upper()


def _choices(field: Field, today: dt.date) -> dict[str, str]:
    return {str(c): w for c, w in field.choices(today).items()} if field.choices else {}


def _words(field: Field, today: dt.date) -> dict[str, str]:
    """{what may be typed: code}: the word, the code, both without brackets and spaces."""
    out: dict[str, str] = {}
    for code, word in _choices(field, today).items():
        for said in (word, code, _bare(word), _bare(code)):
            out.setdefault(said, code)
    for said, code in (field.synonyms(today) if field.synonyms else {}).items():
        out.setdefault(said, str(code))
    return out


def _flag(_field: Field, _cell: Any, text: str, _today: dt.date) -> bool:
    said = unicodedata.normalize("NFKC", text).lower()
    if said in YES:
        return True
    if said in NO:
        return False
    raise ValueError("只能填“是”或“否”；没有核实的留空。")


def _date(_field: Field, cell: Any, text: str, today: dt.date) -> dt.date:
    if isinstance(cell, dt.datetime):
        found: dt.date | None = cell.date()
    elif isinstance(cell, dt.date):
        found = cell
    elif re.fullmatch(r"(19|20)\d{2}[-/.年](0?[1-9]|1[0-2])月?", text):
        raise ValueError("只有年月，没有日。请补全为 2020-02-20 的形式。")
    else:
        found = as_date(text, today)
    if found is None or not 1880 <= found.year <= 2100:
        raise ValueError("日期超出合理范围，请核对年份。")
    return found


def _decimal(field: Field, cell: Any, text: str) -> Decimal:
    said = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    if field.unit:
        said = said.removesuffix(field.unit).removeprefix("¥").strip()
    try:
        number = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(said)
    except InvalidOperation:
        raise ValueError(f"不是数字。请只填数字{f'（单位：{field.unit}）' if field.unit else ''}。") from None
    if not number.is_finite() or abs(number) >= MOST:
        raise ValueError("数字过大或无意义，请核对。")
    if number < 0:
        raise ValueError("不能小于 0，请核对。")
    return number


def _number(field: Field, cell: Any, text: str, _today: dt.date) -> Decimal:
    number = _decimal(field, cell, text)
    return number.quantize(Decimal("0.01")) if isinstance(cell, float) else _two(number)


def _two(number: Decimal) -> Decimal:
    fixed = number.quantize(Decimal("0.01"))
    if fixed != number:
        raise ValueError("最多两位小数，请四舍五入后填写。")
    return fixed


def _whole(field: Field, cell: Any, text: str, _today: dt.date) -> int:
    number = _decimal(field, cell, text)
    if number != int(number):
        raise ValueError("应为整数，请核对。")
    return int(number)


def _money(field: Field, cell: Any, text: str, _today: dt.date) -> int:
    """Yuan in the file, 分 in the system; a computed cell's tail beyond the 分 is rounding of the spreadsheet, typed digits are not."""
    number = _decimal(field, cell, text)
    fixed = number.quantize(Decimal("0.01"))
    if fixed != number and (not isinstance(cell, float) or abs(fixed - number) > Decimal("0.000001")):
        raise ValueError("金额最多到分（两位小数），请核对。")
    return int(fixed * 100)


READERS: dict[str, Callable[[Field, Any, str, dt.date], Any]] = {
    "text": _text,
    "name": _name,
    "code": _code,
    "id": _id,
    "phone": _phone,
    "choice": _text,  # with its words: see `_attempt`
    "flag": _flag,
    "date": _date,
    "number": _number,
    "whole": _whole,
    "money": _money,
    "account": _account,
}


def given(values: dict[str, Any], key: str) -> Any:
    """The value of a column where the row has one, None for an empty or cleared cell."""
    found = values.get(key)
    return None if isinstance(found, Clear) else found
