"""Reports from the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from shouwang.cli.jobs import DjangoGroup
from shouwang.kernel.official import write_docx
from shouwang.ledgers.dispatch import document, queries
from shouwang.ledgers.dispatch.models import Report


@click.group(cls=DjangoGroup)
def report() -> None:
    """报告。"""


@report.command("export")
@click.option("--request", "request_id", type=int, required=True, help="报送要求编号（页面地址中的数字）")
@click.option("--office", "office_code", required=True, help="机构代码，例如 440513-fpb")
@click.option("--consolidated", is_flag=True, help="下达单位的汇总报告")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def export(request_id: int, office_code: str, consolidated: bool, output: Path) -> None:
    """导出一份报告为 .docx（GB/T 9704-2012）。"""
    found = Report.objects.filter(request_id=request_id, office__code=office_code, consolidated=consolidated).first()
    if found is None:
        offices = Report.objects.filter(request_id=request_id).values_list("office__code", flat=True)
        known = "、".join(offices) if offices else "（没有这个报送要求）"
        click.echo(f"报送要求 {request_id} 下没有机构“{office_code}”的报告。可用的机构代码：{known}。", err=True)
        sys.exit(2)
    try:
        output.write_bytes(write_docx(document.report_document(queries.report_parts(found))))
    except OSError as no:
        raise click.ClickException(f"无法写入 {output}（{no.strerror}）。请换一个已有且可写的文件夹。") from None
    click.echo(f"已写入 {output}。")
