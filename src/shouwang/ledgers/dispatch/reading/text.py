"""The text of a notice made even without losing a word: one paragraph a line, page breaks healed, half-width twins for matching."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

_FULL = "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ"
_HALF = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Same length in and out, so that offsets hold: patterns are written once, in half-width.
_FOLD = str.maketrans(
    _FULL + "（）﹙﹚［］﹝﹞„‟：﹕，﹐；﹔．＠％＋＝～∼－—–―─﹣\u3000\u00a0\t\u2002\u2003\u2009○◯◦＜＞〈〉！？",
    _HALF + "()()[]〔〕〔〕:" + ":,,;;.@%+=~~------" + "      " + "〇〇〇<><>!?",
)
# PDF writers name some glyphs by their radical (⽉ for 月, ⻓ for 长): the same to the eye, nothing to a pattern.
_RADICALS = {code: ord(normalize("NFKC", chr(code))) for code in range(0x2F00, 0x2FD6)} | str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳", "母民虎西见角贝车长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟"
)
_FOLD |= _RADICALS
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f\ufffc]")
_BREAKS = re.compile("\r\n?|[\f\v\x85\u2028\u2029]")
PAGE_NUMBER = re.compile(r"[-·.\s]*\d{1,3}[-·.\s]*|-?\s*第\s*\d+\s*页(?:\s*[,/]?\s*共\s*\d+\s*页)?\s*-?|\d+\s*/\s*\d+")
MARK = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)[、.]?|\d{1,2}[.、](?!\d)|\d{1,2}\.(?=\d{4}年)"
    r"|\(\d{1,2}\)|第[一二三四五六七八九十百\d]+[章节条])"
)
_KEYED = re.compile(r"(?:附\s*[件表录图:]|联\s*系\s*[人电方]|抄\s*[送报]|主\s*送|公开方式|信息公开|此件|电\s*话|传\s*真|邮\s*[箱编])")
_TITLE_END = re.compile(r"(?:通知|意见|决定|通报|公告|通告|办法|方案|函|批复|请示|报告|规定|细则|要点)(?:\([^)]*\))?$")
# A date cut in two by the end of a page: …2020年5 / 月20日前.
_CUT_DATE = re.compile(r"(?:\d{4}年|[于在至前到])(?:\d{1,2}(?:月\d{0,2})?)?$|\d{4}年\d{1,2}月?\d{0,2}$|\d月$")
_DATE_REST = re.compile(r"\d{0,2}[月日]\D|\d{1,2}[月日]$|年\d|\d{4}年\d{1,2}月\d{1,2}日\D")
# After a full stop: an organ, a date or a number on a line of its own, not the end of the paragraph.
_ENDED = re.compile(r"[。:;!?)]$|的(?:通知|函|意见|通报|公告|决定|请示|报告)$|号$|^\D{4,40}[局厅委部办室会府处院]$")
_STANDS = re.compile(
    r"[^,。;:!?]{2,40}[局厅委部办室会府处院组社心站科队署行司校]|[^,。;:]{2,20}[〔\[(](?:19|20)\d{2}[〕\])]\d{1,5}号.{0,20}"
)
_DATED = re.compile(r"(?:(?:19|20)\d{2}|[一二三四五六七八九〇零]{4})\s*年\s*\S{1,3}\s*月\s*\S{1,4}\s*日")
_OPEN, _CLOSE = "《(“‘〔[<「『", "》)”’〕]>」』"


def fold(text: str) -> str:
    """The text with full-width digits, letters, brackets and spaces as half-width ones, character for character."""
    return text.translate(_FOLD)


def clean(raw: str) -> str:
    """One paragraph a line: line ends made even, invisible characters, page numbers and empty lines dropped, split sentences re-joined.

    No visible character inside a sentence is added, changed or removed; a radical set for its character becomes the character.
    """
    lines = _BREAKS.sub("\n", raw).translate(_RADICALS)
    rows = [_INVISIBLE.sub("", line).rstrip() for line in lines.split("\n")]
    rows = [row for row in rows if row.strip() and not PAGE_NUMBER.fullmatch(fold(row).strip())]
    if _is_wrapped(rows):
        rows = _unwrap(rows)
    return "\n".join(_heal([row.strip() for row in rows]))


def _is_wrapped(rows: list[str]) -> bool:
    """True for text broken at a fixed width: most lines equally long, and ending in the middle of a sentence."""
    lengths = [len(row) for row in rows if len(row) > 10]
    if len(lengths) < 8 or max(lengths) > 60:
        return False
    top = sorted(lengths)[-max(2, len(lengths) // 10)]
    full = [row for row in rows if len(row) >= top - 3]
    broken = sum(1 for row in full if row[-1] not in "。；！？：:;.")
    return len(full) >= max(5, 0.25 * len(lengths)) and broken >= 0.6 * len(full)


def _unwrap(rows: list[str]) -> list[str]:
    top = sorted(len(row) for row in rows)[-max(2, len(rows) // 10)]
    joined: list[str] = []
    previous_full = False
    for row, following in zip(rows, [*rows[1:], ""], strict=True):
        body = row.strip()
        flat = fold(body)
        fresh = row[:1].isspace() or MARK.match(flat) or _KEYED.match(flat) or _DATED.fullmatch(flat)
        apart = bool(joined) and (_ENDED.search(fold(joined[-1])) or _DATED.fullmatch(fold(following).strip()))
        if joined and previous_full and not fresh and not (apart and _STANDS.fullmatch(flat)):
            joined[-1] += body
        else:
            joined.append(row)
        previous_full = len(row) >= top - 3
    return joined


def _heal(rows: list[str]) -> list[str]:
    """Join a line that stops inside a sentence with the one that goes on with it (a page break in the middle of a paragraph)."""
    healed: list[str] = []
    for row in rows:
        if healed and _goes_on(healed[-1], row):
            healed[-1] += row
        else:
            healed.append(row)
    return healed


def _goes_on(first: str, second: str) -> bool:
    a, b = fold(first), fold(second)
    if "\t" in first or "\t" in second or MARK.match(b) or _KEYED.match(b) or _KEYED.match(a) or a[-1] in "。;!?:.":
        return False
    if _CUT_DATE.search(a) and _DATE_REST.match(b):
        return True
    if _TITLE_END.search(a) and "关于" in a[:60]:
        return False
    open_ended = a[-1] in ",、" or _unclosed(a)
    if open_ended:
        return len(a) > 12
    sentence = any(mark in a for mark in ",。;") and len(a) >= 20 and a[-1] not in _CLOSE
    return sentence and (b[-1] in "。;!?" or "。" in b) and not b.endswith(":")


def _unclosed(line: str) -> bool:
    tail = line[-80:]
    return any(tail.count(left) > tail.count(right) for left, right in zip("《(“", "》)”", strict=True))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the cleaned text: `raw` as it stands, `flat` folded, at `start`."""

    raw: str
    flat: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.raw)


def paragraphs(text: str) -> list[Paragraph]:
    """The lines of a cleaned text with their offsets."""
    found, at = [], 0
    flat = fold(text)
    for line in text.split("\n"):
        found.append(Paragraph(line, flat[at : at + len(line)], at))
        at += len(line) + 1
    return found


_SENTENCE = re.compile(r"[^。!?]*(?:[。!?]+[”’》)]*|$)")


def sentences(flat: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of a folded paragraph; an organ list in brackets after the full stop belongs to its sentence."""
    found: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(flat):
        start, end = match.span()
        if start == end or not flat[start:end].strip():
            continue
        if found and flat[start] == "(" and flat[:end].rstrip("。").endswith(")"):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "0": 0}
_NUMERAL = re.compile(
    r"[一二三四五六七八九〇零0]{4}(?=年)"
    r"|[一二三四五六七八九十]{1,3}(?=[月日号])"
    r"|[一二三四五六七八九十两]{1,3}(?=个(?:工作日|月|小时|季度|星期|自然日|自然月|周|学期|半月)|[周天年]|小时|季度|工作日|星期)"
    r"|[两二三](?=日(?:之|以)?内)"
    r"|(?<=第)[一二三四](?=个?季)"
    r"|(?<=[日号午晚早晨])[零〇一二三四五六七八九十]{1,3}(?=[点时](?!间))"
)


def number(numeral: str) -> int:
    """The value of a Chinese numeral up to 999 (二十三), or of digits read one by one (二〇二〇); Arabic digits are themselves."""
    if numeral.isascii():
        return int(numeral)
    if "十" not in numeral and "百" not in numeral:
        return int("".join(str(_DIGITS[c]) for c in numeral))
    total, digit = 0, 0
    for char in numeral:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


@dataclass(frozen=True, slots=True)
class Canonical:
    """A stretch of text for the date grammar: folded, without spaces, Chinese numerals of dates in digits; it remembers the way back."""

    text: str
    _starts: list[int]
    _ends: list[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original text of a non-empty slice of the canonical one."""
        return self._starts[start], self._ends[end - 1]


def canonical(flat: str, offset: int = 0) -> Canonical:
    """The canonical form of a folded text that begins at `offset` of the whole."""
    kept = [i for i, char in enumerate(flat) if char not in " \n"]
    dense = "".join([flat[i] for i in kept]) if len(kept) < len(flat) else flat
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in _NUMERAL.finditer(dense):
        a, b = match.span()
        digits = str(number(match.group()))
        out.append(dense[at:a] + digits)
        starts += [offset + kept[i] for i in range(at, a)] + [offset + kept[a]] * len(digits)
        ends += [offset + kept[i] + 1 for i in range(at, a)] + [offset + kept[b - 1] + 1] * len(digits)
        at = b
    out.append(dense[at:])
    starts += [offset + i for i in kept[at:]]
    ends += [offset + i + 1 for i in kept[at:]]
    return Canonical("".join(out), starts, ends)
