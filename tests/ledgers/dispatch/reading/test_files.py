"""Files in: encodings, Word, PDF, OFD, and what is refused and how fast."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from shouwang.ledgers.dispatch.reading import ReadingError, files, read_file
from shouwang.ledgers.dispatch.reading.docx_text import chinese
from shouwang.ledgers.dispatch.reading.layout import Line, page_paragraphs
from shouwang.ledgers.dispatch.reading.text import clean
from tests.ledgers.dispatch.reading import makers

DATA = Path(__file__).parents[3] / "data" / "notices"
NOTICE = (DATA / "notice.txt").read_text("utf-8")


def refusal(data: bytes | Path, name: str = "") -> str:
    with pytest.raises(ReadingError) as refused:
        read_file(data, name=name or None, today=None)
    assert refused.value.message_zh
    return refused.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_in_any_encoding_of_the_office(encoding: str) -> None:
    reading = read_file(NOTICE.encode(encoding), name="通知.txt", today=None)
    assert reading.doc_number == "汕农扶组〔2020〕3号"


def test_word_with_automatic_numbers_revisions_and_a_table() -> None:
    data = makers.docx_file(
        [
            "青扶办〔2020〕9号",
            "各区扶贫办：",
            (0, "总体要求"),
            (1, "工作目标。全面完成任务。"),
            (1, "工作原则。坚持实事求是。"),
            (0, "工作安排"),
            (2, "请于5月6日前报送方案。"),
            (3, "加强领导。"),
            "青川市扶贫办",
            "2020年4月1日",
        ],
        table=[["联系人", "张三"], ["电话", "0754-88880001"]],
    )
    reading = read_file(data, name="通知.docx", today=None)
    assert [(h.level, h.number) for h in reading.headings] == [(1, "一"), (2, "（一）"), (2, "（二）"), (1, "二"), (3, "1")]
    assert [d.due.isoformat() for d in reading.duties if d.due] == ["2020-05-06"]
    assert "电话\t0754-88880001" in files.file_text(data, name="通知.docx")


def test_word_shows_what_was_inserted_and_not_what_was_deleted() -> None:
    text = files.file_text(makers.revised_docx("请于", "3月1日", "3月9日前报送"), name="a.docx")
    assert text == "请于3月9日前报送"


@pytest.mark.parametrize(("value", "written"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五"), (100, "100")])
def test_chinese_numbers_of_lists(value: int, written: str) -> None:
    assert chinese(value) == written


def test_pdf_lines_become_paragraphs_across_pages() -> None:
    sentence = "请各区进一步摸清贫困劳动力底数，逐户逐人建立就业需求台账，做到底数清、情况明，台账经区扶贫办主要负责同志审核签字后，于二〇二〇年五月六日前报送市扶贫办。"
    first, second, third = sentence[:26], sentence[26:54], sentence[54:]
    pages = [
        [(72.0, "各区扶贫办："), (104.0, "一、工作要求"), (104.0, first), (72.0, second)],
        [(72.0, third), (280.0, "青川市扶贫办"), (280.0, "2020年4月1日"), (290.0, "- 2 -")],
    ]
    reading = read_file(makers.pdf_file(pages), name="通知.pdf", today=None)
    assert reading.issuers == ("青川市扶贫办",)
    assert [h.text for h in reading.headings] == ["工作要求"]
    assert sentence in reading.text
    assert [d.due.isoformat() for d in reading.duties if d.due] == ["2020-05-06"]


def test_ofd_is_read() -> None:
    lines = [(31.0, "各区扶贫办："), (42.0, "请于5月6日前报送方案。"), (110.0, "青川市扶贫办"), (110.0, "2020年4月1日")]
    reading = read_file(makers.ofd_file(lines), name="通知.ofd", today=None)
    assert (reading.recipients, reading.issuers) == ("各区扶贫办", ("青川市扶贫办",))
    assert [d.due.isoformat() for d in reading.duties if d.due] == ["2020-05-06"]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\t", "a.txt", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "a.doc", "unknown_type"),
        (b"{\\rtf1 hello}", "a.rtf", "unknown_type"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a.png", "unknown_type"),
        (b"\xff\xfe\x00", "a.txt", "unknown_type"),
        (b"PK\x03\x04 not a zip", "a.docx", "corrupt"),
        (makers.zip_file({"a.txt": b"x"}), "a.zip", "unknown_type"),
        (makers.zip_file({"word/document.xml": b"<not xml"}), "a.docx", "corrupt"),
        (makers.zip_file({"OFD.xml": b"<x/>"}), "a.ofd", "corrupt"),
        (b"%PDF-1.5 broken", "a.pdf", "corrupt"),
        (makers.pdf_file([[]]), "scan.pdf", "scan"),
        (makers.ofd_file([]), "scan.ofd", "scan"),
        (makers.docx_file([""]), "a.docx", "empty"),
        (makers.docx_file(["今天天气很好。", "我们去公园。"]), "a.docx", "not_a_notice"),
    ],
)
def test_refused_with_a_code_and_a_message(data: bytes, name: str, code: str) -> None:
    assert refusal(data, name) == code


def test_a_pdf_with_a_password_is_told_apart() -> None:
    locked = "/Encrypt<</Filter/Standard/V 1/R 2/O(" + "x" * 32 + ")/U(" + "y" * 32 + ")/P -4>>/ID[(aaaaaaaaaaaaaaaa)(aaaaaaaaaaaaaaaa)]"
    assert refusal(makers.pdf_file([[(72.0, "各区扶贫办：")]], encrypt=locked), "a.pdf") == "encrypted"


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as handle:
        handle.truncate(200 * 1024 * 1024)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("the file was read"))
    assert refusal(huge) == "too_large"
    assert refusal(b"x" * (files.MAX_BYTES + 1), "a.txt") == "too_large"


def test_a_missing_file_is_named() -> None:
    assert refusal(Path("/nowhere/通知.txt")) == "missing"


def test_a_zip_bomb_is_refused_at_once() -> None:
    bomb = makers.zip_file({"word/document.xml": b"0" * 30_000_000})
    many = makers.zip_file({f"{i}.xml": b"" for i in range(5_001)} | {"word/document.xml": b""})
    start = time.monotonic()
    assert refusal(bomb, "a.docx") == "corrupt"
    assert refusal(many, "a.docx") == "corrupt"
    assert time.monotonic() - start < 2


def test_a_document_that_eats_memory_takes_only_the_child_with_it() -> None:
    body = b"<w:p><w:r><w:t>" + b"x" * 1000 + b"</w:t></w:r></w:p>"
    head = b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    nested = head + b"<w:sdt>" * 200_000 + body
    assert refusal(makers.zip_file({"word/document.xml": nested, "[Content_Types].xml": b"<Types/>"}), "a.docx") == "corrupt"


def test_the_limits_of_the_child_hold() -> None:
    import subprocess
    import sys

    program = (
        "from shouwang.ledgers.dispatch.reading import extract; extract._limit()\n"
        "try:\n b = bytearray(900 * 1024 * 1024)\nexcept MemoryError:\n print('held')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)  # noqa: S603 - fixed program
    assert done.stdout.strip() == "held"


def test_the_name_does_not_decide() -> None:
    assert read_file(NOTICE.encode(), name="通知.docx", today=None).doc_number == "汕农扶组〔2020〕3号"
    disguised = makers.docx_file(["青扶办〔2020〕9号", "各区扶贫办：", "请于5月6日前报送。"])
    assert read_file(disguised, name="通知.txt", today=None).doc_number == "青扶办〔2020〕9号"


def test_radicals_that_pdf_writers_set_for_characters_are_read_as_these() -> None:
    assert clean("⼀、请于2⽉20⽇前报⻓沙市⺠政局⻛险台账。") == "一、请于2月20日前报长沙市民政局风险台账。"


def test_a_last_page_of_short_lines_is_measured_by_the_pages_before() -> None:
    full = [Line("请各地认真组织实施有关工作并按时报送材料情况", 85, 510, 100 + 28 * i, 16) for i in range(14)]
    last = [Line("青川市财政局", 85, 181, 100, 16), Line("2020年5月6日", 85, 190, 128, 16)]
    assert page_paragraphs([full, [Line("报送总结。", 85, 165, 72, 16), *last]])[-2:] == ["青川市财政局", "2020年5月6日"]
