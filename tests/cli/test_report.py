"""`shouwang report export`: a file that opens, and words instead of a trace for everything that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import OperationalError
from docx import Document

from shouwang.cli.report import report
from shouwang.ledgers.dispatch.models import ReportRequest
from tests.factories.dispatch import issued, stage

pytestmark = pytest.mark.django_db
OFFICE = "440513-fpb"


def export(request: int, office: str, output: Path) -> tuple[int, str]:
    done = CliRunner().invoke(report, ["export", "--request", str(request), "--office", office, "-o", str(output)])
    return done.exit_code, done.output


@pytest.fixture
def request_() -> ReportRequest:
    issued(stage())
    return ReportRequest.objects.get()


def test_a_report_becomes_a_document(request_: ReportRequest, tmp_path: Path) -> None:
    file = tmp_path / "报告.docx"
    assert export(request_.pk, OFFICE, file) == (0, f"已写入 {file}。\n")
    assert "现将有关情况报告如下" in "\n".join(p.text for p in Document(str(file)).paragraphs)


def test_an_office_that_was_not_asked_is_told_with_those_that_were(request_: ReportRequest, tmp_path: Path) -> None:
    code, words = export(request_.pk, "4405-xxx", tmp_path / "a.docx")
    assert (code, "下没有机构“4405-xxx”的报告" in words, OFFICE in words) == (2, True, True)
    assert export(request_.pk + 9, OFFICE, tmp_path / "a.docx")[1].strip().endswith("（没有这个报送要求）。")


def test_a_folder_that_is_not_there_is_said_in_words(request_: ReportRequest, tmp_path: Path) -> None:
    code, words = export(request_.pk, OFFICE, tmp_path / "none" / "a.docx")
    assert (code, "无法写入" in words, "请换一个已有且可写的文件夹" in words) == (1, True, True)


def test_a_database_that_is_not_there_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("django.db.models.query.QuerySet.first", away)
    code, words = export(1, OFFICE, tmp_path / "a.docx")
    assert (code, "数据库无法访问或尚未建立" in words) == (1, True)
