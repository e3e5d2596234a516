"""Measures of the format on a date, and where head, title and signature stand. No Word, no HTML in here."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass, fields

from shouwang.kernel.official.model import OfficialDocument, format_date
from shouwang.kernel.rulebook import Rule, book, lookup

_FILE = "official_format"
_NAME_SPARE = 0.5  # a name that just fits must not wrap for a rounding
_DATE_SPARE = 2.0  # where Times New Roman is missing, figures may be a third wider, and LibreOffice parts them from the Han


@dataclass(frozen=True, slots=True)
class Format:
    """The values of rulebook/official_format.yaml in force on one day, in the unit the file gives (mm, pt, line, char)."""

    page_width: float
    page_height: float
    margin_top: float
    margin_left: float
    margin_right: float
    margin_bottom: float
    lines_per_page: int
    chars_per_line: int
    line_pitch: float
    char_spacing: float
    body_size: float
    title_size: float
    imprint_size: float
    page_number_size: float
    title_line: float
    table_size: float
    table_size_dense: float
    table_dense_columns: int
    head_offset: float
    head_to_number: int
    rule_offset: float
    title_before: int
    sealed_date_right: float
    unsealed_right: float
    sealed_before: int
    unsealed_before: int
    seal_room: float
    page_number_offset: float
    imprint_thick: float
    imprint_thin: float
    font_title: str
    font_body: str
    font_level1: str
    font_level2: str
    font_page_number: str
    font_latin: str

    @property
    def em(self) -> float:
        """Width of one body character with its spacing, pt."""
        return self.body_size + self.char_spacing

    @property
    def width(self) -> float:
        """Width of the type area, pt."""
        return (self.page_width - self.margin_left - self.margin_right) * 72 / 25.4

    @property
    def width_em(self) -> float:
        """Width of the type area in body characters, a little more than `chars_per_line`."""
        return self.width / self.em


def title_words() -> frozenset[str]:
    """Words a title line must not break."""
    return frozenset(book(_FILE)["title_words"][-1].value.split())


def format_on(day: dt.date | None) -> Format:
    """The format in force on the day; a draft without a date takes the newest. Raises `ValueError` before 2012-07-01."""
    names = [field.name for field in fields(Format)]
    if day is None:
        return Format(**{name: book(_FILE)[name][-1].value for name in names})
    try:
        return Format(**{name: lookup(_FILE, name, on=day).value for name in names})
    except LookupError as error:
        raise ValueError(f"成文日期{format_date(day)}没有可用的公文格式，GB/T 9704-2012自2012年7月1日起施行，请核对成文日期。") from error


def brevity_rule(kind: str, day: dt.date | None) -> Rule | None:
    """The length rule in force for "special" or "general" documents, in pages or characters; None when there was none."""
    for name in (f"brevity_{kind}", "brevity_pages"):
        for rule in book(_FILE)[name]:
            newest = day is None and rule.valid_to is None
            if newest or (day is not None and rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to)):
                return rule
    return None


def em_width(text: str) -> float:
    """Width in body characters: Han and full-width signs 1, Latin letters and digits a half, Latin points a quarter."""
    return sum(0.25 if char in " .,;:'!" else 0.5 if unicodedata.east_asian_width(char) in ("Na", "H", "N") else 1.0 for char in text)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line that begins at `left`, or is centred between `left` and the right edge; `spare` is the room it may take up beyond
    that before it wraps. All in body characters."""

    text: str
    left: float
    centred: bool
    spare: float


def place_signature(doc: OfficialDocument, fmt: Format) -> list[Placed]:
    """Signatures and date, top down, for one seal or none (GB/T 9704-2012 7.3.5.1 and 7.3.5.2).

    Sealed: the date keeps its room on the right and the name is centred over it; a name too long for that ends at the right
    edge, still over the middle of the date. Unsealed: the date begins two characters right of the names, and the longer of them
    ends at the room prescribed; joint names begin in one column. Neither depends on the exact width of a font's figures, and no
    font's wide figures break the date.
    """
    names, date = doc.signatories(), format_date(doc.date) if doc.date else ""
    longest, day = max(map(em_width, names), default=0.0), em_width(date)
    if doc.sealed:
        left = fmt.width_em - 2 * max(fmt.sealed_date_right + day / 2, longest / 2)
    else:
        left = fmt.width_em - fmt.unsealed_right - max(longest, 2 + day if date else 0.0)
    left = max(0.0, left)
    placed = [Placed(name, left, doc.sealed, _NAME_SPARE if doc.sealed else 0.0) for name in names]
    return [*placed, Placed(date, left if doc.sealed else left + 2, doc.sealed, _DATE_SPARE)] if date else placed


def joint_sealed(doc: OfficialDocument) -> bool:
    """Several seals: the names stand side by side, each under its own seal."""
    return doc.sealed and len(doc.signatories()) > 1


def head_size(text: str, fmt: Format) -> tuple[float, int]:
    """(size in pt, width of the letters in %) that let 发文机关标志 fill the line without running over it."""
    count = max(1.0, em_width(text))
    size = min(40.0, max(32.0, float(int(0.96 * fmt.width / count))))
    return size, min(100, int(100 * fmt.width / (size * count)))
