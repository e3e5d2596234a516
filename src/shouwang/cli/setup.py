"""Setting an installation up: tables, keys, holidays, regions."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.db import connection

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions import load
from shouwang.kernel.regions.row_policies import secure
from shouwang.kernel.worklist.clocks import seed_holidays


def prepare(*, static: bool = True) -> None:
    """Create or bring up to date the key file, the tables, the holiday table and the collected static files. Safe to repeat."""
    from shouwang.demo.bulk_insert import put_back
    from shouwang.kernel.jobs.actions import plant_schedules
    from shouwang.kernel.privacy import make_missing_keys

    settings.SHOUWANG_HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    if settings.SHOUWANG_DATABASE_ROLE and connection.vendor == "postgresql":
        secure(settings.SHOUWANG_DATABASE_ROLE)
    put_back()  # a demonstration whose loading broke off left its indexes aside
    make_missing_keys()
    seed_holidays()
    plant_schedules()
    if static:
        call_command("collectstatic", verbosity=0, interactive=False)


@click.command()
@click.option("--city", default="4405", show_default=True, help="四位市代码")
@click.option("--year", default=2020, show_default=True, help="区划名称取哪一年的统计用区划代码")
def init(city: str, year: int) -> None:
    """初始化：密钥、数据表、节假日、一个市的区划。"""
    prepare()
    try:
        region = load.load_city(city, year=year)
    except Refused as no:
        click.echo(no.message, err=True)
        sys.exit(2)
    if city == "4405":
        load.load_packaged_outlines()
    click.echo(f"已就绪：{region.name}区划 {year} 年版已载入。下一步用 shouwang users create-admins 建立三类管理员。")


@click.command("secure-database")
@click.option("--role", default="", help="网站使用的数据库角色；省略时为 SHOUWANG_DATABASE_ROLE。")
def secure_database(role: str) -> None:
    """PostgreSQL：建立网站角色和行级安全；以所有者身份运行，每次升级数据表后重复一次。"""
    name = role or settings.SHOUWANG_DATABASE_ROLE
    try:
        count = secure(name)
    except Refused as no:
        raise click.ClickException(no.message) from None
    click.echo(f"{count} 张表的行级安全已建立，角色 {name} 可供网站使用。")


@click.group()
def regions() -> None:
    """区划和地图轮廓。"""


@regions.command("outlines")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="印在地图下方的来源说明")
def outlines(file: Path, source: str) -> None:
    """导入 GeoJSON 轮廓（要素属性 adcode 为六位区划代码）。"""
    try:
        count = load.load_outlines(json.loads(file.read_text("utf-8")), source=source)
    except (Refused, ValueError, KeyError) as no:
        click.echo(getattr(no, "message", f"文件无法解析：{no}。请检查是否为 GeoJSON。"), err=True)
        sys.exit(2)
    click.echo(f"已导入 {count} 个区划的轮廓。")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def manage(args: tuple[str, ...]) -> None:
    """Django 管理命令。"""
    execute_from_command_line(["shouwang", *args])
