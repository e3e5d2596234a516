"""Identity numbers against what else is known of a person. Pure. An unknown district code is no error: old codes stay valid.

Sources: GB 11643-1999 公民身份号码; 残疾人证号 = ID + type (1–7) + grade (1–4), 《中华人民共和国残疾人证管理办法》.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from shouwang.kernel.privacy.normal import check_character

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}")


def clean_number(text: str) -> str:
    """Full-width folded, spaces and hyphens dropped, letters upper case."""
    return re.sub(r"[\s\-－—]+", "", unicodedata.normalize("NFKC", text)).upper()


def id_problem(number: str, *, birth: dt.date | None = None, sex: str = "") -> str:
    """What is wrong with an 18-digit ID number, in words with the remedy; "" = nothing. The number itself is not repeated."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return f"证件号码应为 18 位（前 17 位为数字，末位为数字或 X），现为 {len(number)} 位。请按身份证核对。"
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return f"证件号码第 7–14 位“{number[6:14]}”不是有效的出生日期。请按身份证核对。"
    if check_character(number[:17]) != number[17]:
        return "证件号码校验位不符，可能有一位录错或两位颠倒。请按身份证逐位核对。"
    if birth is not None and born != birth:
        return f"证件号码中的出生日期为 {born}，与填写的出生日期 {birth} 不一致。请按身份证核对两处。"
    if sex and (int(number[16]) % 2 == 1) != (sex == "male"):
        return f"证件号码第 17 位表示{'男' if int(number[16]) % 2 else '女'}性，与填写的性别不一致。请按身份证核对两处。"
    return ""


def split_disability_number(number: str) -> tuple[str, int | None, int | None]:
    """(18-digit ID, disability type, grade) of a 20-digit disability certificate number; other numbers come back as they are."""
    if re.fullmatch(r"\d{17}[\dX][1-7][1-4]", number):
        return number[:18], int(number[18]), int(number[19])
    return number, None, None


def phone_problem(text: str) -> str:
    """What is wrong with a phone number; "" = nothing."""
    if MOBILE.fullmatch(text) or LANDLINE.fullmatch(text):
        return ""
    return f"电话共 {len(re.sub(r'[^0-9]', '', text))} 位数字，应为 11 位手机号（1 开头）或带区号的座机（如 0754-88888888）。请核对后重填。"


def age_on(birth: dt.date, day: dt.date) -> int:
    """Full years on `day`."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
