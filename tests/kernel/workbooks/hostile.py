"""Files built to do harm, broken ones and odd ones: name -> (what makes it, what must be said, or the rows that must be read)."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from shouwang.kernel.workbooks import ErrorCell
from tests.kernel.workbooks.makers import HEAD, MAIN, OFFICE, RELATED, by_hand, packed, parts, text

Expected = str | list[list[Any]]
Case = tuple[str, Callable[[], bytes], Expected]  # made when asked for: some are large
GOOD = f'<row r="1">{text("A1", "甲")}<c r="B1"><v>2</v></c></row>'
READ = [["甲", 2.0]]
ODD, BROKEN, HUGE = "内部结构异常", "文件无法读取", "展开后过大"
LAUGHS = (
    "<!DOCTYPE x ["
    + '<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def with_parts(drop: str = "", **changes: str | bytes) -> bytes:
    """The good workbook with parts changed (`a__b` is a/b) or one left out."""
    members = {**parts(GOOD), **{k.replace("__", "/"): v for k, v in changes.items()}}
    return packed({k: v for k, v in members.items() if k != drop})


def whole(rows: str, before: str = "", after: str = "", root: str = f'xmlns="{MAIN}"') -> bytes:
    return by_hand(f"{HEAD}<worksheet {root}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>")


def patched(content: bytes, at: bytes, offset: int, value: bytes) -> bytes:
    """The content with `value` written `offset` bytes after every `at`."""
    data, found = bytearray(content), content.find(at)
    while found >= 0:
        data[found + offset : found + offset + len(value)] = value
        found = content.find(at, found + 1)
    return bytes(data)


def renamed(change: Callable[[str], str]) -> bytes:
    return packed({change(k): v for k, v in parts(GOOD).items()})


def nested(depth: int) -> bytes:
    inner = b"0" * 1_000_000
    for n in range(depth):
        inner = packed({f"{n}.zip": inner})
    return inner


def overlapped() -> bytes:
    """Every entry of the directory points to the same 3 MB: a small file that inflates to much."""
    data = packed({"xl/workbook.xml": b"", **{f"{n:04}": (b"<!-- -->" * 400_000 if n == 0 else b"") for n in range(300)}}, level=0)
    directory = data.index(b"PK\x01\x02")
    entry = data[directory : data.index(b"PK\x01\x02", directory + 4)]
    big = data.index(b"PK\x01\x02", directory + len(entry))
    sizes = data[big + 16 : big + 28]
    return patched(data, b"PK\x01\x02", 16, sizes)


def symlink() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts(GOOD).items():
            info = zipfile.ZipInfo(name)
            if name.endswith("sheet1.xml"):
                info.external_attr, data = 0o120777 << 16, "/etc/passwd"  # noqa: PLW2901 - the link instead of the sheet
            archive.writestr(info, data)
    return out.getvalue()


def twice() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in [*parts(GOOD).items(), ("XL/worksheets/sheet1.xml", "<worksheet/>")]:
            archive.writestr(name, data)
    return out.getvalue()


def lying() -> bytes:
    """The directory says 100 bytes, the sheet has 40 MB."""
    data = by_hand(f'{GOOD}<row r="2">{text("A2", "x" * 30)}</row>' + " " * 40_000_000)
    at = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    return data[: at + 24] + struct.pack("<I", 100) + data[at + 28 :]


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(2_000)


def workbook(sheets: str, relations: str) -> bytes:
    return with_parts(
        **{
            "xl__workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
            "xl___rels__workbook.xml.rels": f'<Relationships xmlns="{RELATED}">{relations}</Relationships>',
        }
    )


def many_sheets(count: int) -> bytes:
    return workbook(
        "".join(f'<sheet name="{n}" sheetId="{n}" r:id="r"/>' for n in range(1, count + 1)),
        f'<Relationship Id="r" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>',
    )


def zips() -> Iterator[Case]:
    """The zip itself."""
    good = by_hand(GOOD)
    yield "inflates a thousandfold", lambda: with_parts(xl__media__a=b" " * 60_000_000), HUGE
    yield "sheet of blanks inflates a thousandfold", lambda: whole(" " * 60_000_000 + GOOD), HUGE
    yield "6,000 entries", lambda: packed({**parts(GOOD), **{f"x/{n}": "" for n in range(6_000)}}), HUGE
    yield "says 4 GB", lambda: patched(good, b"PK\x01\x02", 24, b"\xf0\xff\xff\xff"), HUGE
    yield "says less than it holds", lying, BROKEN
    yield "entries overlap", overlapped, ODD
    yield "entry twice", twice, ODD
    yield "zip in zip in zip", lambda: nested(50), "是压缩包"
    yield "nested zips as a picture", lambda: with_parts(xl__media__a=nested(50)), READ
    yield "no workbook in it", lambda: packed({"a.txt": "x"}), "是压缩包"
    yield "empty zip", lambda: packed({}), "是压缩包"
    yield "cut off in the middle", lambda: good[: len(good) // 2], "没有传完整"
    yield "last bytes missing", lambda: good[:-30], "没有传完整"
    yield "wrong checksum", lambda: patched(good, b"PK\x01\x02", 16, b"\0\0\0\0"), BROKEN
    yield "unknown compression", lambda: patched(patched(good, b"PK\x01\x02", 10, b"\x63\0"), b"PK\x03\x04", 8, b"\x63\0"), BROKEN
    yield "encrypted entries", lambda: patched(patched(good, b"PK\x01\x02", 8, b"\1\0"), b"PK\x03\x04", 6, b"\1\0"), "打开密码"
    yield "path upwards", lambda: with_parts(**{"..__..__etc__passwd": "x"}), ODD
    yield "absolute paths", lambda: renamed(lambda n: "/" + n), READ
    yield "backslashes", lambda: renamed(lambda n: n.replace("/", "\\")), READ
    yield "sheet is a symbolic link", symlink, BROKEN
    yield "program before the zip", lambda: b"MZ" + bytes(200) + good, "不是表格"
    yield "garbage after the signature", lambda: b"PK\x03\x04" + b"\xff" * 5_000, "没有传完整"
    yield "macro", lambda: with_parts(xl__vbaProject_bin="x", **{"xl__vbaProject.bin": "x"}), "含有宏"
    yield "xlsb", lambda: packed({"xl/workbook.bin": "x", "[Content_Types].xml": "x"}), ".xlsb"
    yield "ods", lambda: packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "x"}), ".ods"
    yield "docx", lambda: packed({"word/document.xml": "x", "_rels/.rels": f'<Relationships xmlns="{RELATED}"/>'}), "不是 Excel 工作簿"
    yield "content types wrong", lambda: with_parts(**{"[Content_Types].xml": "<Types/>"}), READ


def xml() -> Iterator[Case]:
    """The XML in it."""
    yield (
        "document type in the sheet",
        lambda: by_hand(f'{HEAD}<!DOCTYPE x><worksheet xmlns="{MAIN}"><sheetData>{GOOD}</sheetData></worksheet>'),
        ODD,
    )
    yield (
        "a billion laughs in the strings",
        lambda: with_parts(**{"xl__sharedStrings.xml": f"{HEAD}{LAUGHS}<sst><si><t>&i;</t></si></sst>"}),
        ODD,
    )
    yield "a billion laughs in the workbook", lambda: with_parts(**{"xl__workbook.xml": f"{HEAD}{LAUGHS}<workbook>&i;</workbook>"}), ODD
    yield "document type in the styles", lambda: with_parts(**{"xl__styles.xml": f"{HEAD}<!DOCTYPE x><styleSheet/>"}), ODD
    stolen = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><sst><si><t>&f;</t></si></sst>'
    yield "entity from a file", lambda: with_parts(**{"xl__sharedStrings.xml": HEAD + stolen}), ODD
    yield "entity without declaration", lambda: by_hand(f'<row r="1">{text("A1", "&xxe;")}</row>'), BROKEN
    wide = f'<worksheet xmlns="{MAIN}"><sheetData>{GOOD}</sheetData></worksheet>'.encode("utf-16")
    yield "UTF-16", lambda: packed({**parts(GOOD), "xl/worksheets/sheet1.xml": wide}), BROKEN
    yield (
        "not UTF-8",
        lambda: packed({k: v.replace("甲", "\xff").encode("latin-1") if "sheet1" in k else v for k, v in parts(GOOD).items()}),
        BROKEN,
    )
    yield "sheet ends in the middle", lambda: by_hand(f'<worksheet xmlns="{MAIN}"><sheetData>{GOOD}<row r="2">'), BROKEN
    yield "row not closed", lambda: by_hand('<row r="1"><c r="A1"><v>1</v></c><row r="2">'), [[1.0]]
    yield "no rows at all", lambda: by_hand(f'<worksheet xmlns="{MAIN}"/>'), BROKEN
    yield "self-closing rows", lambda: by_hand(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'), []


def forms() -> Iterator[Case]:
    """XML that is too much, or written another way than programs do."""
    yield "100,000 levels in the workbook", lambda: with_parts(**{"xl__workbook.xml": "<a>" * 100_000 + "</a>" * 100_000}), "没有工作表"
    yield "100,000 levels in a row", lambda: whole('<row r="1">' + "<a>" * 100_000 + "</a>" * 100_000 + "</row>"), []
    yield "comment round a cell", lambda: whole('<row r="1"><!-- <c r="XFD1"><v>1</v></c> --></row>'), ODD
    yield "CDATA", lambda: whole('<row r="1"><c r="A1" t="str"><v><![CDATA[<row r="9">]]></v></c></row>'), ODD
    yield "attribute of 5 MB", lambda: whole(f'<row r="1" x="{"y" * 5_000_000}">{GOOD[11:-6]}</row>'), READ
    yield (
        "head of 5 MB",
        lambda: whole(GOOD, before="<cols>" + "".join(f'<col min="{n}" max="{n * n}"/>' for n in range(170_000)) + "</cols>"),
        BROKEN,
    )
    yield (
        "tail of 40 MB",
        lambda: whole(GOOD, after="".join(f'<x y="{n}" z="{n * n}"/>' for n in range(1_300_000))),
        "附带内容过大",
    )
    yield (
        "row of 50 MB",
        lambda: packed(parts('<row r="1">' + f"{text('A1', '0123456789abcdef')}" * 800_000 + "</row>"), level=1),
        "一行内容过大",
    )
    yield (
        "prefixed names",
        lambda: packed(
            {
                **parts(GOOD),
                "xl/worksheets/sheet1.xml": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>',
            }
        ),
        [[1.0]],
    )
    yield "single quotes and spaces", lambda: whole("<row r = '1'><c  r = 'A1' ><v>1</v></c></row>"), [[1.0]]
    yield (
        "strict namespace",
        lambda: packed(
            {
                k: v.replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
                for k, v in parts(GOOD).items()
            }
        ),
        READ,
    )
    yield (
        "null in a name",
        lambda: with_parts(**{"xl__workbook.xml": f'<workbook xmlns="{MAIN}"><sheets><sheet name="a\0"/></sheets></workbook>'}),
        ODD,
    )


def geometry() -> Iterator[Case]:
    """Where cells say they are."""
    cell = '<c r="{}"><v>1</v></c>'.format
    far, wide = "行的上限", "列的上限"
    yield "A1 and XFD1048576", lambda: whole(f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'), far
    yield "A1 and XFD1", lambda: whole(f'<row r="1">{cell("A1")}{cell("XFD1")}</row>'), wide
    yield "A1 and SF199999", lambda: whole(f'<row r="1">{cell("A1")}</row><row r="199999">{cell("SF199999")}</row>'), "范围过大"
    yield "far cell in the first row", lambda: whole(f'<row r="1">{cell("A1")}{cell("B1048576")}</row>'), far
    yield (
        "far cell after 5,000 rows",
        lambda: whole("".join(f'<row r="{n}">{cell(f"A{n}")}</row>' for n in range(1, 5_001)) + f'<row r="5001">{cell("XFD5001")}</row>'),
        wide,
    )
    yield (
        "far cell of another namespace",
        lambda: whole(
            "".join(f'<row r="{n}">{cell(f"A{n}")}</row>' for n in range(1, 5_001)) + '<row r="5001"><y:c r="XFD5001"><v>1</v></y:c></row>'
        ),
        wide,
    )
    yield "far row of another namespace", lambda: whole(GOOD + '<y:row r="1048576"><c><v>1</v></c></y:row>'), far
    yield "far cell behind a quoted bracket", lambda: whole(f'<row r="1">{cell("A1")}<c x=">" r="XFD1"><v>1</v></c></row>'), wide
    yield "far cell in the third sheet piece", lambda: whole(GOOD + '<row r="2"/>' * 10 + f'<row r="3">{cell("ZZZ3")}</row>'), "列的上限"
    yield "row beyond every sheet", lambda: whole(f'<row r="9999999">{cell("A9999999")}</row>'), far
    yield "16,384 columns", lambda: whole('<row r="1">' + "<c><v>1</v></c>" * 16_384 + "</row>"), wide
    yield "row 0", lambda: whole(f'<row r="0">{cell("A0")}</row>'), ODD
    yield "reference without letters", lambda: whole(f'<row r="1">{cell("11")}</row>'), ODD
    yield "reference without digits", lambda: whole(f'<row r="1">{cell("A")}</row>'), ODD
    yield "negative reference", lambda: whole(f'<row r="1">{cell("A-1")}</row>'), ODD
    yield "empty reference", lambda: whole(f'<row r="1">{cell("")}</row>'), ODD
    yield "four letters", lambda: whole(f'<row r="1">{cell("AAAA1")}</row>'), ODD
    yield "two references", lambda: whole('<row r="1"><c r="A1" r="XFD1048576"><v>1</v></c></row>'), ODD


def places() -> Iterator[Case]:
    """Where cells say they are, oddly and within bounds."""
    cell = '<c r="{}"><v>1</v></c>'.format
    yield "small letters", lambda: whole(f'<row r="1">{cell("b1")}</row>'), [[None, 1.0]]
    yield "cells out of order", lambda: whole(f'<row r="1">{cell("C1")}{cell("A1")}</row>'), [[1.0, None, 1.0]]
    yield (
        "rows out of order",
        lambda: whole(f'<row r="3">{cell("A3")}</row><row r="1">{cell("B1")}</row>'),
        [[None, 1.0], [None, None], [1.0, None]],
    )
    yield "cell in another row than its own", lambda: whole(f'<row r="1">{cell("A2")}</row>'), [[1.0]]
    yield (
        "rows and cells without numbers",
        lambda: whole("<row><c><v>1</v></c></row><row><c/><c><v>2</v></c></row>"),
        [[1.0, None], [None, 2.0]],
    )
    yield (
        "a million empty rows with a style",
        lambda: whole(GOOD + "".join(f'<row r="{n}" s="1" customFormat="1"/>' for n in range(2, 1_000_001))),
        READ,
    )
    yield "empty cells with a style far out", lambda: whole(GOOD + '<row r="1048576"><c r="XFD1048576" s="1"/></row>'), READ
    yield "dimension lies large", lambda: whole(GOOD, before='<dimension ref="A1:XFD1048576"/>'), READ
    yield "dimension lies small", lambda: whole(GOOD, before='<dimension ref="A1"/>'), READ
    yield "dimension is nonsense", lambda: whole(GOOD, before='<dimension ref="Z9:A-1"/>'), READ
    yield "columns hidden to no end", lambda: whole(GOOD, before='<cols><col min="1" max="99999999999" hidden="1"/></cols>'), READ
    yield (
        "merged backwards and beyond",
        lambda: whole(GOOD, after='<mergeCells><mergeCell ref="B2:A1"/><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        READ,
    )
    yield "200,000 merged ranges", lambda: whole(GOOD, after="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 200_000 + "</mergeCells>"), READ


def values() -> Iterator[Case]:
    """What cells say they hold."""
    yield "string number too high", lambda: whole('<row r="1"><c r="A1" t="s"><v>999999999</v></c></row>'), BROKEN
    yield (
        "string of 6 MB",
        lambda: with_parts(
            **{
                "xl__sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>{"".join(chr(0x4E00 + n * n % 20_000) for n in range(2_000_000))}</t></si></sst>',
                "xl__worksheets__sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>',
            }
        ),
        "32767 字",
    )
    shared = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 30_001))
    yield (
        "one long string 30,000 times",
        lambda: with_parts(
            **{
                "xl__sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>{"x" * 32_000}</t></si></sst>',
                "xl__worksheets__sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{shared}</sheetData></worksheet>',
            }
        ),
        "过大|无法读取",
    )
    yield "style number too high", lambda: whole('<row r="1"><c r="A1" s="999999"><v>1</v></c></row>'), [[1.0]]
    yield "day in the year 10^300", lambda: whole('<row r="1"><c r="A1" s="1"><v>1e300</v></c></row>'), [[1e300]]
    yield "number beyond all", lambda: whole('<row r="1"><c r="A1"><v>1e999</v></c></row>'), [[ErrorCell("#NUM!")]]
    yield "number that is none", lambda: whole('<row r="1"><c r="A1"><v>abc</v></c></row>'), [["abc"]]
    yield (
        "failed formulas",
        lambda: whole('<row r="1"><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C1" t="e"/></row>'),
        [[None, ErrorCell("#DIV/0!")]],
    )
    yield (
        "formula that starts a program",
        lambda: whole('<row r="1"><c r="A1" t="str"><f>cmd|\' /C calc\'!A0</f><v>=cmd</v></c></row>'),
        [["=cmd"]],
    )


def sheets() -> Iterator[Case]:
    """What the workbook says of its sheets."""
    yield (
        "link to another file",
        lambda: with_parts(
            **{
                "xl__externalLinks__externalLink1.xml": "<externalLink/>",
                "xl__externalLinks___rels__externalLink1.xml.rels": '<Relationships><Relationship Id="r" TargetMode="External" Target="file:///etc/passwd"/></Relationships>',
            }
        ),
        READ,
    )
    yield (
        "sheet of another server",
        lambda: workbook(
            '<sheet name="a" r:id="r"/>',
            f'<Relationship Id="r" Type="{OFFICE}/worksheet" TargetMode="External" Target="worksheets/sheet1.xml"/>',
        ),
        "没有工作表",
    )
    yield (
        "sheet outside the package",
        lambda: workbook('<sheet name="a" r:id="r"/>', f'<Relationship Id="r" Type="{OFFICE}/worksheet" Target="../../../etc/passwd"/>'),
        "没有工作表",
    )
    yield (
        "sheet is the workbook",
        lambda: workbook('<sheet name="a" r:id="r"/>', f'<Relationship Id="r" Type="{OFFICE}/worksheet" Target="workbook.xml"/>'),
        BROKEN,
    )
    yield (
        "package points at its relations",
        lambda: with_parts(
            **{"_rels__.rels": f'<Relationships><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="_rels/.rels"/></Relationships>'}
        ),
        "没有工作表",
    )
    yield (
        "only a chart",
        lambda: workbook('<sheet name="a" r:id="r"/>', f'<Relationship Id="r" Type="{OFFICE}/chartsheet" Target="worksheets/sheet1.xml"/>'),
        "没有工作表",
    )
    yield "sheet part missing", lambda: with_parts(drop="xl/worksheets/sheet1.xml"), "没有工作表"
    yield "styles missing", lambda: with_parts(drop="xl/styles.xml"), READ
    yield "strings missing", lambda: with_parts(drop="xl/sharedStrings.xml"), READ
    yield "types missing", lambda: with_parts(drop="[Content_Types].xml"), READ
    yield "101 sheets", lambda: many_sheets(101), "超过 100 张"
    yield "one part, 90 sheets", lambda: many_sheets(90), READ


def texts() -> Iterator[Case]:
    """Files that are no workbooks."""
    yield "page named .xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页或 XML"
    yield "XML of 2003", lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "网页或 XML"
    yield "page as one file", lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related", "网页或 XML"
    yield "password, old container", lambda: ole("EncryptedPackage"), "打开密码"
    yield "Word 97", lambda: ole("WordDocument"), "Word 文档"
    yield "empty old container", lambda: ole("Workbook"), BROKEN
    yield "old container of noise", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 400, BROKEN
    yield "text with nulls", lambda: b"a,b\n\0,c\n", "不是表格"
    yield "UTF-16 without a mark", lambda: "甲,乙\n1,2".encode("utf-16-le"), "不是表格"
    yield "picture", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "不是表格"
    yield "PDF", lambda: b"%PDF-1.7\n" + bytes(range(256)), "不是表格"
    yield "gzip", lambda: gzip.compress(b"a,b\n1,2"), "不是表格"
    yield "no encoding fits", lambda: b"\xff\xff\xff\xff", "不是表格"
    yield "one line of 10 MB", lambda: b"1," * 5_000_000, "列的上限"
    yield "one cell of 10 MB", lambda: b"x" * 10_000_000, "32767 字"
    yield "quote never closed", lambda: b'a,b\n"' + b"x,y\n" * 100_000, "32767 字"
    yield "501 columns", lambda: ",".join("x" * 501).encode(), "列的上限"
    yield "200,001 rows", lambda: b"1\n" * 200_001, "200000 行"
    yield "rows of several lengths", lambda: b"a,b\n1\n1,2,3\n", [["a", "b", None], ["1", None, None], ["1", "2", "3"]]
    yield "nothing but commas", lambda: b",,\n,,\n", [[None] * 3] * 2
    yield "line ends of old Macs", lambda: b"a,b\r1,2\r", [["a", "b"], ["1", "2"]]
    yield "rare characters", lambda: "甲,\U00020000\n".encode("gb18030"), [["甲", "\U00020000"]]
    yield "formulas as text", lambda: b"=1+1,+86,@x\n-1,,\n", [["=1+1", "+86", "@x"], ["-1", None, None]]
    yield "blank lines", lambda: b"\n\na,b\n", [[None, None], [None, None], ["a", "b"]]


CASES = {
    name: (content, expected)
    for group in (zips, xml, forms, geometry, places, values, sheets, texts)
    for name, content, expected in group()
}
