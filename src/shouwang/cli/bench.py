"""Measurements, as JSON."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
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


@bench.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.option("--households", default=300_000, show_default=True, help="测量用的户数")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="测量用的安装放在哪里；已有的直接使用。缺省放在临时目录，测完删除"
)
@click.option("--postgres", default="", metavar="URL", help="用这个 PostgreSQL 数据库，不另起服务")
@click.option("--rounds", default=20, show_default=True, help="每种情形测几次")
@click.option("--here", is_flag=True, help="只测当前安装的数据库")
def lists(as_json: bool, households: int, folder: Path | None, postgres: str, rounds: int, here: bool) -> None:
    """户档案列表和姓名搜索的服务器时间（SQLite 和 PostgreSQL）。"""
    from shouwang.bench import lists as measure

    try:
        result = measure.here(rounds) if here else measure.run(households, folder=folder, postgres=postgres, rounds=rounds)
    except Refused as no:
        click.echo(no.message, err=True)
        sys.exit(2)
    _print(result, as_json)


@bench.command("import")
@click.option("--json", "as_json", is_flag=True)
@click.option("--households", default=2_500, show_default=True, help="户数；每户 4 人")
@click.option("--large", is_flag=True, help="再测十倍的一份，看是否线性")
@click.option("--database-url", default="", help="在一个空的 PostgreSQL 数据库上测；不填用 SQLite")
def imported(as_json: bool, households: int, large: bool, database_url: str) -> None:
    """导入一份 Excel 户档案：预检、写入、审计、标错文件（在临时安装中进行，不动现有数据）。"""
    from shouwang.bench.imports import outside

    try:
        _print(outside(households=households, large=large, database=database_url), as_json)
    except Refused as no:
        click.echo(no.message, err=True)
        sys.exit(2)


@bench.command("simulate")
@click.option("--json", "as_json", is_flag=True)
@click.option("--households", default=1_000_000, show_default=True, help="户数")
@click.option("--scenarios", default=50, show_default=True, help="情景数，一遍算完")
def simulated(as_json: bool, households: int, scenarios: int) -> None:
    """收入冲击模拟：50 个情景、100 万户，与逐条查询对照（在临时目录中进行，不动现有数据）。"""
    from shouwang.bench.simulate import run

    try:
        _print(run(households, scenarios), as_json)
    except Refused as no:
        click.echo(no.message, err=True)
        sys.exit(2)


@bench.command("match")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rows", default=50_000, show_default=True, help="部门数据行数")
@click.option("--persons", default=1_000_000, show_default=True, help="户档案人数")
def matched(as_json: bool, rows: int, persons: int) -> None:
    """把有差错的部门数据对应到人：准确率、召回率和耗时，并与逐行比较对照（合成数据，不用数据库）。"""
    from shouwang.bench.matching import run

    _print(run(rows=rows, persons=persons), as_json)


@bench.command("sweep")
@click.option("--json", "as_json", is_flag=True)
@click.option("--households", default=1_000_000, show_default=True, help="户数；每户约 3.3 人")
@click.option("--rows", default=50_000_000, show_default=True, help="部门数据行数")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="快照放在哪里；已有的直接使用。缺省放在临时目录，测完删除")
@click.option("--threads", default=0, show_default=True, help="用几个处理器；0 为全部")
@click.option("--rounds", default=1, show_default=True, help="每项测几次，取最少的 CPU")
@click.option("--only-sweep", is_flag=True, help="只测筛查，不测手写 SQL、纯扫描和增量")
def swept(as_json: bool, **asked: Any) -> None:
    """规则筛查：与手写 SQL 对比的 CPU、纯扫描、一日增量、内存（须在源码目录运行，手写 SQL 在 tests/ 中）。"""
    from shouwang.bench.sweep import run

    _print(run(**asked), as_json)


@bench.command("jobs")
@click.option("--json", "as_json", is_flag=True)
@click.option("--workers", default=20_000, show_default=True, help="人数")
@click.option("--posts", default=2_000, show_default=True, help="岗位数")
@click.option("--seed", default=2020, show_default=True, help="合成数据的种子")
@click.option("--peers/--no-peers", default=True, show_default=True, help="同一次运行中与贪心法、HiGHS 比较")
def jobs(as_json: bool, workers: int, posts: int, seed: int, peers: bool) -> None:
    """人岗匹配：最优性证明、剪枝损失、优先的代价，与贪心法、HiGHS 比较（合成数据，不用数据库）。"""
    from shouwang.bench.jobs import run

    _print(run(workers, posts, seed=seed, peers=peers), as_json)


@bench.command("batches")
@click.option("--json", "as_json", is_flag=True)
@click.option("--travellers", default=16_000, show_default=True, help="人数")
@click.option("--vehicles", default=700, show_default=True, help="车辆数")
@click.option("--days", default=14, show_default=True, help="天数")
@click.option("--seconds", default=20.0, show_default=True, help="整数求解的时限")
@click.option("--stops", default=1, show_default=True, help="一辆车最多到几个镇接人")
@click.option("--seed", default=2020, show_default=True, help="合成数据的种子")
def batches(as_json: bool, travellers: int, vehicles: int, days: int, seconds: float, stops: int, seed: int) -> None:
    """分批返岗：7 个集散点和 67 个镇两种情形，上界、差距、检查、重排（合成数据，不用数据库）。"""
    from shouwang.bench.batches import run

    _print(run(travellers, vehicles, days, seed=seed, seconds=seconds, stops=stops), as_json)


@bench.command("loans")
@click.option("--json", "as_json", is_flag=True)
@click.option("--loan-quarters", default=1_000_000, show_default=True, help="贷款笔数×季度数")
def loans(as_json: bool, loan_quarters: int) -> None:
    """批量计算贴息，并抽样与逐笔计算核对到分。"""
    from shouwang.bench.loans import run

    _print(run(loan_quarters), as_json)


@bench.command("ingest")
@click.option("--json", "as_json", is_flag=True)
@click.option("--rows", default=500_000, show_default=True, help="Excel 行数")
@click.option("--households", default=10_000, show_default=True, help="户档案户数（合成）")
def ingested(as_json: bool, rows: int, households: int) -> None:
    """接收一份部门 Excel：读取、逐行校验、按证件号码对应到人、写入数据湖（在临时安装中进行，不动现有数据）。"""
    from shouwang.bench.ingest import outside

    try:
        _print(outside(rows=rows, households=households), as_json)
    except Refused as no:
        click.echo(no.message, err=True)
        sys.exit(2)
