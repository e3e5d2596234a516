"""Measurements, as JSON."""

from __future__ import annotations

import json
import platform
import sys
from typing import Any

import click

from shouwang.cli.jobs import DjangoGroup
from shouwang.kernel.errors import Refused


@click.group(cls=DjangoGroup)
def bench() -> None:
    """性能测量。"""


def _print(result: dict[str, Any], as_json: bool) -> None:
    result = {"python": platform.python_version(), **result}
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
        return
    for key, value in result.items():
        if isinstance(value, list):
            for row in value:
                click.echo("  " + "  ".join(f"{k}={v}" for k, v in row.items()))
        else:
            click.echo(f"{key}: {value}")


@bench.command("notice")
@click.option("--json", "as_json", is_flag=True)
def notice(as_json: bool) -> None:
    """读一份 16 kB 的通知。"""
    from shouwang.bench.notice import run

    _print(run(), as_json)


@bench.command("report")
@click.option("--json", "as_json", is_flag=True)
def report(as_json: bool) -> None:
    """起草全部报告，并测每个页面（须先载入演示数据）。"""
    from shouwang.bench.report import run

    try:
        _print(run(), as_json)
    except Refused as no:
        click.echo(no.message, err=True)
        sys.exit(2)
