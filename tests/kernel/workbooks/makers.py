"""Workbooks made for the tests: by xlsxwriter, and by hand from XML where a program would never write them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def book(draw: Callable[[Any, Any], None], name: str = "数据") -> bytes:
    """A workbook with one sheet, drawn by `draw(workbook, worksheet)`."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        draw(made, made.add_worksheet(name))
    return out.getvalue()


def of_rows(rows: Sequence[Sequence[Any]], at: tuple[int, int] = (0, 0)) -> bytes:
    """A workbook of values; days and moments get the format of one."""

    def draw(made: Any, sheet: Any) -> None:
        day, moment = made.add_format({"num_format": "yyyy-mm-dd"}), made.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for y, row in enumerate(rows, at[0]):
            for x, value in enumerate(row, at[1]):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(y, x, value, moment)
                elif isinstance(value, dt.date):
                    sheet.write_datetime(y, x, value, day)
                elif isinstance(value, bool):
                    sheet.write_boolean(y, x, value)
                elif isinstance(value, str):
                    sheet.write_string(y, x, value)
                elif value is not None:
                    sheet.write_number(y, x, value)

    return book(draw)


def parts(sheet: str, **more: str) -> dict[str, str | bytes]:
    """The parts of a smallest workbook; `sheet` is the worksheet's whole XML or what stands in its sheetData."""
    if "<worksheet" not in sheet:
        sheet = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
    kinds = {
        "workbook.xml": "sheet.main",
        "worksheets/sheet1.xml": "worksheet",
        "styles.xml": "styles",
        "sharedStrings.xml": "sharedStrings",
    }
    types = "".join(
        f'<Override PartName="/xl/{p}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{k}+xml"/>'
        for p, k in kinds.items()
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{k}" Target="{t}"/>'
        for n, (k, t) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")), 1
        )
    )
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{RELATED}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{RELATED}">{relations}</Relationships>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>共享</t></si></sst>',
        "xl/worksheets/sheet1.xml": sheet,
        **{name.replace("__", "/"): text for name, text in more.items()},
    }


def packed(members: Mapping[str, str | bytes], level: int = 6) -> bytes:
    """A zip of the members, in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def by_hand(sheet: str, **more: str) -> bytes:
    """A smallest workbook around the rows."""
    return packed(parts(sheet, **more))


def text(reference: str, words: str, style: str = "") -> str:
    """An inline text cell."""
    return f'<c r="{reference}"{style} t="inlineStr"><is><t>{words}</t></is></c>'
