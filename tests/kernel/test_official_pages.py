"""The .docx as LibreOffice prints it. Fonts are whatever the machine has: only places and counts are looked at."""

import datetime as dt
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from shouwang.kernel.official import AttachmentPage, OfficialDocument, Paragraph, Table, write_docx
from tests.kernel.official_samples import report

pytestmark = pytest.mark.document

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, (210 - 26) * MM, 37 * MM, (297 - 35) * MM
LINE, EM = 28.95, 15.75
FILLS = range(1, 9)  # so many lines of body that the last page is left roomy, just full, just over
LONG_TABLE = Table(["序号", "村（居）", "户数"], [[str(n), f"第{n}村", "12"] for n in range(1, 60)])
DOCUMENTS: dict[str, OfficialDocument] = {
    "full": report(body=[Paragraph("现将有关情况报告如下。"), Paragraph("守望乡村" * 600), Paragraph("特此报告。")]),
    "upward": report(
        demo=True,
        sealed=True,
        signature=["汕头市龙湖区扶贫工作领导小组办公室"],
        attachments=[],
        attachment_pages=[AttachmentPage("明细表", [LONG_TABLE])],
    ),
    "plain": report(
        red_head=None, doc_number=None, signer_upward=None, attachments=[], attachment_pages=[], copies_to=[], printing_office=None
    ),
    "short": report(sealed=True, signature=["云办"], date=dt.date(2020, 12, 20), printing_date=dt.date(2020, 12, 20), notes=None),
    **{
        f"fill{lines}": report(
            body=[Paragraph("守望乡村" * 7 * lines), Paragraph("特此报告。")], attachments=[], attachment_pages=[], copies_to=["甲" * 60]
        )
        for lines in FILLS
    },
}


@dataclass(frozen=True)
class Line:
    """One printed line; lengths in pt from the page's top left corner, `baseline` is where the letters stand."""

    text: str
    left: float
    right: float
    baseline: float
    red: bool


@dataclass(frozen=True)
class Page:
    """Lines from top to bottom, and horizontal rules as (y, left, right)."""

    lines: list[Line]
    rules: list[tuple[float, float, float]]

    @property
    def text_lines(self) -> list[Line]:
        """The lines inside the type area."""
        return [line for line in self.lines if TOP < line.baseline < BOTTOM]

    def line(self, text: str) -> Line:
        """The first line with the text."""
        return next(line for line in self.lines if text in line.text)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Page]]:
    """Pages by name of DOCUMENTS; all are converted in one run, with a LibreOffice profile of its own."""
    office = shutil.which("soffice")
    if office is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("soffice is not installed, no document can be printed: apt-get install libreoffice-writer fonts-noto-cjk")
    folder = tmp_path_factory.mktemp("official")
    for name, doc in DOCUMENTS.items():
        (folder / f"{name}.docx").write_bytes(write_docx(doc))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    files = [str(folder / f"{name}.docx") for name in DOCUMENTS]
    command = [str(office), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603 - the program found above, our own files
    return {name: _pages(folder / f"{name}.pdf") for name in DOCUMENTS}


def _pages(path: Path) -> list[Page]:
    with pdfplumber.open(path) as pdf:
        return [Page(_lines(page.chars, page.height), _rules(page)) for page in pdf.pages]


def _lines(chars: list[dict[str, Any]], height: float) -> list[Line]:
    by_baseline: dict[int, list[dict[str, Any]]] = {}
    for char in chars:
        by_baseline.setdefault(round(height - char["matrix"][5]), []).append(char)
    lines = []
    for baseline, found in sorted(by_baseline.items()):
        row = sorted((char for char in found if char["text"].strip()), key=lambda char: float(char["x0"]))
        if row:
            red = all(tuple(char["non_stroking_color"]) == (1, 0, 0) for char in row)
            lines.append(Line("".join(char["text"] for char in row), row[0]["x0"], row[-1]["x1"], baseline, red))
    return lines


def _rules(page: Any) -> list[tuple[float, float, float]]:
    shapes = [*page.lines, *page.rects, *page.curves]
    return sorted({(shape["top"], shape["x0"], shape["x1"]) for shape in shapes if shape["x1"] - shape["x0"] > 300 and shape["height"] < 3})


def test_full_page_holds_22_lines_of_28_characters(printed: dict[str, list[Page]]) -> None:
    page = printed["full"][1]
    assert Counter(len(line.text) for line in page.text_lines) == {28: 22}


def test_indented_line_holds_26_characters_and_begins_two_in(printed: dict[str, list[Page]]) -> None:
    first = next(line for line in printed["full"][0].lines if line.text.startswith("守望乡村"))
    assert len(first.text) == 26
    assert first.left == pytest.approx(LEFT + 2 * EM, abs=1)


def test_nothing_leaves_the_type_area_but_mark_and_page_number(printed: dict[str, list[Page]]) -> None:
    for pages in printed.values():
        for page in pages:
            for line in page.text_lines:
                assert line.left > LEFT - 1
                assert line.right < RIGHT + 1
            outside = [line.text for line in page.lines if line not in page.text_lines]
            assert all(text == "演示数据" or re.fullmatch(r"—\d+—", text) for text in outside)


def test_page_numbers_stand_7_mm_below_right_on_odd_and_left_on_even_pages(printed: dict[str, list[Page]]) -> None:
    odd, even = printed["full"][0].line("—1—"), printed["full"][1].line("—2—")
    assert odd.right == pytest.approx(RIGHT - 14, abs=4)
    assert even.left == pytest.approx(LEFT + 14, abs=4)
    for line in (odd, even):
        middle = line.baseline - 5  # of a dash of 14 pt
        assert middle == pytest.approx(BOTTOM + 7 * MM, abs=1.5 * MM)


def test_red_head_number_and_rule_stand_where_the_standard_puts_them(printed: dict[str, list[Page]]) -> None:
    page = printed["upward"][0]
    head, number, title = page.line("扶贫办文件"), page.line("云扶办报"), page.line("云岭县扶贫办关于")
    assert head.red
    assert head.baseline - 36 == pytest.approx(TOP + 35 * MM, abs=2 * MM)  # letters of 40 pt rise 36 above their baseline
    assert "签发人：张三" in number.text
    assert number.left == pytest.approx(LEFT + EM, abs=1)
    assert number.right == pytest.approx(RIGHT - EM, abs=1)
    [(rule, left, right)] = [found for found in page.rules if found[0] < title.baseline]
    assert (left, right) == (pytest.approx(LEFT, abs=1), pytest.approx(RIGHT, abs=1))
    assert rule - number.baseline == pytest.approx(4 * MM + 7, abs=3)  # a line of 28.95 pt ends 7 below its letters
    assert title.baseline - rule == pytest.approx(3 * LINE, abs=8)


def test_title_lines_are_centred(printed: dict[str, list[Page]]) -> None:
    for text in ("云岭县扶贫办关于", "情况的报告"):
        line = printed["full"][0].line(text)
        assert (line.left + line.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=1)


def test_first_page_shows_body_text(printed: dict[str, list[Page]]) -> None:
    for name, pages in printed.items():
        assert any("现将有关" in line.text or "守望乡村" in line.text for line in pages[0].lines), name


def test_date_never_stands_without_the_words_before_it(printed: dict[str, list[Page]]) -> None:
    for name, pages in printed.items():
        date = re.compile(r"2020年1?2月20日")
        page = next(page for page in pages if any(date.fullmatch(line.text) for line in page.lines))
        assert page.line("特此报告"), name


def test_sealed_name_too_long_reaches_the_edge_with_the_date_centred_under_it(printed: dict[str, list[Page]]) -> None:
    page = next(page for page in printed["upward"] if any(line.text == "2020年2月20日" for line in page.lines))
    date = page.line("2020年2月20日")
    name = page.lines[page.lines.index(date) - 1]
    assert name.text == "汕头市龙湖区扶贫工作领导小组办公室"
    assert name.right == pytest.approx(RIGHT, abs=1)
    assert (date.left + date.right) / 2 == pytest.approx((name.left + name.right) / 2, abs=1)


def test_sealed_date_stays_in_one_line_under_a_short_name(printed: dict[str, list[Page]]) -> None:
    page = next(page for page in printed["short"] if any(line.text == "云办" for line in page.lines))
    name, date = page.line("云办"), page.line("2020年12月20")
    assert date.text == "2020年12月20日"
    assert (date.left + date.right) / 2 == pytest.approx((name.left + name.right) / 2, abs=1)


def test_unsealed_date_begins_two_characters_right_of_the_name_two_from_the_edge(printed: dict[str, list[Page]]) -> None:
    page = next(page for page in printed["plain"] if any(line.text == "2020年2月20日" for line in page.lines))
    date = page.line("2020年2月20日")
    name = page.lines[page.lines.index(date) - 1]
    assert date.left - name.left == pytest.approx(2 * EM, abs=1)
    # Figures as wide as Times New Roman's end 2 characters from the edge, and 3.2 pt more at each of LibreOffice's five joints of
    # Han and figures; a wider font may use that room up, and no more.
    assert RIGHT - 2 * EM - 1 < date.right < RIGHT + 1


def test_table_header_is_repeated_on_every_page_of_the_table(printed: dict[str, list[Page]]) -> None:
    pages = [page for page in printed["upward"] if any(re.search(r"第\d+村", line.text) for line in page.lines)]
    assert len(pages) > 1
    assert all(page.line("序号").text == "序号村（居）户数" for page in pages)


def test_attachment_title_is_on_the_third_line(printed: dict[str, list[Page]]) -> None:
    page = next(page for page in printed["upward"] if page.text_lines[0].text == "附件")
    title = page.text_lines[1]
    assert title.text == "明细表"
    assert title.baseline == pytest.approx(TOP + 2 * LINE + 26, abs=4)


def test_mark_is_on_every_page_of_a_demonstration(printed: dict[str, list[Page]]) -> None:
    assert all(page.lines[0].text == "演示数据" for page in printed["upward"])
    assert not any(line.text == "演示数据" for page in printed["full"] for line in page.lines)


@pytest.mark.parametrize("name", ["full", "upward", *(f"fill{lines}" for lines in FILLS)])
def test_imprint_ends_on_the_lower_edge_and_overlaps_nothing(printed: dict[str, list[Page]], name: str) -> None:
    page = printed[name][-1]
    top, middle, bottom = page.rules[-3:]
    assert bottom[0] == pytest.approx(BOTTOM, abs=1 * MM)
    assert all((left, right) == (pytest.approx(LEFT, abs=1.5), pytest.approx(RIGHT, abs=1.5)) for _, left, right in (top, middle, bottom))
    inside = [line.text for line in page.lines if top[0] < line.baseline < bottom[0]]
    assert inside[0].startswith("抄送：")
    assert inside[-1] == "云岭县扶贫办2020年2月20日印发"
    assert all("抄送" in text or "印发" in text or set(text) <= set("甲。") for text in inside)
    assert not any("抄送" in line.text for earlier in printed[name][:-1] for line in earlier.lines)
