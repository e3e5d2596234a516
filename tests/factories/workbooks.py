"""Reads back a workbook the product wrote: cells with type and style, headers, footers and properties, straight from the XML."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass
class Sheet:
    """`rows` hold the shown strings or numbers; `types` the cell types; `quoted` whether the cell carries the text prefix."""

    name: str
    rows: list[list[str | float]] = field(default_factory=list)
    types: list[list[str]] = field(default_factory=list)
    formats: list[list[str]] = field(default_factory=list)
    quoted: list[list[bool]] = field(default_factory=list)
    header: str = ""
    footer: str = ""
    formulas: int = 0


@dataclass
class Book:
    """A workbook as read."""

    sheets: dict[str, Sheet]
    properties: dict[str, str]
    comments: str


def read(blob: bytes) -> Book:
    """The workbook; raises whatever is wrong with the file."""
    with zipfile.ZipFile(BytesIO(blob)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    tree = {n: ET.fromstring(b) for n, b in parts.items() if n.endswith((".xml", ".rels"))}  # noqa: S314 - our own file
    shared = (
        ["".join(t.text or "" for t in si.iter(f"{MAIN}t")) for si in tree["xl/sharedStrings.xml"]]
        if "xl/sharedStrings.xml" in tree
        else []
    )
    styles = _styles(tree["xl/styles.xml"])
    names = [s.attrib["name"] for s in tree["xl/workbook.xml"].iter(f"{MAIN}sheet")]
    sheets = {name: _sheet(name, tree[f"xl/worksheets/sheet{n}.xml"], shared, styles) for n, name in enumerate(names, 1)}
    custom = tree.get("docProps/custom.xml")
    properties = {p.attrib["name"]: "".join(p.itertext()) for p in custom} if custom is not None else {}
    comments = "".join("".join(tree[n].itertext()) for n in tree if n.startswith("xl/comments"))
    return Book(sheets, properties, comments)


def _styles(root: ET.Element) -> list[tuple[str, bool]]:
    codes = {f.attrib["numFmtId"]: f.attrib["formatCode"] for f in root.iter(f"{MAIN}numFmt")} | {"49": "@", "3": "#,##0", "4": "#,##0.00"}
    found = root.find(f"{MAIN}cellXfs")
    assert found is not None
    return [(codes.get(x.attrib["numFmtId"], ""), x.attrib.get("quotePrefix") == "1") for x in found]


def _sheet(name: str, root: ET.Element, shared: list[str], styles: list[tuple[str, bool]]) -> Sheet:
    sheet = Sheet(name)
    for row in root.iter(f"{MAIN}row"):
        lines: tuple[list, ...] = ([], [], [], [])
        for c in row.iter(f"{MAIN}c"):
            kind, value = c.attrib.get("t", "n"), c.findtext(f"{MAIN}v")
            code, quoted = styles[int(c.attrib.get("s", "0"))]
            text: str | float = "".join(t.text or "" for t in c.iter(f"{MAIN}t"))
            if kind == "s":
                text = shared[int(value or "0")]
            elif kind == "n":
                text = float(value or "nan")
            if isinstance(text, str):
                text = re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), text)
            for line, item in zip(lines, (text, kind, code, quoted), strict=True):
                line.append(item)
        for kept, line in zip((sheet.rows, sheet.types, sheet.formats, sheet.quoted), lines, strict=True):
            kept.append(line)
    sheet.formulas = sum(1 for _ in root.iter(f"{MAIN}f"))
    sheet.header = root.findtext(f"{MAIN}headerFooter/{MAIN}oddHeader") or ""
    sheet.footer = root.findtext(f"{MAIN}headerFooter/{MAIN}oddFooter") or ""
    return sheet
