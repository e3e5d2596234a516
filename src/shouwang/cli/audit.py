"""shouwang audit: verify the sealed audit and anchor its head in a second place."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shouwang.cli.jobs import DjangoGroup

if TYPE_CHECKING:
    import datetime as dt

    from shouwang.kernel.audit.verify import Anchor

SHOWN = 50


@click.group("audit", cls=DjangoGroup)
def audit() -> None:
    """审计：核验封存链，锚定链头。"""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
@click.option("--anchor", type=click.Path(path_type=Path, dir_okay=False), help="同时与锚点文件核对（可发现截断和整链重写）。")
def verify(as_json: bool, anchor: Path | None) -> None:
    """核验全部审计记录；发现改动、缺失或插入时逐条列出，退出码为 1。"""
    from django.utils import timezone

    from shouwang.kernel.audit.verify import verify as verified

    start = time.perf_counter()
    verdict = verified(now=timezone.now(), anchors=read_anchors(anchor) if anchor else None)
    seconds = time.perf_counter() - start
    if as_json:
        told = asdict(verdict) | {"ok": not verdict.problems, "seconds": round(seconds, 3)}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for problem in verdict.problems[:SHOWN]:
            click.echo(problem.words)
        if len(verdict.problems) > SHOWN:
            click.echo(f"……另有 {len(verdict.problems) - SHOWN} 处，完整清单请加 --json。")
        click.echo(f"已核验 {verdict.rows} 条记录、{verdict.blocks} 个区块，另有 {verdict.unsealed} 条待封存，用时 {seconds:.1f} 秒。")
        click.echo(
            "封存链完整，未发现改动。" if not verdict.problems else f"发现 {len(verdict.problems)} 处异常，请保全现场并报告审计管理员。"
        )
    if verdict.problems:
        raise SystemExit(1)


@audit.command("anchor")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def anchor_head(file: Path) -> None:
    """把当前链头追加到 FILE（应放在本机以外的位置，如只追加的共享目录）。"""
    from django.utils import timezone

    noted = append_anchor(file, timezone.now())
    click.echo(f"已锚定至第 {noted.last_id} 条：{noted.digest}")


def read_anchors(path: Path) -> list[Anchor]:
    """The heads noted in an anchor file; raises Refused naming the line that cannot be read."""
    from shouwang.kernel.audit.verify import Anchor
    from shouwang.kernel.errors import Refused

    out = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"锚点文件“{path}”无法读取。请确认路径和读取权限。") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            note = json.loads(line)
            out.append(Anchor(int(note["last_id"]), str(note["digest"]), f"{path.name} 第 {number} 行"))
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(f"锚点文件“{path}”第 {number} 行不是有效的锚点。请用未被改动的副本核验。") from error
    return out


def append_anchor(path: Path, now: dt.datetime) -> Anchor:
    """Append the head of the chain to the file, one JSON object a line; Refused if nothing is sealed or the file cannot be written."""
    from shouwang.kernel.audit.seal import head
    from shouwang.kernel.audit.verify import Anchor
    from shouwang.kernel.errors import Refused

    top = head()
    if top is None:
        raise Refused("还没有已封存的审计记录，无可锚定。请先启动服务（shouwang serve），待后台封存后再试。")
    line = json.dumps({"at": now.isoformat(timespec="seconds"), "last_id": top.last_id, "digest": top.digest})
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise Refused(f"锚点文件“{path}”无法写入：{error.strerror}。请换一个可写的位置。") from error
    return Anchor(top.last_id, top.digest, path.name)
