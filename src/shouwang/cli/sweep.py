"""`shouwang sweep run|check|explain`: the watch over a folder of Parquet, without the web application."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from shouwang.engine.catalog import FeatureCatalog
    from shouwang.engine.params import Params
    from shouwang.engine.rules import RuleSet

Command = TypeVar("Command", bound=Callable[..., Any])
FOLDER = click.Path(file_okay=False, exists=True, path_type=Path)
FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


class _Refusing(click.Group):
    """Says what was refused, one fault a line, and leaves with code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        from shouwang.engine.errors import SweepRefused

        try:
            return super().invoke(ctx)
        except SweepRefused as no:
            for problem in no.problems:
                click.echo(str(problem), err=True)
            if ctx.invoked_subcommand == "run" and any(p.rule for p in no.problems):
                click.echo("只做其余规则：加 --leave-out，未参加的规则写在 manifest.json 里。", err=True)
            sys.exit(2)


@click.group(cls=_Refusing)
def sweep() -> None:
    """规则筛查：在一个 Parquet 快照上逐户比对规则，不需要网站。"""


def _sources(command: Command) -> Command:
    for option in (
        click.option("--asof", type=click.DateTime(["%Y-%m-%d"]), required=True, help="筛查日，如 2020-02-17。"),
        click.option(
            "--params", "params_file", type=FILE, help="参数文件；缺省用规则目录里的 sweep_parameters.yaml，没有则用随产品发布的。"
        ),
        click.option("--features", "features_file", type=FILE, help="特征文件；缺省用规则目录里的 features.yaml，没有则用随产品发布的。"),
        click.option("--rules", "rules_folder", type=FOLDER, help="规则目录（*.yaml）；缺省用随产品发布的规则。"),
        click.option("--snapshot", type=FOLDER, required=True, help="快照目录（格式见 docs/algorithms/sweep.md）。"),
    ):
        command = option(command)
    return command


def _book(rules_folder: Path | None, features_file: Path | None, params_file: Path | None) -> tuple[RuleSet, Params, FeatureCatalog]:
    from shouwang.engine.catalog import FeatureCatalog
    from shouwang.engine.params import Params
    from shouwang.engine.rules import RuleSet

    def beside(name: str) -> Path | None:
        return rules_folder / name if rules_folder is not None and (rules_folder / name).exists() else None

    params = Params.load(params_file or beside("sweep_parameters.yaml"))
    return RuleSet.load(rules_folder), params, FeatureCatalog.load(features_file or beside("features.yaml"))


@sweep.command("run")
@_sources
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="结果目录：空的，或加 --resume 接着做。")
@click.option("--counties", default="", help="只查这些县（六位代码，逗号分隔）。")
@click.option("--backend", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="计算引擎。")
@click.option("--master", default="", help="Spark 主节点，如 spark://主机:7077。")
@click.option("--since", type=FOLDER, help="上一次的结果目录：只查可能变化的户，其余沿用。")
@click.option("--households", "changed", type=FILE, help="与 --since 同用：档案或早前数据有变化的户（每行一个户键）。")
@click.option("--resume", is_flag=True, help="接着上次没做完的县做。")
@click.option("--leave-out", is_flag=True, help="有问题的规则不参加，其余照做；清单写入 manifest.json。")
@click.option("--all-features", is_flag=True, help="保存每一户的特征，缺省只保存有线索的户。")
@click.option("--memory", default="", help="每个县可用的内存，如 512MB。")
@click.option("--threads", type=click.IntRange(min=0), default=0, help="最多用几个处理器；0 为全部。")
@click.option("--json", "as_json", is_flag=True, help="输出 manifest.json 的内容。")
def run_command(
    snapshot: Path, rules_folder: Path | None, features_file: Path | None, params_file: Path | None, asof: dt.datetime, **asked: Any
) -> None:
    """筛查一遍，写出线索、特征和 manifest.json。"""
    from shouwang.engine.snapshot import Snapshot

    book = _book(rules_folder, features_file, params_file)
    shot, now = Snapshot.open(snapshot), dt.datetime.now(dt.UTC)
    common: dict[str, Any] = {"out": asked["out"], "asof": asof.date(), "now": now, "resume": asked["resume"], "memory": asked["memory"]}
    common |= {"threads": asked["threads"], "progress": None if asked["as_json"] else _progress}
    if asked["since"]:
        if asked["leave_out"]:
            raise click.UsageError("增量筛查沿用上一次未参加的规则，不带 --leave-out。")
        if asked["backend"] != "duckdb" or asked["counties"] or asked["all_features"]:
            raise click.UsageError("增量筛查沿用上一次的县，只用 duckdb，不带 --counties、--all-features。")
        from shouwang.engine.delta import run_since

        manifest = run_since(shot, *book, since=asked["since"], households=_keys(asked["changed"]), **common)
    else:
        if asked["changed"]:
            raise click.UsageError("--households 与 --since 同用。")
        from shouwang.engine.sweep import run

        common |= {
            "backend": asked["backend"],
            "master": asked["master"],
            "leave_out": asked["leave_out"],
            "keep_all": asked["all_features"],
        }
        manifest = run(shot, *book, counties=_counties(asked["counties"]), **common)
    if asked["as_json"]:
        click.echo(json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
        return
    for left in manifest.left_out:
        click.echo(f"未参加：{left['message']}", err=True)
    click.echo(f"{manifest.run}：{len(manifest.counties)} 个县，{manifest.leads:,} 条线索，{manifest.seconds:.1f} 秒")


@sweep.command("check")
@_sources
def check_command(
    snapshot: Path, rules_folder: Path | None, features_file: Path | None, params_file: Path | None, asof: dt.datetime
) -> None:
    """只检查规则，列出每条规则的中文意思；有问题时逐条指出。"""
    from shouwang.engine.snapshot import Snapshot
    from shouwang.engine.sweep import prepare
    from shouwang.engine.wording import render

    rules, params, catalog = _book(rules_folder, features_file, params_file)
    shot, day = Snapshot.open(snapshot), asof.date()
    prepare(shot, rules, params, catalog, day)
    for rule in rules.in_force(day, shot.counties[0]).rules:
        click.echo(f"{rule.id} v{rule.version} {rule.name}：{render(rule, params, catalog, on=day, region=shot.counties[0])}")


@sweep.command("explain")
@_sources
@click.option("--rule", "rule_id", required=True, help="规则编号。")
@click.option("--household", type=int, required=True, help="户键。")
def explain_command(
    snapshot: Path,
    rules_folder: Path | None,
    features_file: Path | None,
    params_file: Path | None,
    asof: dt.datetime,
    rule_id: str,
    household: int,
) -> None:
    """说明一条规则对一户的结论：数值、阈值、依据的数据行、怎样就不会触发。"""
    from shouwang.engine.explain import explain
    from shouwang.engine.snapshot import Snapshot

    rules, params, catalog = _book(rules_folder, features_file, params_file)
    said = explain(Snapshot.open(snapshot), rules.rule(rule_id), params, catalog, household, asof.date())
    click.echo(json.dumps(asdict(said), ensure_ascii=False, indent=1, default=str))


def _progress(done: int, total: int, leads: int) -> None:
    click.echo(f"{done}/{total} 个县，{leads:,} 条线索", err=True)


def _counties(text: str) -> list[int]:
    words = [w.strip() for w in text.replace("，", ",").split(",") if w.strip()]
    if wrong := [w for w in words if not (w.isdigit() and len(w) == 6)]:
        raise click.UsageError(f"“{'、'.join(wrong)}”不是六位县级代码，写成 440513,440514 的样子。")
    return [int(w) for w in words]


def _keys(path: Path | None) -> list[int]:
    if path is None:
        return []
    try:
        lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise click.UsageError(f"{path.name} 不是文本文件（UTF-8）。每行写一个户键。") from None
    if wrong := next((i for i, line in enumerate(lines, 1) if line and not re.fullmatch(r"-?[0-9]{1,18}", line)), 0):
        raise click.UsageError(f"{path.name} 第 {wrong} 行“{lines[wrong - 1][:30]}”不是户键（整数）。每行写一个户键。")
    return [int(line) for line in lines if line]
