"""Document numbers (发文字号): found on the line or in the running text, written with 〔〕 and without spaces."""

from __future__ import annotations

import re

_YEAR = r"\s*[〔\[(【<]\s*(?P<year>(?:19|20)\d{2})\s*[〕\])】>]\s*(?P<nth>第?)\s*(?P<n>\d{1,5})\s*号"
_OWN = re.compile(
    r"(?:特急|加急|急件|平急|机密|秘密|明电|发电|内部)?[\s★\d年]{0,6}(?:文号|发文字号"
    r"|编号)?\s*:?\s*\(?(?P<org>[一-龥A-Za-z](?:[一-龥A-Za-z\s]|\([一-龥]{1,6}\)){0,30}?)" + _YEAR + r"\)?\s*(?:签发人?\s*:.*)?"
)
_BRACKETED = re.compile(_YEAR)
_BEFORE = re.compile(r"[一-龥A-Za-z]{1,14}(?:\([一-龥]{1,4}\))?[一-龥]{0,4}$")
_TITLE_TAIL = re.compile(
    r"(?:\(|(?<=通知)\s+|(?<=意见)\s+|(?<=函)\s+|(?<=通报)\s+|(?<=决定)\s+)(?P<org>[一-龥A-Za-z]{1,14})" + _YEAR + r"\)?$"
)
_LEAD = re.compile(
    r"^.*?(?:按照|根据|依据|依照|参照|遵照|落实|贯彻|执行|印发|下发|转发|收到|结合|对照|详见|参见|文件|以及|通知|意见"
    r"|废止|的|及|和|与|按|见|经|以|原|将|由|即|号文)(?=[一-龥A-Za-z]{2})"
)


def _written(match: re.Match[str], org: str) -> str:
    dense = re.sub(r"\s", "", org)
    return f"{dense}〔{match['year']}〕{match['nth']}{match['n']}号"


def own_number(line: str) -> str | None:
    """The number a folded line of the head consists of, or None."""
    match = _OWN.fullmatch(line.strip())
    return _written(match, match["org"]) if match and not re.search(r"关于|转发|印发|的通知", match["org"]) else None


_VALUE = re.compile(r"[\s:|]*(?P<org>[一-龥A-Za-z](?:[一-龥A-Za-z]|\([一-龥]{1,6}\)){0,20}?)" + _YEAR)


def number_at(line: str, at: int) -> str | None:
    """The number that follows its label (文号 | 汕府办〔2021〕8号) at a place of a folded line."""
    match = _VALUE.match(line, at)
    return _written(match, match["org"]) if match else None


def title_number(title: str) -> str | None:
    """The number in brackets at the end of a folded title; none for a forwarded document, whose number it would be."""
    match = _TITLE_TAIL.search(title)
    quoted = match is None or title[: match.start()].rstrip().endswith("》")
    forwards = "转发" in title and title.endswith(")")
    return _written(match, match["org"]) if match and not forwards and not quoted else None


def without_number(title: str) -> str:
    """The folded title without a number in brackets at its end."""
    return _TITLE_TAIL.sub("", title)


def cited(flat: str) -> list[str]:
    """Every number in a folded text, in order, each once."""
    found: dict[str, None] = {}
    for match in _BRACKETED.finditer(flat):
        before = _BEFORE.search(flat[max(0, match.start() - 24) : match.start()].rstrip(" "))
        if before is None:
            continue
        org = before.group()
        while (lead := _LEAD.match(org)) and len(org) - lead.end() >= 2:
            org = org[lead.end() :]
        found[_written(match, org)] = None
    return list(found)
